import { chinaDate } from '../kernel/index.ts';
import { Refusal } from './errcodes.ts';
import type { SandboxTime } from './time.ts';

interface Quotas {
  /** Counts one call against the day in China; throws Refusal 45009 where `limit` (or the option's own) is used up. */
  takeDaily(key: string, limit: number): void;
  /** Counts one call against the minute; throws Refusal `errcode` above `limit`. */
  takeMinute(key: string, limit: number, errcode: number): void;
  /** Counts one call against the calendar month in China; throws Refusal `errcode` above `limit`. */
  takeMonthly(key: string, limit: number, errcode: number): void;
  /** What `clear_quota` does: the daily counters start again. */
  clearDaily(): void;
  /** Replaces the platform's own daily limit of one key. */
  setLimit(key: string, limit: number): void;
  usedToday(): Readonly<Record<string, number>>;
}

export function createQuotas(time: SandboxTime, given: Readonly<Record<string, number>>): Quotas {
  const limits = new Map(Object.entries(given));
  const counters = new Map<string, { period: string; count: number }>();

  function take(name: string, period: string, limit: number, errcode: number): void {
    const counter = counters.get(name);
    const count = counter?.period === period ? counter.count : 0;
    if (count >= limit) throw new Refusal(errcode);
    counters.set(name, { period, count: count + 1 });
  }

  const today = () => chinaDate(time.now());
  return {
    takeDaily: (key, limit) => take(`day ${key}`, today(), limits.get(key) ?? limit, 45009),
    takeMinute: (key, limit, errcode) => take(`minute ${key}`, String(Math.floor(time.seconds() / 60)), limit, errcode),
    takeMonthly: (key, limit, errcode) => take(`month ${key}`, today().slice(0, 7), limit, errcode),
    clearDaily() {
      for (const name of counters.keys()) if (name.startsWith('day ')) counters.delete(name);
    },
    setLimit: (key, limit) => void limits.set(key, limit),
    usedToday() {
      const used: Record<string, number> = {};
      for (const [name, { period, count }] of counters) {
        if (name.startsWith('day ') && period === today()) used[name.slice(4)] = count;
      }
      return used;
    },
  };
}
