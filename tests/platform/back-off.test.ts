import { describe, expect, it } from 'vitest';
import { backOff, isFree, LEASE_MS, newLease, nextTry } from '../../src/platform/lease/index.ts';

const now = new Date('2026-03-02T01:00:00Z');

describe('the back-off', () => {
  it('waits as said after the first failure, twice as long after each further one, and never longer than said', () => {
    const how = { firstMs: 5_000, mostMs: 60_000 };
    expect([1, 2, 3, 4, 5, 6].map((failures) => backOff(how, failures))).toEqual([
      5_000, 10_000, 20_000, 40_000, 60_000, 60_000,
    ]);
    expect(nextTry(how, 2, now)).toEqual(new Date('2026-03-02T01:00:10Z'));
  });

  it('stays at its cap after any number of failures, and treats none as the first', () => {
    const how = { firstMs: 2_000, mostMs: 600_000 };
    expect(backOff(how, 5_000)).toBe(600_000);
    expect(backOff(how, 0)).toBe(2_000);
  });
});

describe('a lease', () => {
  it('lasts 15 s at most without a renewal, and is free from that moment on', () => {
    const lease = newLease(now);
    expect(LEASE_MS).toBe(15_000);
    expect(lease.until).toEqual(new Date('2026-03-02T01:00:15Z'));
    expect(isFree(lease, new Date('2026-03-02T01:00:14.999Z'))).toBe(false);
    expect(isFree(lease, lease.until)).toBe(true);
    expect([isFree(null, now), isFree(undefined, now)]).toEqual([true, true]);
  });

  it('has a token of its own for each claim', () => {
    expect(new Set(Array.from({ length: 100 }, () => newLease(now).by)).size).toBe(100);
  });
});
