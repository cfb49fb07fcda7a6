import { Redis } from 'ioredis';
import type { Log } from '../../kernel/index.ts';

/**
 * Redis for what can be recomputed (ARCHITECTURE.md). It fails fast: a frozen Redis would otherwise hang the limiter,
 * and a command queue would answer after the resident has gone (docs/promises.md#p3).
 */
export function connectRedis(deps: { url: string; log: Log }): Redis {
  const redis = new Redis(deps.url, {
    commandTimeout: 150,
    connectTimeout: 1_000,
    maxRetriesPerRequest: 0,
    enableOfflineQueue: false,
    // What many requests ask in one turn of the event loop goes out together.
    enableAutoPipelining: true,
    retryStrategy: (times) => Math.min(200 * times, 5_000),
  });
  let away = false;
  redis.on('error', (err: unknown) => {
    // ioredis repeats this at every attempt: one line for each time it goes away.
    if (!away) deps.log.warn('redis.away', { err });
    away = true;
  });
  redis.on('ready', () => {
    if (away) deps.log.info('redis.back');
    away = false;
  });
  return redis;
}
