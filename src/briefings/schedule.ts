import {
  addChinaDays,
  chinaDate,
  type ChinaDate,
  chinaHour,
  formatChinaDate,
  startOfChinaDate,
} from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { Audience } from '../subscribers/index.ts';
import type { AccountType } from '../wechat/index.ts';
import type { Briefing } from './briefing.ts';
import type { QuotaView } from './briefings.contract.ts';

/** Pushes a subscription account has a day, whatever the audience; a service account's follower a month (wechat-protocol §1.3). */
const PUSHES = { subscription: 1, service: 4 } as const;

/** The time in which the platform counts together: a China day or calendar month. */
export interface QuotaPeriod {
  readonly unit: 'day' | 'month';
  /** `YYYY-MM-DD` or `YYYY-MM`. */
  readonly key: string;
  readonly from: Date;
  readonly to: Date;
}

export function quotaPeriod(accountType: AccountType, at: Date): QuotaPeriod {
  const day = chinaDate(at);
  if (accountType === 'subscription') {
    return { unit: 'day', key: day, from: startOfChinaDate(day), to: startOfChinaDate(addChinaDays(day, 1)) };
  }
  const month = day.slice(0, 7);
  const next = addChinaDays(`${month}-01`, 31).slice(0, 7);
  return { unit: 'month', key: month, from: startOfChinaDate(`${month}-01`), to: startOfChinaDate(`${next}-01`) };
}

/**
 * How many pushes of the period these briefings use for somebody in `audience`. One that the platform refused to
 * count (held back, or failed) uses none.
 */
export function pushesUsed(accountType: AccountType, audience: Audience, planned: readonly Briefing[]): number {
  return planned.filter((other) => {
    if (other.status === 'scheduled' && other.hold !== null) return false;
    return accountType === 'subscription' || reachesSame(other.audience, audience);
  }).length;
}

/** A push to everybody counts for every follower, one to a village or topic for those who chose it. */
function reachesSame(other: Audience, audience: Audience): boolean {
  if (other.kind === 'all' || audience.kind === 'all') return other.kind === 'all';
  return other.kind === audience.kind && other.code === audience.code;
}

export const pushLimit = (accountType: AccountType): number => PUSHES[accountType];

/** `refused`: the platform has said in this period that no push is left (45028), whatever our own count. */
export function quotaView(accountType: AccountType, period: QuotaPeriod, used: number, refused: boolean): QuotaView {
  const limit = pushLimit(accountType);
  const said = refused ? '平台已答复这段时间的群发次数用完（可能在公众平台网页上发过）。' : '';
  return {
    accountType,
    period: period.unit,
    from: chinaDate(period.from),
    limit,
    used,
    left: refused ? 0 : Math.max(0, limit - used),
    note:
      said +
      (accountType === 'subscription'
        ? '订阅号每天只能群发1次，发给一个村也算1次。在公众平台网页上的群发不在此数内，平台会一并计算。'
        : '服务号每位关注者每月最多收到4次群发。在公众平台网页上的群发不在此数内，平台会一并计算。'),
  };
}

/**
 * The most pushes that one follower of `audience` gets in the period, this one included: a service account's followers
 * each have their own four, and a village's follower may have had others than the town's (upper bound: topics overlap).
 */
export function mostForOne(audience: Audience, planned: readonly Briefing[]): number {
  const counted = planned.filter(({ status, hold }) => status !== 'scheduled' || hold === null);
  const count = (kind: Audience['kind'], code?: string) =>
    counted.filter(({ audience: other }) => other.kind === kind && (code === undefined || codeOf(other) === code))
      .length;
  const villages = audience.kind === 'village' ? [audience.code] : codesOf(counted, 'village');
  const inVillage = Math.max(0, ...villages.map((code) => count('village', code)));
  return 1 + count('all') + inVillage + count('topic');
}

const codeOf = (audience: Audience): string | null => (audience.kind === 'all' ? null : audience.code);

function codesOf(planned: readonly Briefing[], kind: 'village' | 'topic'): string[] {
  return planned.flatMap(({ audience }) => (audience.kind === kind ? [audience.code] : []));
}

/** In words, what a dispatcher should think of before this time and audience; empty where nothing is unusual. */
export function scheduleWarnings(
  plan: { sendAt: Date; audience: Audience; accountType: AccountType; others: readonly Briefing[] },
  calendars: readonly YearCalendar[],
): string[] {
  const { sendAt, audience, accountType, others } = plan;
  const day = chinaDate(sendAt);
  const warnings: string[] = [];
  const hour = chinaHour(sendAt);
  if (hour >= NIGHT.from || hour < NIGHT.to) warnings.push('这个时间在夜里（22点到次日7点），会打扰群众休息。');
  const holiday = holidayOn(day, calendars);
  if (holiday !== null) warnings.push(`${formatChinaDate(day)}是${holiday}假期。`);
  if (accountType === 'subscription' && audience.kind !== 'all') {
    warnings.push('订阅号每天只能群发1次：发给一部分人，会用掉当天全镇唯一的一次。');
  }
  if (accountType === 'service' && mostForOne(audience, others) > PUSHES.service) {
    warnings.push('有的关注者这个月可能已收到4次群发（全镇的加上本村或主题的），平台不会再发给他们。');
  }
  return warnings;
}

/** Hours of the day in China in which a phone should be quiet. */
const NIGHT = { from: 22, to: 7 };

/** Name of the holiday that this day in China is part of; null where it is none. */
export function holidayOn(day: ChinaDate, calendars: readonly YearCalendar[]): string | null {
  for (const { holidays } of calendars) {
    const found = holidays.find(({ from, to }) => from <= day && day <= to);
    if (found) return found.name;
  }
  return null;
}
