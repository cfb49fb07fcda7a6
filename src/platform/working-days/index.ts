import {
  addChinaDays,
  canonicalJson,
  chinaDate,
  chinaWeekday,
  formatChinaDate,
  sha256Hex,
  type ChinaDate,
} from '../../kernel/index.ts';
import type { YearCalendar } from '../config/index.ts';
import { assumedHolidays } from './assumed.ts';

export interface Counted {
  readonly date: ChinaDate;
  /** The derivation in Chinese: what was skipped and which weekend was worked. */
  readonly why: string;
  /** True where the count passed through a year without a calendar: there weekends and the holidays of the law are free. */
  readonly assumed: boolean;
}

export interface WorkingDays {
  /** Changes when any year's days change or a year is added: what was counted with another version is counted anew. */
  readonly version: string;
  isWorkingDay(date: ChinaDate): boolean;
  /** The `days`-th working day after `start`; `start` itself is day 0. */
  add(start: ChinaDate, days: number): Counted;
  knowsYear(year: number): boolean;
  /** What staff must be told about calendars at `now`, in Chinese; null when all is well. */
  warning(now: Date): string | null;
}

/** Next year's notice comes in early November (2025: 4 November); from October on its absence is worth a word. */
const WARN_FROM_MONTH = 10;

/** The state's calendar with 调休: weekends that are worked, holidays that are not. Knows which years it holds. */
export function createWorkingDays(calendars: readonly YearCalendar[]): WorkingDays {
  const years = new Set(calendars.map((calendar) => calendar.year));
  const working = new Set(calendars.flatMap((calendar) => calendar.workingWeekends));
  const holidays = new Map<ChinaDate, string>();
  for (const { name, from, to } of calendars.flatMap((calendar) => calendar.holidays)) {
    for (let date = from; date <= to; date = addChinaDays(date, 1)) holidays.set(date, name);
  }
  const assumed = new Map<number, ReadonlyMap<ChinaDate, string>>();
  const holidayOn = (date: ChinaDate): string | undefined => {
    const year = Number(date.slice(0, 4));
    if (years.has(year)) return holidays.get(date);
    if (!assumed.has(year)) assumed.set(year, assumedDays(year));
    return holidays.get(date) ?? assumed.get(year)?.get(date);
  };
  const isWeekend = (date: ChinaDate): boolean => [0, 6].includes(chinaWeekday(date));
  const isWorkingDay = (date: ChinaDate): boolean =>
    holidayOn(date) === undefined && (working.has(date) || !isWeekend(date));
  const knowsYear = (year: number): boolean => years.has(year);

  return {
    version: versionOf(calendars),
    isWorkingDay,
    knowsYear,
    add: (start, days) => {
      if (!Number.isInteger(days) || days < 0) throw new RangeError(`not a number of days: ${days}`);
      let date = start;
      let guessed = false;
      const facts: string[] = [];
      for (let counted = 0; counted < days; ) {
        date = addChinaDays(date, 1);
        guessed ||= !knowsYear(Number(date.slice(0, 4)));
        if (isWorkingDay(date)) counted += 1;
        const fact = describe(date, holidayOn(date), working.has(date));
        if (fact && facts.at(-1) !== fact) facts.push(fact);
      }
      if (guessed) facts.push('部分年份的放假安排还没有公布，暂按周一至周五计算，法定节假日除外');
      return { date, why: [`${start} 起 ${days} 个工作日`, ...facts].join('，'), assumed: guessed };
    },
    warning: (now) => {
      const [year = 0, month = 0] = chinaDate(now).split('-').map(Number);
      if (!knowsYear(year))
        return `缺少 ${year} 年的放假安排，期限暂按周一至周五计算，法定节假日除外。请放入 config/calendar/${year}.json。`;
      if (month >= WARN_FROM_MONTH && !knowsYear(year + 1)) {
        return `还没有 ${year + 1} 年的放假安排。国务院办公厅公布后，请放入 config/calendar/${year + 1}.json。`;
      }
      return null;
    },
  };
}

/** The assumed holidays that fall into a year; those of the next one may begin in it. */
function assumedDays(year: number): ReadonlyMap<ChinaDate, string> {
  const days = new Map<ChinaDate, string>();
  for (const { name, from, to } of [...assumedHolidays(year), ...assumedHolidays(year + 1)]) {
    for (let date = from; date <= to; date = addChinaDays(date, 1)) days.set(date, name);
  }
  return days;
}

function describe(date: ChinaDate, holiday: string | undefined, worked: boolean): string | undefined {
  if (holiday !== undefined) return `${holiday}放假`;
  return worked ? `${formatChinaDate(date, false)}上班` : undefined;
}

/** Counts up when the assumption about a year without a calendar changes: what was counted by the old one is counted anew. */
const ASSUMPTION = 2;

/** Short, and of the days alone: another wording of a year's source changes no deadline. */
function versionOf(calendars: readonly YearCalendar[]): string {
  const days = calendars.map(({ year, holidays, workingWeekends }) => ({ year, holidays, workingWeekends }));
  const assumption = ASSUMPTION;
  return sha256Hex(canonicalJson({ assumption, days: days.sort((a, b) => a.year - b.year) })).slice(0, 16);
}
