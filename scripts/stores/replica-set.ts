import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient, MongoServerError } from 'mongodb';

/** Name of the one-node replica set. */
export const REPLICA_SET = 'xiangyin';

const POLL_MS = 20;
/** A single node elects itself in well under a second, ms. */
const PRIMARY_MS = 60_000;
/** Between two attempts, ms. */
const AGAIN_MS = 200;
/** No step takes this long on a busy machine, ms. */
const ANSWER_MS = 10_000;

/** MongoDB's error numbers: no replica set yet; not a member of its own configuration; needs a login. */
const NOT_YET_INITIALIZED = 94;
const INVALID_REPLICA_SET_CONFIG = 93;
const UNAUTHORIZED = 13;

/**
 * Makes the mongod on `port` the PRIMARY of its own set: a new folder is initiated; a folder that was used on another
 * port gets that port changed in its configuration. A mongod that is busy loading or changing its configuration cuts
 * connections and leaves commands without an answer, so a step that fails is tried again.
 */
export async function makePrimary(port: number): Promise<void> {
  const until = Date.now() + PRIMARY_MS;
  let why: unknown;
  while (Date.now() < until) {
    try {
      if (await isPrimaryNow(port, until)) return;
    } catch (error) {
      why = error;
      await sleep(AGAIN_MS);
    }
  }
  throw new Error(`mongod on 127.0.0.1:${port} did not become primary`, { cause: why });
}

async function isPrimaryNow(port: number, until: number): Promise<boolean> {
  return withDirectClient(port, async (client) => {
    const admin = client.db('admin');
    const host = `127.0.0.1:${port}`;
    const config = await currentConfig(client);
    if (config === undefined) {
      await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
    } else if (config.members[0]?.host !== host) {
      const next = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
      await admin.command({ replSetReconfig: next, force: true });
    }
    while (Date.now() < until) {
      if ((await admin.command({ hello: 1 })).isWritablePrimary === true) return true;
      await sleep(POLL_MS);
    }
    return false;
  });
}

/** The first user, made by the localhost exception: name and password of a root. */
export async function createRoot(port: number): Promise<{ username: string; password: string }> {
  const root = { username: 'root', password: randomBytes(18).toString('hex') };
  await withDirectClient(port, async (client) => {
    await client.db('admin').command({ createUser: root.username, pwd: root.password, roles: ['root'] });
  });
  return root;
}

interface SetConfig {
  readonly version: number;
  readonly members: readonly { readonly host: string }[];
  readonly [field: string]: unknown;
}

/** Undefined for a new folder, also where authentication hides it: with authentication the folder is always new. */
async function currentConfig(client: MongoClient): Promise<SetConfig | undefined> {
  try {
    return ((await client.db('admin').command({ replSetGetConfig: 1 })) as unknown as { config: SetConfig }).config;
  } catch (error) {
    if (!(error instanceof MongoServerError)) throw error;
    if (error.code === NOT_YET_INITIALIZED || error.code === UNAUTHORIZED) return undefined;
    if (error.code !== INVALID_REPLICA_SET_CONFIG) throw error;
    const local = await client.db('local').collection('system.replset').findOne();
    return (local as SetConfig | null) ?? undefined;
  }
}

async function withDirectClient<T>(port: number, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const options = { directConnection: true, serverSelectionTimeoutMS: ANSWER_MS, socketTimeoutMS: ANSWER_MS };
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/`, options);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
