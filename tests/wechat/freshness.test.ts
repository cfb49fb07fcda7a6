import { describe, expect, it } from 'vitest';
import { createClockWatch } from '../../src/wechat/index.ts';

function watch(start = 1_700_000_000) {
  let seconds = start;
  const told: number[] = [];
  const it = createClockWatch({ clock: { now: () => new Date(seconds * 1_000) }, onOff: (off) => told.push(off) });
  return {
    ...it,
    told,
    pass: (by: number) => (seconds += by),
    signed: (off: number) => it.note(String(seconds - off)),
  };
}

describe('the watch over our clock', () => {
  it('says nothing while no timestamp came or it is less than a minute off', () => {
    const clock = watch();
    expect(clock.off()).toBeNull();
    clock.signed(59);
    clock.signed(-59);
    expect([clock.off(), clock.told]).toEqual([null, []]);
  });

  it.each([60, 300, -60, -86_400])('says %d seconds, and tells it once', (off) => {
    const clock = watch();
    clock.signed(off);
    clock.signed(off);
    expect([clock.off(), clock.told]).toEqual([off, [off]]);
  });

  it('is not misled by a repeated old request among true ones', () => {
    const clock = watch();
    clock.signed(2);
    clock.signed(80_000);
    expect([clock.off(), clock.told]).toEqual([null, []]);
  });

  it('forgets after ten minutes, and tells anew when it goes wrong again', () => {
    const clock = watch();
    clock.signed(120);
    clock.pass(601);
    expect(clock.off()).toBeNull();
    clock.signed(0);
    clock.pass(601);
    clock.signed(120);
    expect(clock.told).toEqual([120, 120]);
  });

  it('passes over what is no timestamp', () => {
    const clock = watch();
    for (const text of ['', '0', '17e8', '170000000000', 'now']) clock.note(text);
    expect(clock.off()).toBeNull();
  });
});
