import { Cron } from 'croner';
import { isAppError, type Log } from '../../kernel/index.ts';

/**
 * Work found by looking: `run` takes what is due from the domain documents (by a claim with owner token and lease) and
 * answers how much it did. A lost or doubled wake-up costs nothing; no queue holds truth (ARCHITECTURE.md#the-rules).
 */
export interface Sweep {
  readonly name: string;
  readonly everySeconds: number;
  /** Runs in every process and not in workers alone: its work lies on this host. */
  readonly everywhere?: true;
  run(): Promise<number>;
}

export interface SweepState {
  readonly name: string;
  readonly lastRunAt: Date | null;
  readonly lastError: string | null;
}

export interface SweepRunner {
  start(): void;
  /** Runs one sweep now (after a change that made work); several calls while it runs give one more run. */
  wake(name: string): void;
  /** Runs one sweep to its end, outside its timer; answers its count. For commands and tests; rejects where it fails. */
  runNow(name: string): Promise<number>;
  state(): readonly SweepState[];
  /** Ends the timers and waits for running sweeps. */
  stop(): Promise<void>;
}

interface Running {
  readonly sweep: Sweep;
  timer: Cron | null;
  current: Promise<void> | null;
  again: boolean;
  lastRunAt: Date | null;
  lastError: string | null;
}

/** Wakes each sweep on its interval, one run at a time per process. A failing sweep is logged and woken again. */
export function createSweepRunner(deps: { sweeps: readonly Sweep[]; log: Log }): SweepRunner {
  const { log } = deps;
  const all: Running[] = deps.sweeps.map((sweep) => ({
    sweep,
    timer: null,
    current: null,
    again: false,
    lastRunAt: null,
    lastError: null,
  }));
  let stopped = false;
  const names = deps.sweeps.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two sweeps are called ${twice}`);

  const runOnce = async (running: Running): Promise<void> => {
    try {
      const count = await running.sweep.run();
      running.lastError = null;
      if (count > 0) log.debug('sweep.done', { sweep: running.sweep.name, count });
    } catch (err) {
      // Shown to staff: the kind of failure, never its words, which may hold a person's.
      running.lastError = isAppError(err) ? err.code : err instanceof Error ? err.name : 'unknown';
      log.warn('sweep.failed', { sweep: running.sweep.name, err });
    }
    running.lastRunAt = new Date();
  };
  const wake = (running: Running): void => {
    if (stopped) return;
    if (running.current) {
      running.again = true;
      return;
    }
    running.current = runOnce(running).finally(() => {
      running.current = null;
      if (running.again) {
        running.again = false;
        wake(running);
      }
    });
  };
  return {
    start: () => {
      if (stopped) return;
      for (const running of all) {
        // Patterns of croner end at a minute's granularity; `interval` spaces the every-second pattern out.
        running.timer = new Cron('* * * * * *', { interval: Math.max(1, running.sweep.everySeconds) }, () =>
          wake(running),
        );
      }
    },
    wake: (name) => {
      const running = all.find((candidate) => candidate.sweep.name === name);
      if (running) wake(running);
    },
    runNow: async (name) => {
      const running = all.find((candidate) => candidate.sweep.name === name);
      if (!running) throw new Error(`no sweep is called ${name}`);
      return running.sweep.run();
    },
    state: () => all.map(({ sweep, lastRunAt, lastError }) => ({ name: sweep.name, lastRunAt, lastError })),
    stop: async () => {
      stopped = true;
      for (const running of all) running.timer?.stop();
      await Promise.all(all.flatMap((running) => (running.current === null ? [] : [running.current])));
    },
  };
}
