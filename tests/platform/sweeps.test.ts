import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../src/kernel/index.ts';
import { createSweepRunner, type Sweep } from '../../src/platform/jobs/index.ts';

const log = { debug() {}, info() {}, warn: vi.fn(), error() {}, child: () => log };

/** A sweep that runs until it is let go, and counts. */
function gated(name = 'a'): Sweep & { runs: number; atOnce: number; most: number; let: (error?: Error) => void } {
  let open: ((error?: Error) => void) | undefined;
  const sweep = {
    name,
    everySeconds: 1,
    runs: 0,
    atOnce: 0,
    most: 0,
    let: (error?: Error) => open?.(error),
    run: async () => {
      sweep.runs += 1;
      sweep.atOnce += 1;
      sweep.most = Math.max(sweep.most, sweep.atOnce);
      const error = await new Promise<Error | undefined>((resolve) => (open = resolve));
      sweep.atOnce -= 1;
      if (error) throw error;
      return 1;
    },
  };
  return sweep;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the sweep runner', () => {
  it('runs a sweep on its interval, one at a time, and once more for what was woken meanwhile', async () => {
    const sweep = gated();
    const runner = createSweepRunner({ sweeps: [sweep], log });
    runner.start();
    await vi.advanceTimersByTimeAsync(5_000);
    expect([sweep.runs, sweep.most]).toEqual([1, 1]);
    runner.wake('a');
    runner.wake('a');
    sweep.let();
    await vi.advanceTimersByTimeAsync(0);
    expect([sweep.runs, sweep.most]).toEqual([2, 1]);
    sweep.let();
    const stopping = runner.stop();
    sweep.let();
    await stopping;
  });

  it('keeps the kind of a failure, not its words, and wakes the sweep again', async () => {
    const sweep = gated();
    const runner = createSweepRunner({ sweeps: [sweep], log });
    runner.wake('a');
    sweep.let(new TypeError('words about 13812345678'));
    await vi.advanceTimersByTimeAsync(0);
    expect(runner.state()).toMatchObject([{ name: 'a', lastError: 'TypeError' }]);
    runner.wake('a');
    sweep.let(new AppError('platform_retry'));
    await vi.advanceTimersByTimeAsync(0);
    expect(runner.state()).toMatchObject([{ lastError: 'platform_retry' }]);
    runner.wake('a');
    sweep.let();
    await vi.advanceTimersByTimeAsync(0);
    expect(runner.state()).toMatchObject([{ lastError: null }]);
    expect(log.warn).toHaveBeenCalledTimes(2);
  });

  it('stops after what is running has ended, and never starts again', async () => {
    const sweep = gated();
    const runner = createSweepRunner({ sweeps: [sweep], log });
    runner.wake('a');
    runner.wake('a');
    let stopped = false;
    const stopping = runner.stop().then(() => (stopped = true));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(stopped).toBe(false);
    sweep.let();
    await stopping;
    runner.start();
    runner.wake('a');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sweep.runs).toBe(1);
  });

  it('refuses two sweeps of one name', () => {
    expect(() => createSweepRunner({ sweeps: [gated(), gated()], log })).toThrow('two sweeps are called a');
  });
});
