import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWorkingDays } from '../../src/deadlines/index.ts';
import { addChinaDays, chinaWeekday } from '../../src/kernel/index.ts';
import type { YearCalendar } from '../../src/platform/config/index.ts';

const calendar = JSON.parse(
  readFileSync(new URL('../../config/calendar/2026.json', import.meta.url), 'utf8'),
) as YearCalendar;
const days = createWorkingDays([calendar]);

describe('a year whose calendar is not published yet (case 34)', () => {
  it.each([
    ['2026-12-30', 3, '2027-01-05'],
    ['2026-12-31', 1, '2027-01-04'],
    ['2027-02-04', 1, '2027-02-15'],
    ['2027-04-02', 1, '2027-04-06'],
    ['2027-04-30', 1, '2027-05-06'],
    ['2027-06-08', 1, '2027-06-10'],
    ['2027-09-14', 1, '2027-09-16'],
    ['2027-09-30', 1, '2027-10-08'],
    ['2028-09-29', 1, '2028-10-09'],
  ])('%s + %i is %s, and says that it is assumed', (start, count, expected) => {
    const counted = days.add(start, count);
    expect([counted.date, counted.assumed]).toEqual([expected, true]);
    expect(counted.why).toContain('放假安排还没有公布');
  });

  it.each([2027, 2028, 2029, 2030, 2035, 2040])('never yields a holiday of the law or a weekend: %i', (year) => {
    const holidays = ['01-01', '05-01', '05-02', '10-01', '10-02', '10-03'].map((day) => `${year}-${day}`);
    for (let date = `${year}-01-01`; date <= `${year}-12-31`; date = addChinaDays(date, 1)) {
      const due = days.add(date, 1).date;
      expect(holidays).not.toContain(due);
      expect([0, 6]).not.toContain(chinaWeekday(due));
    }
  });

  it('is counted by its own calendar as soon as there is one', () => {
    const published: YearCalendar = { ...calendar, year: 2027, holidays: [], workingWeekends: [] };
    expect(createWorkingDays([calendar, published]).add('2026-12-31', 1)).toMatchObject({
      date: '2027-01-01',
      assumed: false,
    });
    expect(createWorkingDays([calendar, published]).version).not.toBe(days.version);
  });
});
