import type { Clock, Log } from '../kernel/index.ts';
import type { StoredToken, TokenStore } from './client.types.ts';

/**
 * Inside the last 300 s the platform hands out the next token and the old one still works
 * (docs/wechat-platform.md#token).
 */
const RENEW_BEFORE_MS = 200_000;
/** The platform ignores a forced refresh sooner than this after another. */
const FORCE_PAUSE_MS = 30_000;

export interface AccessTokenDeps {
  readonly store: TokenStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks the platform (`stable_token`); `expiresIn` in seconds. */
  readonly fetchToken: (force: boolean) => Promise<{ readonly token: string; readonly expiresIn: number }>;
}

export interface AccessTokens {
  /** A token that should be valid; calls at the same time share one request. */
  current(): Promise<string>;
  /**
   * The token to use after the platform refused `refused`: the stored one where somebody has renewed it already,
   * else a fresh one. Null where there is none now, so that the call should be tried later.
   */
  replace(refused: string): Promise<string | null>;
}

/**
 * The account's access token, kept in a store that all processes may share (Redis, sealed; one process's memory without
 * it). Normal mode of `stable_token` gives every caller the same token, so a lost store costs one request. Renewing runs
 * under the store's lock; `force_refresh` only when the platform hands out the very token that it refused, and at most
 * once in 30 s.
 */
export function createAccessTokens({ store, clock, log, fetchToken }: AccessTokenDeps): AccessTokens {
  let local: StoredToken | null = null;
  let fetching: Promise<StoredToken> | null = null;

  async function read(): Promise<StoredToken | null> {
    try {
      return await store.get();
    } catch (error) {
      warn(error);
      return local;
    }
  }

  async function fetchAndKeep(force: boolean, forcedAt: Date | undefined): Promise<StoredToken> {
    const { token, expiresIn } = await fetchToken(force);
    const lifeMs = Math.max(expiresIn * 1_000 - RENEW_BEFORE_MS, expiresIn * 500);
    return keep({ token, expiresAt: new Date(clock.now().getTime() + lifeMs), ...(forcedAt ? { forcedAt } : {}) });
  }

  async function keep(token: StoredToken): Promise<StoredToken> {
    local = token;
    await store.set(token).catch(warn);
    return token;
  }

  function forcedAtOf(stored: StoredToken | null): Date | undefined {
    return stored?.forcedAt ?? local?.forcedAt;
  }

  /** The error itself may quote the command that failed, and with it the token. */
  function warn(error: unknown): void {
    log.warn('wechat.token_store', { reason: error instanceof Error ? error.name : 'unknown' });
  }

  function isValid(token: StoredToken | null): token is StoredToken {
    return token !== null && token.expiresAt > clock.now();
  }

  return {
    async current() {
      const stored = await read();
      if (isValid(stored)) return stored.token;
      fetching ??= store
        .withRefreshLock(async () => {
          // Another process may have fetched it while this one waited for the lock.
          const renewed = await read();
          return isValid(renewed) ? renewed : fetchAndKeep(false, forcedAtOf(renewed));
        })
        .finally(() => {
          fetching = null;
        });
      return (await fetching).token;
    },

    replace: (refused) =>
      store.withRefreshLock(async () => {
        const stored = await read();
        if (isValid(stored) && stored.token !== refused) return stored.token;
        const same = await fetchAndKeep(false, forcedAtOf(stored));
        if (same.token !== refused) return same.token;
        const now = clock.now();
        if (same.forcedAt !== undefined && now.getTime() - same.forcedAt.getTime() < FORCE_PAUSE_MS) return null;
        // Written down before it is asked for: a lost answer must not lead to a second one at once.
        await keep({ ...same, forcedAt: now });
        const forced = await fetchAndKeep(true, now);
        return forced.token === refused ? null : forced.token;
      }),
  };
}
