import type { Clock } from '../kernel/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { StaffLine } from './staff-line.ts';
import { stoppageOf, stoppageWords, type CallState, type Stoppage } from './stoppage.ts';
import type { StoppageStore } from './stoppages.store.ts';

/** A cause that comes back sooner than this is the one that staff have heard of. */
const TELL_AGAIN_MS = 3_600_000;

export interface StoppagesDeps {
  readonly store: StoppageStore;
  readonly transact: Transact;
  /** What this process last heard of each call. */
  readonly callStates: () => readonly CallState[];
  readonly tellStaff: (tx: Tx, line: StaffLine) => Promise<void>;
  readonly clock: Clock;
}

/** What the platform refuses because of us: in one place for all processes, told once for each cause. */
export function createStoppages({ store, transact, callStates, tellStaff, clock }: StoppagesDeps): {
  /** Writes down what this process has heard since the last time. */
  note(): Promise<void>;
  /** One sentence for each that lasts. */
  health(): Promise<string[]>;
} {
  const begin = (stoppage: Stoppage, at: Date): Promise<void> =>
    transact(async (tx) => {
      const toldAfter = new Date(clock.now().getTime() - TELL_AGAIN_MS);
      if (!(await store.begin(tx, stoppage, at, toldAfter))) return;
      await tellStaff(tx, lineOf(stoppage, at));
    });

  const noted = new Map<string, number>();
  const note = async (): Promise<void> => {
    const fresh = callStates().filter(({ api, at }) => noted.get(api) !== at.getTime());
    if (fresh.length === 0) return;
    const open = await store.open();
    for (const state of fresh) {
      const stoppage = stoppageOf(state);
      const lasting = open.filter(({ api }) => api === state.api);
      if (stoppage !== null && lasting.every(({ key }) => key !== stoppage.key)) await begin(stoppage, state.at);
      const over = lasting.filter(({ key, since }) => key !== stoppage?.key && state.at >= since);
      for (const { key } of over) await store.end(key, state.at);
      noted.set(state.api, state.at.getTime());
    }
  };

  return {
    note,
    health: async () => {
      await note();
      return [...new Set((await store.open()).map(stoppageWords))];
    },
  };
}

/** Without a token nothing goes at all: that is said at night, too. */
function lineOf({ key, api, words }: Stoppage, at: Date): StaffLine {
  const facts = { ref: words, path: '/console/health', urgent: api === 'token' };
  return { key: `stopped:${key}:${at.getTime()}`, kind: 'stopped', ...facts };
}
