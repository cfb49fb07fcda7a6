import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { newToken, type Clock } from '../kernel/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { createMemoryTokenStore, type StoredToken, type TokenStore } from '../wechat/index.ts';

/** How long one process may hold the lock: longer than the two calls made under it may take (10 s each). */
const LOCK_MS = 30_000;
const LOOK_AGAIN_MS = 100;
/** After so long a process asks by itself: `stable_token` gives every caller the same token. */
const WAIT_AT_MOST_MS = 5_000;
/** Takes the lock away from its owner alone. */
const RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0";

/**
 * The access token of the account in Redis, sealed, so that all processes share one; the lock of its renewal there too.
 * While Redis is away, or what lies there cannot be opened, this process goes on with what it knows itself.
 */
export function createSharedTokenStore(deps: {
  redis: Pick<Redis, 'get' | 'set' | 'eval'>;
  sealer: Sealer;
  /** Distinguishes accounts that share a Redis. */
  prefix: string;
  clock: Clock;
}): TokenStore {
  const { redis, sealer, clock } = deps;
  const key = `${deps.prefix}:access-token`;
  const lock = `${key}:lock`;
  const own = createMemoryTokenStore();

  /** Null = Redis is away. */
  const grab = async (owner: string): Promise<boolean | null> => {
    try {
      return (await redis.set(lock, owner, 'PX', LOCK_MS, 'NX')) === 'OK';
    } catch {
      return null;
    }
  };

  return {
    get: async () => {
      try {
        const sealed = await redis.get(key);
        return sealed === null ? null : parse(sealer.open(sealed, key));
      } catch {
        return own.get();
      }
    },
    set: async (token) => {
      await own.set(token);
      const lifeMs = Math.max(1_000, token.expiresAt.getTime() - clock.now().getTime());
      // A forced renewal is remembered for its pause even where the token itself ends sooner.
      await redis.set(key, sealer.seal(JSON.stringify(token), key), 'PX', Math.max(lifeMs, 60_000)).catch(() => null);
    },
    withRefreshLock: (fn) =>
      own.withRefreshLock(async () => {
        const owner = newToken(12);
        let held = await grab(owner);
        for (let waited = 0; held === false && waited < WAIT_AT_MOST_MS; waited += LOOK_AGAIN_MS) {
          await sleep(LOOK_AGAIN_MS);
          held = await grab(owner);
        }
        try {
          return await fn();
        } finally {
          if (held) await redis.eval(RELEASE, 1, lock, owner).catch(() => null);
        }
      }),
  };
}

function parse(text: string): StoredToken {
  const { token, expiresAt, forcedAt } = JSON.parse(text) as { token: string; expiresAt: string; forcedAt?: string };
  return {
    token,
    expiresAt: new Date(expiresAt),
    ...(forcedAt === undefined ? {} : { forcedAt: new Date(forcedAt) }),
  };
}
