import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { countDue, dueOf } from '../../src/complaints/due.ts';
import { chinaDate } from '../../src/kernel/index.ts';
import type { Clocks, YearCalendar } from '../../src/platform/config/index.ts';
import { createWorkingDays } from '../../src/platform/working-days/index.ts';

const CALENDAR = JSON.parse(
  readFileSync(new URL('../../config/calendar/2026.json', import.meta.url), 'utf8'),
) as YearCalendar;
const workingDays = createWorkingDays([CALENDAR]);
const clocks: Clocks = {
  version: 'test-1',
  triage: { days: 1, unit: 'working' },
  return: { days: 5, unit: 'working' },
  kinds: {
    consult: { days: 1, unit: 'working' },
    help: { days: 5, unit: 'working' },
    complain: { days: 20, unit: 'working', ceiling: { days: 60, unit: 'calendar' } },
    suggest: { days: 15, unit: 'calendar' },
  },
  tipoff: { days: 15, unit: 'calendar' },
  extension: { maxWorkingDays: 30 },
  remindAt: [],
  escalateAfterWorkingDays: { leader: 1, supervisor: 5 },
};
const due = (kind: Parameters<typeof dueOf>[1], from: string, over: Partial<Clocks> = {}) =>
  dueOf({ clocks: { ...clocks, ...over }, workingDays }, kind, new Date(from));

describe('the due date', () => {
  it.each([
    ['help', '2026-02-10T02:00:00Z', '2026-02-24'],
    ['complain', '2026-02-10T02:00:00Z', '2026-03-16'],
    ['consult', '2026-09-18T02:00:00Z', '2026-09-20'],
  ] as const)('of %s received %s is %s: holidays and worked weekends count as the state says', (kind, from, day) => {
    expect(chinaDate(due(kind, from).dueAt)).toBe(day);
  });

  it('ends with the China day, counted from the China day of receipt', () => {
    // 23:30 on 9 February in China is still the 9th: one working day later is the 10th.
    const { dueAt } = due('consult', '2026-02-09T15:30:00Z');
    expect(dueAt.toISOString()).toBe('2026-02-10T15:59:59.999Z');
    expect(chinaDate(due('consult', '2026-02-09T16:30:00Z').dueAt)).toBe('2026-02-11');
  });

  it('in calendar days goes through holidays', () => {
    const { dueAt, dueWhy } = due('suggest', '2026-02-10T02:00:00Z');
    expect(chinaDate(dueAt)).toBe('2026-02-25');
    expect(dueWhy).toBe('2026-02-10 起 15 日');
  });

  it('tells how it was counted', () => {
    expect(due('help', '2026-02-10T02:00:00Z').dueWhy).toBe('2026-02-10 起 5 个工作日，2月14日上班，春节放假');
    expect(due('complain', '2026-03-02T02:00:00Z').dueWhy).toContain('最迟不超过 2026-05-01（60 日）');
  });

  it('is never later than the ceiling', () => {
    const kinds = { ...clocks.kinds, complain: { days: 90, unit: 'working', ceiling: { days: 60, unit: 'calendar' } } };
    const { dueAt } = due('complain', '2026-03-02T02:00:00Z', { kinds } as Partial<Clocks>);
    expect(chinaDate(dueAt)).toBe('2026-05-01');
  });

  it('without a kind yet is that of the rule which ends last', () => {
    expect(due(null, '2026-03-02T02:00:00Z').dueAt).toEqual(due('complain', '2026-03-02T02:00:00Z').dueAt);
  });

  it('says where a year’s calendar is missing', () => {
    expect(due('complain', '2026-12-25T02:00:00Z').dueAssumed).toBe(true);
    expect(due('consult', '2026-03-02T02:00:00Z').dueAssumed).toBe(false);
  });
});

describe('counting again', () => {
  const frozen = due('help', '2026-02-10T02:00:00Z');

  it('under another calendar keeps rule and day of receipt', () => {
    const noSwap = createWorkingDays([{ ...CALENDAR, workingWeekends: [] }]);
    expect(noSwap.version).not.toBe(workingDays.version);
    const counted = countDue(noSwap, frozen);
    expect(chinaDate(counted.dueAt)).toBe('2026-02-25');
    expect(counted.calendarVersion).toBe(noSwap.version);
  });

  it('keeps an extension, in working days from the first due day', () => {
    const counted = countDue(workingDays, { ...frozen, extensionDays: 3 });
    expect(chinaDate(counted.dueAt)).toBe('2026-02-27');
    expect(counted.dueWhy).toMatch(/5 个工作日.*；延期：2026-02-24 起 3 个工作日/);
  });
});

describe('the version of the calendars', () => {
  it('is of the days alone and in any order', () => {
    const other = { ...CALENDAR, year: 2027, holidays: [], workingWeekends: [] };
    const version = createWorkingDays([CALENDAR, other]).version;
    expect(createWorkingDays([other, { ...CALENDAR, source: 'another wording' }]).version).toBe(version);
    expect(workingDays.version).not.toBe(version);
  });
});
