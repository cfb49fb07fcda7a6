import { randomBytes } from 'node:crypto';
import { MongoClient } from 'mongodb';
import type { TestProject } from 'vitest/node';
import { type RunningMongo, type RunningRedis, startMongo, startRedis } from '../../scripts/stores/index.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    mongoUri: string;
    /** Of the names of this run's databases. */
    databasePrefix: string;
    redisUri: string;
    /** False where REDIS_URL named the server: its databases are not ours to empty. */
    redisIsOurs: boolean;
  }
}

interface Shared {
  readonly mongo: RunningMongo;
  readonly redis: RunningRedis;
}

/** Each vitest project loads its own copy of this module; the run has one pair of stores all the same. */
const holder = globalThis as { xiangyinTestStores?: { stores: Promise<Shared>; prefix: string; holders: number } };

/** Before the first project that needs them: one mongod and one redis-server for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  holder.xiangyinTestStores ??= { stores: start(), prefix: `t_${randomBytes(4).toString('hex')}_`, holders: 0 };
  holder.xiangyinTestStores.holders += 1;
  const { mongo, redis } = await holder.xiangyinTestStores.stores;
  project.provide('mongoUri', mongo.uri);
  project.provide('databasePrefix', holder.xiangyinTestStores.prefix);
  project.provide('redisUri', redis.url);
  project.provide('redisIsOurs', redis.pid !== undefined);
}

export async function teardown(): Promise<void> {
  const held = holder.xiangyinTestStores;
  if (held === undefined) return;
  held.holders -= 1;
  if (held.holders > 0) return;
  delete holder.xiangyinTestStores;
  const { mongo, redis } = await held.stores;
  if (mongo.pid === undefined) await dropDatabases(mongo.uri, held.prefix);
  await Promise.all([mongo.stop(), redis.stop()]);
}

async function start(): Promise<Shared> {
  const [mongo, redis] = await Promise.all([startMongo(), startRedis()]);
  if (redis !== null) return { mongo, redis };
  await mongo.stop();
  throw new Error(
    'The tests need a Redis: install redis-server or set REDIS_URL (REDIS_URL=redis://127.0.0.1:6379/15).',
  );
}

/** On a server that MONGODB_URI named, nothing of the run stays behind. */
async function dropDatabases(uri: string, prefix: string): Promise<void> {
  const client = new MongoClient(uri);
  try {
    const { databases } = await client.db().admin().listDatabases({ nameOnly: true });
    for (const { name } of databases) if (name.startsWith(prefix)) await client.db(name).dropDatabase();
  } finally {
    await client.close();
  }
}
