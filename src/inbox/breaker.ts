import { AppError, isAppError, type Clock } from '../kernel/index.ts';

/** After a failure of the hot store, how long messages go to the spool at once (docs/promises.md#p3). */
const OPEN_MS = 2_000;

/** Fails at once for a while after a failure, so that a frozen MongoDB costs one slow answer and not all of them. */
export interface Breaker {
  /**
   * Runs `work`, at most `limitMs`; throws AppError store_unavailable while open, on time-out and on failure. An
   * AppError that speaks of something else passes through and opens nothing: the store has answered.
   */
  run<T>(limitMs: number, work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
}

export function createBreaker(clock: Clock): Breaker {
  let openUntil = 0;
  const isOpen = (): boolean => clock.now().getTime() < openUntil;
  return {
    isOpen,
    run: async (limitMs, work) => {
      if (isOpen()) throw new AppError('store_unavailable');
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new AppError('store_unavailable')), limitMs);
      });
      const running = work();
      // The race may be over before `work` fails: its late failure must not count as unhandled.
      running.catch(() => undefined);
      try {
        return await Promise.race([running, limit]);
      } catch (error) {
        if (isAppError(error) && error.code !== 'store_unavailable') throw error;
        openUntil = clock.now().getTime() + OPEN_MS;
        throw new AppError('store_unavailable', { cause: error });
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
