/** China has one time zone, UTC+8 without summer time since 1991; so plain arithmetic is exact. */
const OFFSET_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;

/** A calendar day in China, `YYYY-MM-DD`. */
export type ChinaDate = string;

/** The day in China at instant `at`. */
export function chinaDate(at: Date): ChinaDate {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** Hour of the day (0–23) in China. */
export function chinaHour(at: Date): number {
  return new Date(at.getTime() + OFFSET_MS).getUTCHours();
}

/** The first instant of a China day. Throws RangeError where `date` is no day. */
export function startOfChinaDate(date: ChinaDate): Date {
  const ms = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(ms) || !/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new RangeError(`not a day: ${date}`);
  return new Date(ms - OFFSET_MS);
}

/** The last millisecond of a China day: where "due that day" ends. */
export function endOfChinaDate(date: ChinaDate): Date {
  return new Date(startOfChinaDate(date).getTime() + DAY_MS - 1);
}

/** `date` moved by `days` calendar days (may be negative). */
export function addChinaDays(date: ChinaDate, days: number): ChinaDate {
  return chinaDate(new Date(startOfChinaDate(date).getTime() + days * DAY_MS));
}

/** 0 = Sunday … 6 = Saturday. */
export function chinaWeekday(date: ChinaDate): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** `2026年2月14日`, or `2月14日` when `withYear` is false. */
export function formatChinaDate(date: ChinaDate, withYear = true): string {
  const [year = '', month = '', day = ''] = date.split('-');
  const short = `${Number(month)}月${Number(day)}日`;
  return withYear ? `${year}年${short}` : short;
}

/** `2月14日 09:05` in China time. */
export function formatChinaMinute(at: Date): string {
  const local = new Date(at.getTime() + OFFSET_MS).toISOString();
  return `${formatChinaDate(local.slice(0, 10), false)} ${local.slice(11, 16)}`;
}
