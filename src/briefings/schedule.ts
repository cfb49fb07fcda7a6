import { chinaDate, type ChinaDate, chinaHour, formatChinaDate } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { Carrier, Quota } from '../pushes/index.ts';
import type { AccountType } from '../wechat/index.ts';
import type { QuotaView } from './briefings.contract.ts';

/** What the account has left, in words. */
export function quotaView(accountType: AccountType, limits: Carrier['limits'], quota: Quota): QuotaView {
  const { period, limit, used, left, refused } = quota;
  const said = refused ? '平台已答复这段时间的群发次数用完（可能在公众平台网页上发过）。' : '';
  return {
    accountType,
    period: period.unit,
    from: chinaDate(period.from),
    limit,
    used,
    left,
    note: said + limits.note,
  };
}

/** In words, what a dispatcher should think of before this time; empty where nothing is unusual. */
export function scheduleWarnings(sendAt: Date, calendars: readonly YearCalendar[]): string[] {
  const day = chinaDate(sendAt);
  const warnings: string[] = [];
  const hour = chinaHour(sendAt);
  if (hour >= NIGHT.from || hour < NIGHT.to) warnings.push('这个时间在夜里（22点到次日7点），会打扰群众休息。');
  const holiday = holidayOn(day, calendars);
  if (holiday !== null) warnings.push(`${formatChinaDate(day)}是${holiday}假期。`);
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
