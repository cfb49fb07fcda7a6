import { addChinaDays, type ChinaDate, chinaDate, chinaWeekday, type Clock } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { GrowthStore } from './growth.store.ts';
import type { GrowthView } from './subscribers.contract.ts';

/** Half a year of weeks. */
const WEEKS = 26;
/** A mark of departure is kept for seven days: of today and the six days before it all are still there. */
const MARKED_DAYS = 7;

export interface Growth {
  view(): Promise<GrowthView>;
  readonly sweep: Sweep;
}

/** How many came and left, per ISO week in China time. */
export function createGrowth({ store, clock }: { store: GrowthStore; clock: Clock }): Growth {
  const today = (): ChinaDate => chinaDate(clock.now());
  return {
    sweep: {
      name: 'subscribers.growth',
      everySeconds: 1_800,
      run: async () => {
        for (let back = 0; back < MARKED_DAYS; back += 1) await store.keepLeaves(addChinaDays(today(), -back));
        return 0;
      },
    },
    view: async () => {
      const thisWeek = mondayOf(today());
      const first = addChinaDays(thisWeek, -7 * (WEEKS - 1));
      const [follows, left, knownFrom] = await Promise.all([
        store.followsByWeek(first),
        store.leavesSince(first),
        store.knownFrom(),
      ]);
      const weeks = Array.from({ length: WEEKS }, (_, i) => addChinaDays(first, 7 * i)).map((monday) => {
        const end = addChinaDays(monday, 7);
        const ofWeek = left.filter(({ day }) => day >= monday && day < end);
        const known = knownFrom !== null && knownFrom < end;
        return {
          week: isoWeek(monday),
          from: monday,
          follows: follows.get(monday) ?? 0,
          leaves: known ? ofWeek.reduce((sum, { leaves }) => sum + leaves, 0) : null,
        };
      });
      return { weeks, leavesKnownFrom: knownFrom };
    },
  };
}

function mondayOf(date: ChinaDate): ChinaDate {
  return addChinaDays(date, -((chinaWeekday(date) + 6) % 7));
}

/** `2026-W01` of a Monday: ISO 8601, a week belongs to the year of its Thursday. */
export function isoWeek(monday: ChinaDate): string {
  const thursday = addChinaDays(monday, 3);
  const year = thursday.slice(0, 4);
  const dayOfYear = (Date.parse(thursday) - Date.parse(`${year}-01-01`)) / 86_400_000;
  return `${year}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}
