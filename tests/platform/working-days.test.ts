import { readFileSync } from 'node:fs';
import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { addChinaDays } from '../../src/kernel/index.ts';
import type { YearCalendar } from '../../src/platform/config/index.ts';
import { createWorkingDays } from '../../src/platform/working-days/index.ts';

const calendar = JSON.parse(
  readFileSync(new URL('../../config/calendar/2026.json', import.meta.url), 'utf8'),
) as YearCalendar;
const days = createWorkingDays([calendar]);

describe('working days of 2026', () => {
  it.each([
    ['2026-02-10', 5, '2026-02-24'],
    ['2026-02-10', 20, '2026-03-16'],
    ['2026-09-18', 1, '2026-09-20'],
  ])('%s + %i is %s, with holidays and worked weekends', (start, count, expected) => {
    expect(days.add(start, count).date).toBe(expected);
  });
  it('has 248 working days and 6 worked weekend days', () => {
    let working = 0;
    for (let date = '2026-01-01'; date <= '2026-12-31'; date = addChinaDays(date, 1)) {
      if (days.isWorkingDay(date)) working += 1;
    }
    expect(working).toBe(248);
    expect(calendar.workingWeekends.filter((date) => days.isWorkingDay(date))).toHaveLength(6);
  });
  it('tells the derivation', () => {
    expect(days.add('2026-02-10', 5).why).toBe('2026-02-10 起 5 个工作日，2月14日上班，春节放假');
  });
  it('flags a count into a year it does not hold', () => {
    expect(days.add('2026-12-25', 10).assumed).toBe(true);
    expect(days.add('2026-03-02', 10).assumed).toBe(false);
  });
  it('warns from October on while next year is missing', () => {
    expect(days.warning(new Date('2026-09-30T04:00:00Z'))).toBeNull();
    expect(days.warning(new Date('2026-10-01T04:00:00Z'))).toContain('2027');
    expect(days.warning(new Date('2027-01-02T04:00:00Z'))).toContain('2027');
  });
  it('always ends on a working day and counts exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 30 }), (offset, count) => {
        const start = addChinaDays('2026-01-01', offset);
        const end = days.add(start, count).date;
        let seen = 0;
        for (let date = addChinaDays(start, 1); date <= end; date = addChinaDays(date, 1)) {
          if (days.isWorkingDay(date)) seen += 1;
        }
        return days.isWorkingDay(end) && seen === count;
      }),
    );
  });
});
