import { describe, expect, it } from 'vitest';
import {
  addChinaDays,
  chinaDate,
  chinaWeekday,
  endOfChinaDate,
  formatChinaMinute,
  startOfChinaDate,
} from '../../src/kernel/index.ts';

describe('China time', () => {
  it('turns to the next day at 16:00 UTC', () => {
    expect(chinaDate(new Date('2026-02-10T15:59:59.999Z'))).toBe('2026-02-10');
    expect(chinaDate(new Date('2026-02-10T16:00:00Z'))).toBe('2026-02-11');
  });
  it('bounds a day', () => {
    expect(startOfChinaDate('2026-02-10').toISOString()).toBe('2026-02-09T16:00:00.000Z');
    expect(endOfChinaDate('2026-02-10').toISOString()).toBe('2026-02-10T15:59:59.999Z');
  });
  it('refuses what is no day', () => {
    expect(() => startOfChinaDate('2026-2-1')).toThrow(RangeError);
    expect(() => startOfChinaDate('2026-13-01')).toThrow(RangeError);
  });
  it('adds days across months and leap days', () => {
    expect(addChinaDays('2028-02-28', 1)).toBe('2028-02-29');
    expect(addChinaDays('2026-01-01', -1)).toBe('2025-12-31');
  });
  it('knows the weekday', () => expect(chinaWeekday('2026-11-24')).toBe(2));
  it('formats for people', () => expect(formatChinaMinute(new Date('2026-02-14T01:05:00Z'))).toBe('2月14日 09:05'));
});
