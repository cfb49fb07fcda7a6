import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { afterAll, describe, expect, it } from 'vitest';
import { dataFolder, freePort, type Guarded, saysInLog, startGuarded } from '../../scripts/stores/guarded.ts';
import { findMongod } from '../../scripts/stores/mongod-source.ts';
import { run } from '../../scripts/stores/run.ts';
import { ROOT } from '../support/project-files.ts';

const data = { ...dataFolder('init'), temporary: false };
const logFile = join(data.path, 'mongod.log');
let mongod: Guarded | undefined;

afterAll(async () => {
  await mongod?.stop();
  rmSync(data.path, { recursive: true, force: true });
});

/** As the mongo image does: first without replica set and authentication to make root, then with both. */
async function start(port: number, args: readonly string[]): Promise<void> {
  const source = await findMongod({ env: process.env, log: () => {} }, true);
  if (source.kind !== 'program') throw new Error('no program');
  const common = ['--dbpath', data.path, '--port', String(port), '--bind_ip', '127.0.0.1', '--logpath', logFile];
  const files = args.length > 0 ? { keyfile: randomBytes(300).toString('base64') } : {};
  const small = ['--wiredTigerCacheSizeGB', '0.25'];
  mongod = await startGuarded({ command: source.path, args: [...common, ...small, ...args], data, logFile, files });
  expect(await saysInLog(mongod, logFile, 'Waiting for connections', 60_000)).toBe(true);
}

async function rootAsTheImageMakesIt(): Promise<number> {
  const port = await freePort();
  await start(port, []);
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`);
  await client.db('admin').command({ createUser: 'root', pwd: 'secret', roles: ['root'] });
  await client.close();
  await mongod?.stop();
  await start(port, ['--replSet', 'xiangyin', '--keyFile', join(data.path, 'keyfile')]);
  return port;
}

function init(variables: Record<string, string>): ReturnType<typeof run> {
  return run(process.execPath, [join(ROOT, 'deploy/mongo-init.mjs')], {
    env: { PATH: process.env.PATH, ...variables },
  });
}

describe('deploy/mongo-init.mjs', () => {
  it('makes replica set, role and user on a new server, and may run again with another password', async () => {
    const port = await rootAsTheImageMakesIt();
    const variables = {
      MONGO_ROOT_URI: `mongodb://root:secret@127.0.0.1:${port}/?authSource=admin`,
      MONGO_HOST: `127.0.0.1:${port}`,
      MONGO_DATABASE: 'town',
      MONGO_SERVICE_USERNAME: 'service',
    };
    const uri = (password: string) =>
      `mongodb://service:${password}@127.0.0.1:${port}/town?replicaSet=xiangyin&authSource=town`;
    for (const password of ['first', 'second']) {
      const result = await init({ ...variables, MONGO_SERVICE_PASSWORD: password });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      const client = new MongoClient(uri(password), { serverSelectionTimeoutMS: 5_000 });
      await client.db('town').collection('rows').insertOne({});
      await expect(client.db('town').collection('rows').drop()).rejects.toMatchObject({ codeName: 'Unauthorized' });
      await client.close();
    }
    const old = new MongoClient(uri('first'), { serverSelectionTimeoutMS: 5_000 });
    await expect(old.connect()).rejects.toMatchObject({ codeName: 'AuthenticationFailed' });
    await old.close();
  });

  it('names what is missing and exits with 78', async () => {
    const result = await init({ MONGO_HOST: 'mongo:27017' });
    expect(result.code).toBe(78);
    expect(result.stderr).toContain('missing MONGO_ROOT_URI, MONGO_DATABASE, MONGO_SERVICE_USERNAME');
  });
});
