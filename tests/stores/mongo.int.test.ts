import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { type MongoOptions, type RunningMongo, startMongo, withDatabase } from '../../scripts/stores/index.ts';
import { bareDatabase } from '../support/stores.ts';

const running: RunningMongo[] = [];
/** Here our own process is what is tested, also where MONGODB_URI serves the rest. */
const env = { ...process.env, MONGODB_URI: '' };
const folder = mkdtempSync(join(tmpdir(), 'xiangyin-test-'));

async function started(options: MongoOptions = {}): Promise<RunningMongo> {
  const mongo = await startMongo({ quiet: true, env, ...options });
  running.push(mongo);
  return mongo;
}

async function withClient<T>(uri: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: 5_000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

afterAll(async () => {
  await Promise.all(running.map((mongo) => mongo.stop()));
  rmSync(folder, { recursive: true, force: true });
});

describe('the mongod of the tests', () => {
  const { uri, name } = bareDatabase();

  it('keeps both halves of a committed transaction and neither of an aborted one', async () => {
    await withClient(uri, async (client) => {
      const accounts = client.db(name).collection<{ _id: string; left: number }>('accounts');
      await accounts.insertMany([
        { _id: 'a', left: 1 },
        { _id: 'b', left: 0 },
      ]);
      const move = async (fail: boolean) =>
        client.withSession((session) =>
          session.withTransaction(async () => {
            await accounts.updateOne({ _id: 'a' }, { $inc: { left: -1 } }, { session });
            if (fail) throw new Error('changed my mind');
            await accounts.updateOne({ _id: 'b' }, { $inc: { left: 1 } }, { session });
          }),
        );
      await expect(move(true)).rejects.toThrow('changed my mind');
      expect(await accounts.find().sort({ _id: 1 }).toArray()).toEqual([
        { _id: 'a', left: 1 },
        { _id: 'b', left: 0 },
      ]);
      await move(false);
      expect(await accounts.find().sort({ _id: 1 }).toArray()).toEqual([
        { _id: 'a', left: 0 },
        { _id: 'b', left: 1 },
      ]);
    });
  });

  it('refuses by an $expr validator what breaks it, on insert and on update', async () => {
    await withClient(uri, async (client) => {
      const validator = { $expr: { $not: { $in: ['$approver', '$authors'] } } };
      const items = await client.db(name).createCollection('items', { validator });
      await items.insertOne({ approver: 'c', authors: ['a'] });
      const refused = { code: 121 };
      await expect(items.insertOne({ approver: 'a', authors: ['a'] })).rejects.toMatchObject(refused);
      await expect(items.updateMany({}, { $push: { authors: 'c' } } as never)).rejects.toMatchObject(refused);
    });
  });

  it('journals, and listens on the loopback address only', async () => {
    await withClient(uri, async (client) => {
      const { parsed } = await client.db('admin').command({ getCmdLineOpts: 1 });
      expect(parsed.net.bindIp).toBe('127.0.0.1');
      expect((await client.db('admin').command({ serverStatus: 1 })).storageEngine.persistent).toBe(true);
      await client
        .db(name)
        .collection('journaled')
        .insertOne({}, { writeConcern: { w: 'majority', journal: true } });
    });
    const port = Number(new URL(inject('mongoUri')).port);
    for (const address of outerAddresses()) await expect(reach(address, port)).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('startMongo', () => {
  it('gives two starts at once a server each', async () => {
    const [one, two] = await Promise.all([started(), started()]);
    expect(one.port).not.toBe(two.port);
    for (const { uri, pid } of [one, two]) {
      const status = await withClient(uri, (client) => client.db('admin').command({ serverStatus: 1 }));
      expect(Number(status.pid)).toBe(pid);
      expect(status.repl.isWritablePrimary).toBe(true);
    }
    await Promise.all([one.stop(), two.stop()]);
    for (const { pid } of [one, two]) expect(() => process.kill(pid!, 0)).toThrow(/ESRCH/);
  });

  it('keeps a given data folder through a kill and a start on another port', async () => {
    const dataDir = join(folder, 'kept');
    const first = await started({ dataDir });
    await withClient(first.uri, (client) =>
      client
        .db('kept')
        .collection('rows')
        .insertOne({ n: 1 }, { writeConcern: { w: 'majority', journal: true } }),
    );
    process.kill(first.pid!, 'SIGKILL');
    await first.stop();
    const second = await started({ dataDir });
    expect(second.port).not.toBe(first.port);
    const rows = await withClient(second.uri, (client) => client.db('kept').collection('rows').countDocuments());
    expect(rows).toBe(1);
    await expect(startMongo({ dataDir, quiet: true })).rejects.toThrow(/another process uses this folder/);
    await second.stop();
  });

  it('comes back on a port that is asked for', async () => {
    const dataDir = join(folder, 'same-port');
    const first = await started({ dataDir });
    await first.stop();
    const second = await started({ dataDir, port: first.port });
    expect(second.uri).toBe(first.uri);
    await expect(startMongo({ port: first.port, quiet: true })).rejects.toThrow(/its port is taken/);
    await second.stop();
  });

  it('lets nobody in without a password where authentication is asked for', async () => {
    const mongo = await started({ auth: true });
    const anonymous = mongo.uri.replace(/\/\/[^@]+@/, '//');
    const write = (uri: string) => withClient(uri, (client) => client.db('x').collection('x').insertOne({}));
    await expect(write(anonymous)).rejects.toMatchObject({ codeName: 'Unauthorized' });
    await expect(write(mongo.uri)).resolves.toMatchObject({ acknowledged: true });
  });

  it('uses the replica set that MONGODB_URI names, and leaves it running', async () => {
    const other = await started();
    const lent = await startMongo({ quiet: true, env: { ...env, MONGODB_URI: other.uri } });
    expect(lent).toMatchObject({ uri: other.uri, port: other.port, pid: undefined });
    await lent.stop();
    expect((await withClient(other.uri, (client) => client.db('admin').command({ ping: 1 }))).ok).toBe(1);
    await other.stop();
  });
});

describe('withDatabase', () => {
  it.each([
    ['mongodb://h:1/?replicaSet=r', 'mongodb://h:1/x?replicaSet=r'],
    ['mongodb://h:1', 'mongodb://h:1/x'],
    ['mongodb://h:1,i:2/old?replicaSet=r', 'mongodb://h:1,i:2/x?replicaSet=r'],
    ['mongodb://u:p@h:1/old', 'mongodb://u:p@h:1/x?authSource=old'],
    ['mongodb://u:p@h:1/?authSource=admin', 'mongodb://u:p@h:1/x?authSource=admin'],
    ['mongodb+srv://u:p@h', 'mongodb+srv://u:p@h/x?authSource=admin'],
  ])('puts the name into %s', (uri, expected) => expect(withDatabase(uri, 'x')).toBe(expected));
});

function outerAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter((address) => address.family === 'IPv4' && !address.internal).map((address) => address.address);
}

async function reach(host: string, port: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = createConnection({ host, port, timeout: 2_000 }, () => {
      socket.destroy();
      done();
    });
    socket.once('error', failed);
  });
}
