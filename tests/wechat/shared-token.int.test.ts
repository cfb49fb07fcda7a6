import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createSharedTokenStore } from '../../src/app/shared-token.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { createAccessTokens } from '../../src/wechat/access-token.ts';

const opened: Redis[] = [];
afterEach(() => {
  for (const redis of opened.splice(0)) redis.disconnect();
});
const redisOf = (): Redis => {
  const redis = new Redis(inject('redisUri'), { commandTimeout: 500, maxRetriesPerRequest: 0, lazyConnect: false });
  opened.push(redis);
  return redis;
};
const sealer = createSealer({ current: 'k'.repeat(32) }, 'access-token');
const log = createLog({ level: 'silent', role: 'all' });

/** One process: its own connection, store and tokens; all count their calls into `calls`. */
function processOf(prefix: string, calls: boolean[], redis = redisOf()) {
  const store = createSharedTokenStore({ redis, sealer, prefix, clock: systemClock });
  const fetchToken = async (force: boolean) => {
    calls.push(force);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { token: `T${calls.length}`, expiresIn: 7_200 };
  };
  return { redis, store, tokens: createAccessTokens({ store, clock: systemClock, log, fetchToken }) };
}
const prefixOf = () => `test:${randomBytes(6).toString('hex')}`;

describe('the access token in Redis', () => {
  it('is fetched once by two processes that start together, and once again after a refusal', async () => {
    const calls: boolean[] = [];
    const prefix = prefixOf();
    const [one, other] = [processOf(prefix, calls), processOf(prefix, calls)];
    const both = await Promise.all([one.tokens.current(), other.tokens.current(), one.tokens.current()]);
    expect([both, calls]).toEqual([['T1', 'T1', 'T1'], [false]]);
    expect(await Promise.all([one.tokens.replace('T1'), other.tokens.replace('T1')])).toEqual(['T2', 'T2']);
    expect(calls).toEqual([false, false]);
  });

  it('lies there sealed, and ends with its life', async () => {
    const prefix = prefixOf();
    const { redis, tokens } = processOf(prefix, []);
    await tokens.current();
    const stored = await redis.get(`${prefix}:access-token`);
    expect(stored).toMatch(/^v1\./);
    expect(stored).not.toContain('T1');
    expect(await redis.pttl(`${prefix}:access-token`)).toBeGreaterThan(6_900_000);
    expect(await redis.exists(`${prefix}:access-token:lock`)).toBe(0);
  });

  it('is known to the process itself while Redis is away, or what lies there cannot be opened', async () => {
    const calls: boolean[] = [];
    const prefix = prefixOf();
    const { redis, tokens } = processOf(prefix, calls);
    expect(await tokens.current()).toBe('T1');
    await redis.set(`${prefix}:access-token`, 'v1.AAAA');
    expect(await tokens.current()).toBe('T1');
    redis.disconnect();
    expect(await tokens.current()).toBe('T1');
    expect(await tokens.replace('T1')).toBe('T2');
    expect(calls).toEqual([false, false]);
  });

  it('waits for the lock of another process, and takes no lock away that is not its own', async () => {
    const calls: boolean[] = [];
    const prefix = prefixOf();
    const { redis, tokens } = processOf(prefix, calls);
    await redis.set(`${prefix}:access-token:lock`, 'somebody', 'PX', 400);
    const before = performance.now();
    expect(await tokens.current()).toBe('T1');
    expect(performance.now() - before).toBeGreaterThan(300);
    const { store } = processOf(prefix, calls);
    await store.withRefreshLock(async () => {
      await redis.set(`${prefix}:access-token:lock`, 'somebody', 'PX', 5_000);
    });
    expect(await redis.get(`${prefix}:access-token:lock`)).toBe('somebody');
  });
});
