import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { type Db, MongoClient } from 'mongodb';
import { beforeAll, inject } from 'vitest';
import { OWN_DATABASES, withDatabase } from '../../scripts/stores/index.ts';
import { allCollections } from '../../src/app/collections.ts';
import { migrateCollections, openForMigration } from '../../src/platform/mongo/index.ts';
import { later } from './later.ts';

export interface TestDatabase {
  /** With the database's name in it. */
  readonly uri: string;
  readonly name: string;
}

/**
 * A migrated, empty database for this file alone. Call it at the top of a file or of a describe, not in a hook. A worker
 * takes its databases again for its next file: making 34 collections takes seconds, emptying them none.
 */
export function testDatabase(): TestDatabase {
  const place = lowestFree();
  const name = `${inject('databasePrefix')}${process.env['VITEST_POOL_ID']}_${place}`;
  const uri = withDatabase(inject('mongoUri'), name);
  beforeAll(() => prepare(uri, name));
  later(async () => {
    await giveBack(uri, name);
    prepared.delete(uri);
    taken.delete(place);
  });
  return { uri, name };
}

/** A database of this file's own in which nothing stands, dropped after its tests. For tests of the migration itself. */
export function bareDatabase(): TestDatabase {
  const name = `${inject('databasePrefix')}${randomBytes(6).toString('hex')}`;
  const uri = withDatabase(inject('mongoUri'), name);
  later(() => withMongo(uri, async (client) => void (await client.db(name).dropDatabase())));
  return { uri, name };
}

/** The collections as `npm run migrate` makes them, in whatever database `uri` names. */
export async function migrate(uri: string): Promise<void> {
  if (prepared.has(uri)) return;
  const connection = await openForMigration(uri);
  try {
    await migrateCollections(connection, allCollections);
  } finally {
    await connection.close();
  }
}

const taken = new Set<number>();
const prepared = new Set<string>();

function lowestFree(): number {
  let place = 1;
  while (taken.has(place)) place += 1;
  taken.add(place);
  return place;
}

/** Beside the databases, so that a test may look at all that stands in its own: the names of those given back. */
function givenBack(client: MongoClient) {
  return client.db(`${inject('databasePrefix')}pool`).collection<{ _id: string }>('given_back');
}

async function prepare(uri: string, name: string): Promise<void> {
  await withMongo(uri, async (client) => {
    const { deletedCount } = await givenBack(client).deleteOne({ _id: name });
    // A file that ended before it could give its database back leaves whatever it wrote.
    if (deletedCount === 0) await client.db(name).dropDatabase();
  });
  // Mends what a test did to a validator or an index, too.
  await migrate(uri);
  prepared.add(uri);
}

async function giveBack(uri: string, name: string): Promise<void> {
  await withMongo(uri, async (client) => {
    await emptied(client.db(name));
    await givenBack(client).insertOne({ _id: name });
  });
}

async function emptied(db: Db): Promise<void> {
  const ours = new Set(allCollections.map((manifest) => manifest.name));
  const standing = await db.listCollections({}, { nameOnly: true }).toArray();
  await Promise.all(
    standing.map(({ name }) => (ours.has(name) ? db.collection(name).deleteMany({}) : db.dropCollection(name))),
  );
}

async function withMongo(uri: string, work: (client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(uri);
  try {
    await work(client);
  } finally {
    await client.close();
  }
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
  later(async () => void (await withRedis(url.href, (redis) => redis.flushdb())));
  return { url: url.href };
}

function ownPrefix(): TestRedis {
  const url = new URL(inject('redisUri'));
  const prefix = `t-${randomBytes(6).toString('hex')}:`;
  url.searchParams.set('keyPrefix', prefix);
  later(async () => {
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
