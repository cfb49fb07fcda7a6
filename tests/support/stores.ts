import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterAll, inject } from 'vitest';
import { OWN_DATABASES, withDatabase } from '../../scripts/stores/index.ts';

export interface TestDatabase {
  /** With the database's name in it. */
  readonly uri: string;
  readonly name: string;
}

/** An empty database of this file's own, dropped after its tests. Call it at the top of a file or of a describe. */
export function testDatabase(): TestDatabase {
  const name = `t_${randomBytes(6).toString('hex')}`;
  const uri = withDatabase(inject('mongoUri'), name);
  afterAll(async () => {
    const client = new MongoClient(uri);
    try {
      await client.db(name).dropDatabase();
    } finally {
      await client.close();
    }
  });
  return { uri, name };
}

export interface TestRedis {
  /** For ioredis: a database of this file's own, or, on a server that REDIS_URL named, a key prefix of its own. */
  readonly url: string;
}

/** A part of Redis of this file's own, emptied after its tests. Call it at the top of a file or of a describe. */
export async function testRedis(): Promise<TestRedis> {
  return inject('redisIsOurs') ? ownDatabase() : ownPrefix();
}

async function ownDatabase(): Promise<TestRedis> {
  const url = new URL(inject('redisUri'));
  const counter = await withRedis(url.href, (redis) => redis.incr('test-databases'));
  url.pathname = `/${1 + ((counter - 1) % (OWN_DATABASES - 1))}`;
  await withRedis(url.href, (redis) => redis.flushdb());
  afterAll(async () => void (await withRedis(url.href, (redis) => redis.flushdb())));
  return { url: url.href };
}

function ownPrefix(): TestRedis {
  const url = new URL(inject('redisUri'));
  const prefix = `t-${randomBytes(6).toString('hex')}:`;
  url.searchParams.set('keyPrefix', prefix);
  afterAll(async () => {
    await withRedis(inject('redisUri'), async (redis) => {
      for await (const keys of redis.scanStream({ match: `${prefix}*` })) {
        if ((keys as string[]).length > 0) await redis.del(keys as string[]);
      }
    });
  });
  return { url: url.href };
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
