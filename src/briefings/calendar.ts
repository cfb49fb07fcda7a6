import { addChinaDays, chinaDate, type ChinaDate, startOfChinaDate } from '../kernel/index.ts';
import type { YearCalendar } from '../platform/config/index.ts';
import type { Push, PushesApi } from '../pushes/index.ts';
import type { Audience } from '../subscribers/index.ts';
import type { AccountType } from '../wechat/index.ts';
import type { BriefingStatus } from './briefing.ts';
import type { CalendarView } from './briefings.contract.ts';
import { holidayOn } from './schedule.ts';

/** First instants of a month `YYYY-MM` and of the next one, China time. */
export function monthBounds(month: string): { from: Date; to: Date } {
  const first = `${month}-01`;
  const next = addChinaDays(first, 31).slice(0, 7);
  return { from: startOfChinaDate(first), to: startOfChinaDate(`${next}-01`) };
}

/** The day in China that a push belongs to: when the carrier took it, before that when it is to go. */
function dayOf({ state, dueAt }: Push): ChinaDate {
  return chinaDate(state.is === 'accepted' || state.is === 'delivered' ? state.receipt.acceptedAt : dueAt);
}

/**
 * Each day of a month as a dispatcher needs it before choosing: holiday or shifted working day, the briefings on it, and
 * the pushes left for `audience` in its period. `refusedKey` is the period of which the carrier said that none is left.
 */
export function calendarView(facts: {
  readonly month: string;
  readonly accountType: AccountType;
  readonly audience: Audience;
  readonly planned: readonly Push[];
  readonly statuses: ReadonlyMap<string, BriefingStatus>;
  readonly pushes: Pick<PushesApi, 'limits' | 'left'>;
  readonly refusedKey: string | null;
  readonly calendars: readonly YearCalendar[];
}): CalendarView {
  const { month, accountType, audience, planned, statuses, pushes, refusedKey, calendars } = facts;
  const { limits } = pushes;
  const { from, to } = monthBounds(month);
  const worked = new Set(calendars.flatMap(({ workingWeekends }) => workingWeekends));
  const days: CalendarView['days'] = [];
  for (let date = chinaDate(from); startOfChinaDate(date) < to; date = addChinaDays(date, 1)) {
    const here = planned.filter((one) => dayOf(one) === date);
    const period = limits.periodOf(startOfChinaDate(date));
    const counted = period.unit === 'day' ? here : planned;
    days.push({
      date,
      holiday: holidayOn(date, calendars),
      worked: worked.has(date),
      left: period.key === refusedKey ? 0 : pushes.left(audience, counted),
      briefings: here.flatMap(({ briefingId, title, dueAt }) => {
        const status = statuses.get(briefingId);
        return status === undefined ? [] : [{ id: briefingId, title, status, sendAt: dueAt.toISOString() }];
      }),
    });
    days.at(-1)?.briefings.sort((a, b) => (a.sendAt ?? '').localeCompare(b.sendAt ?? ''));
  }
  const known = calendars.some(({ year }) => year === Number(month.slice(0, 4)));
  return { month, accountType, limit: limits.perPeriod, holidaysKnown: known, days };
}
