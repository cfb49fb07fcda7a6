import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';

/** One kind of limit: `points` in `seconds` for each key. */
export interface LimitRule {
  readonly points: number;
  readonly seconds: number;
}

export type Taken =
  | { readonly ok: true }
  | {
      readonly ok: false;
      readonly retryAfterSeconds: number;
      /** True at the first refusal of a window: what should be told once is told then. */
      readonly first: boolean;
    };

/** Counts per kind and key. On Redis where there is one, in this process's memory where it is away. */
export interface Limiter<K extends string> {
  take(kind: K, key: string): Promise<Taken>;
  /** Would `take` refuse now? Counts nothing. */
  isFull(kind: K, key: string): Promise<boolean>;
  /** Forgets a key: after a right password the wrong ones before it no longer count. */
  clear(kind: K, key: string): Promise<void>;
  /** Returns one point: what turned out right counts against nobody. */
  giveBack(kind: K, key: string): Promise<void>;
}

export function createLimiter<K extends string>(deps: {
  redis: Redis | null;
  rules: Readonly<Record<K, LimitRule>>;
  /** Separates installations that share one Redis. */
  prefix: string;
}): Limiter<K> {
  const limiters = Object.fromEntries(
    (Object.entries(deps.rules) as [K, LimitRule][]).map(([kind, rule]) => [kind, build(deps, kind, rule)]),
  ) as Record<K, RateLimiterAbstract>;
  /** The count alone: the library asks for the time that is left as well, four commands in all. */
  const countedSoFar = async (kind: K, key: string): Promise<number> => {
    const limiter = limiters[kind];
    if (deps.redis?.status === 'ready') {
      const counted = await deps.redis.get(limiter.getKey(key)).catch(() => undefined);
      if (counted !== undefined) return Number(counted ?? 0);
    }
    // Without Redis the library counts in memory.
    return (await limiter.get(key))?.consumedPoints ?? 0;
  };
  return {
    take: async (kind, key) => {
      try {
        await limiters[kind].consume(key);
        return { ok: true };
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) {
          const retryAfterSeconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
          return { ok: false, retryAfterSeconds, first: refusal.consumedPoints === deps.rules[kind].points + 1 };
        }
        // Neither Redis nor the insurance could count: a limit must not stop the service it protects.
        return { ok: true };
      }
    },
    isFull: async (kind, key) => (await countedSoFar(kind, key).catch(() => 0)) >= deps.rules[kind].points,
    clear: async (kind, key) => {
      await limiters[kind].delete(key).catch(() => undefined);
    },
    giveBack: async (kind, key) => {
      await limiters[kind].reward(key, 1).catch(() => undefined);
    },
  };
}

function build(deps: { redis: Redis | null; prefix: string }, kind: string, rule: LimitRule): RateLimiterAbstract {
  const options = { keyPrefix: `${deps.prefix}:${kind}`, points: rule.points, duration: rule.seconds };
  const memory = new RateLimiterMemory(options);
  if (!deps.redis) return memory;
  return new RateLimiterRedis({
    ...options,
    storeClient: deps.redis,
    insuranceLimiter: memory,
    rejectIfRedisNotReady: true,
  });
}
