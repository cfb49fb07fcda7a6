import { addChinaDays, chinaWeekday, type ChinaDate } from '../../kernel/index.ts';

/**
 * First day of spring, dragon boat and mid-autumn festival by the Chinese calendar of the Purple Mountain Observatory.
 * A table, because the runtime's own calendar is a day off where a new moon falls near midnight (2027, 2030).
 */
const BY_THE_MOON: Readonly<Record<number, readonly [spring: string, dragonBoat: string, midAutumn: string]>> = {
  2026: ['02-17', '06-19', '09-25'],
  2027: ['02-06', '06-09', '09-15'],
  2028: ['01-26', '05-28', '10-03'],
  2029: ['02-13', '06-16', '09-22'],
  2030: ['02-03', '06-05', '09-12'],
  2031: ['01-23', '06-24', '10-01'],
  2032: ['02-11', '06-12', '09-19'],
  2033: ['01-31', '06-01', '09-08'],
  2034: ['02-19', '06-20', '09-27'],
  2035: ['02-08', '06-10', '09-16'],
  2036: ['01-28', '05-30', '10-04'],
  2037: ['02-15', '06-18', '09-24'],
  2038: ['02-04', '06-07', '09-13'],
  2039: ['01-24', '05-27', '10-02'],
  2040: ['02-12', '06-14', '09-20'],
};

interface Span {
  readonly name: string;
  readonly from: ChinaDate;
  readonly to: ChinaDate;
}

/**
 * The holidays of a year whose calendar is not published yet: those that the law gives (全国年节及纪念日放假办法), with the
 * days around them that have been free in every calendar of the last years. Rather a day too many than a resident who is
 * promised an answer on a holiday.
 */
export function assumedHolidays(year: number): readonly Span[] {
  const moon = BY_THE_MOON[year];
  const spans = [single('元旦', `${year}-01-01`), single('清明节', qingming(year)), ...longOnes(year)];
  if (moon === undefined) return spans;
  const [spring, dragonBoat, midAutumn] = moon.map((day) => `${year}-${day}`) as [ChinaDate, ChinaDate, ChinaDate];
  return [
    ...spans,
    // New Year's Eve to the seventh day.
    { name: '春节', from: addChinaDays(spring, -1), to: addChinaDays(spring, 6) },
    single('端午节', dragonBoat),
    ...autumn(year, midAutumn),
  ];
}

function longOnes(year: number): readonly Span[] {
  return [
    { name: '劳动节', from: `${year}-05-01`, to: `${year}-05-05` },
    { name: '国庆节', from: `${year}-10-01`, to: `${year}-10-07` },
  ];
}

/** Where mid-autumn falls into the week of the national day or touches it, both together have had eight days. */
function autumn(year: number, midAutumn: ChinaDate): readonly Span[] {
  if (midAutumn < `${year}-09-29`) return [single('中秋节', midAutumn)];
  const to = `${year}-10-08`;
  return [{ name: '中秋节', from: midAutumn, to: midAutumn < `${year}-10-01` ? `${year}-10-07` : to }];
}

/** A holiday of one day, with the weekend beside it: after a weekend Monday follows, a Tuesday takes Monday along, a Thursday Friday. */
function single(name: string, day: ChinaDate): Span {
  const weekday = chinaWeekday(day);
  const [before, after] = AROUND[weekday] ?? [0, 0];
  return { name, from: addChinaDays(day, -before), to: addChinaDays(day, after) };
}

/** Days before and after, by weekday from Sunday. */
const AROUND: readonly (readonly [before: number, after: number])[] = [
  [1, 1],
  [2, 0],
  [1, 0],
  [0, 0],
  [0, 1],
  [0, 2],
  [0, 2],
];

/** The solar term by its usual formula, right for this century. */
function qingming(year: number): ChinaDate {
  const y = year % 100;
  const day = Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4);
  return `${year}-04-0${day}`;
}
