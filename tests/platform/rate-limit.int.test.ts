import { afterAll, describe, expect, it } from 'vitest';
import { startRedis } from '../../scripts/stores/index.ts';
import { createLimiter } from '../../src/platform/rate-limit/index.ts';
import { connectRedis } from '../../src/platform/redis/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { testRedis } from '../support/stores.ts';

const { url } = await testRedis();
const lines: string[] = [];
const log = createLog({ level: 'info', role: 'test', destination: { write: (line) => void lines.push(line) } });
const open: { disconnect(): void }[] = [];
afterAll(() => {
  for (const redis of open) redis.disconnect();
});

const connect = async (to = url, ready = true) => {
  const redis = connectRedis({ url: to, log });
  open.push(redis);
  if (ready) await expect.poll(() => redis.status, { timeout: 10_000 }).toBe('ready');
  return redis;
};
const rules = { openid: { points: 3, seconds: 60 }, ip: { points: 5, seconds: 60 } };
let installation = 0;
const prefix = () => `town${(installation += 1)}`;

describe('a limit', () => {
  it('lets as many through as its rule says, then says how long to wait, and tells the first refusal', async () => {
    const limiter = createLimiter({ redis: await connect(), rules, prefix: prefix() });
    for (let count = 0; count < 3; count += 1) expect(await limiter.take('openid', 'a')).toEqual({ ok: true });
    const refused = { ok: false, retryAfterSeconds: expect.any(Number) };
    expect(await limiter.take('openid', 'a')).toEqual({ ...refused, first: true });
    expect(await limiter.take('openid', 'a')).toEqual({ ...refused, first: false });
    expect(await limiter.take('openid', 'b')).toEqual({ ok: true });
    expect(await limiter.take('ip', 'a')).toEqual({ ok: true });
  });

  it('is one for all processes, forgets on request and gives back', async () => {
    const town = prefix();
    const [one, other] = [await connect(), await connect()].map((redis) =>
      createLimiter({ redis, rules, prefix: town }),
    );
    for (let count = 0; count < 3; count += 1) await one!.take('openid', 'a');
    expect(await other!.take('openid', 'a')).toMatchObject({ ok: false });
    await one!.clear('openid', 'a');
    for (let count = 0; count < 3; count += 1) await other!.take('openid', 'a');
    await other!.giveBack('openid', 'a');
    expect(await one!.take('openid', 'a')).toEqual({ ok: true });
    expect(await one!.take('openid', 'a')).toMatchObject({ ok: false });
  });

  it('holds in memory where Redis was never there', async () => {
    const redis = await connect('redis://127.0.0.1:1', false);
    const limiter = createLimiter({ redis, rules, prefix: prefix() });
    for (let count = 0; count < 3; count += 1) expect(await limiter.take('openid', 'a')).toEqual({ ok: true });
    expect(await limiter.take('openid', 'a')).toMatchObject({ ok: false });
    await limiter.clear('openid', 'a');
    expect(await limiter.take('openid', 'a')).toEqual({ ok: true });
    // One line however often it tries again.
    await expect.poll(() => lines.filter((line) => line.includes('redis.away')).length).toBe(1);
  });
});

describe('a Redis that stands still', () => {
  it('neither hangs a limit nor lifts it', async () => {
    const own = await startRedis({ quiet: true, env: { ...process.env, REDIS_URL: '' } });
    if (own?.pid === undefined) throw new Error('this test needs a redis-server of its own');
    const { pid } = own;
    try {
      const redis = await connect(own.url);
      const limiter = createLimiter({ redis, rules, prefix: prefix() });
      expect(await limiter.take('openid', 'a')).toEqual({ ok: true });
      process.kill(pid, 'SIGSTOP');
      // Nobody waits for the frozen server: all the answers are there while it still stands still.
      const answers = [];
      for (let count = 0; count < 4; count += 1) answers.push((await limiter.take('openid', 'a')).ok);
      expect(answers).toEqual([true, true, true, false]);
    } finally {
      process.kill(pid, 'SIGCONT');
      await own.stop();
    }
  });
});
