import type { StoredToken, TokenStore } from './client.types.ts';

/** A token store for one process: without Redis, and in tests. */
export function createMemoryTokenStore(): TokenStore {
  let stored: StoredToken | null = null;
  let last: Promise<unknown> = Promise.resolve();
  return {
    get: () => Promise.resolve(stored),
    set: (token) => {
      stored = token;
      return Promise.resolve();
    },
    withRefreshLock: (fn) => {
      const turn = last.then(fn, fn);
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}
