import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dataFolder, freePort, saysInLog, startGuarded } from '../../scripts/stores/guarded.ts';
import { findMongod } from '../../scripts/stores/mongod-source.ts';
import { judgeServer } from '../../src/platform/mongo/index.ts';
import { environment, temporaryFolder } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';
import { bareDatabase } from '../support/stores.ts';

const { uri } = bareDatabase();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** A program of the service, from the source. */
function start(file: string, env: Record<string, string>) {
  const all = { PATH: process.env.PATH, ...environment({ DATA_DIR: temporaryFolder(), ...env }) };
  const child = spawn(process.execPath, ['--import', 'tsx', file], { cwd: ROOT, env: all });
  children.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => (said.out += String(text)));
  child.stderr.on('data', (text) => (said.err += String(text)));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...said }));
  return { child, said, ended };
}

/** A mongod of its own that is no member of a replica set. */
async function standalone(): Promise<{ uri: string; stop: () => Promise<void> }> {
  const source = await findMongod({ env: process.env, log: () => undefined }, true);
  if (source.kind !== 'program') throw new Error('this test needs a mongod of its own');
  const data = dataFolder('mongod');
  const port = await freePort();
  const logFile = join(data.path, 'mongod.log');
  const args = ['--dbpath', data.path, '--port', String(port), '--bind_ip', '127.0.0.1', '--logpath', logFile];
  const guarded = await startGuarded({ command: source.path, args: [...args, '--nounixsocket'], data, logFile });
  expect(await saysInLog(guarded, logFile, 'Waiting for connections', 60_000)).toBe(true);
  return { uri: `mongodb://127.0.0.1:${port}/none`, stop: guarded.stop };
}

describe('a MongoDB', { timeout: 120_000 }, () => {
  it('that is no replica set stops the service and the migration with 78 and what to do', async () => {
    const mongod = await standalone();
    try {
      for (const file of ['src/main.ts', 'src/app/cli/migrate.ts']) {
        const { code, err } = await start(file, { MONGODB_URI: mongod.uri }).ended;
        expect([code, err]).toEqual([
          78,
          expect.stringContaining('MongoDB is not a replica set: start it with --replSet'),
        ]);
      }
    } finally {
      await mongod.stop();
    }
  });

  it('that is too old is named by its version', () => {
    expect(judgeServer({ version: '5.0.9' }, { setName: 'rs' })).toEqual([
      expect.stringMatching(/^MongoDB 5\.0\.9 is too old: version 6\.0/),
    ]);
    expect(judgeServer({ version: '6.0.5' }, { setName: 'rs' })).toEqual([]);
    expect(judgeServer({ version: '10.1.0' }, { msg: 'isdbgrid' })).toEqual([]);
  });

  it('that was not migrated stops the service with 78, naming the command', async () => {
    const { code, err } = await start('src/main.ts', { MONGODB_URI: uri }).ended;
    expect(code).toBe(78);
    expect(err).toContain('run `npm run migrate`');
    expect(err).toContain('collection audit_log is missing');
  });

  it('that is away keeps nobody from asking: the process lives, and says that it is not ready', async () => {
    const port = await freePort();
    const service = start('src/main.ts', { PORT: String(port) });
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    await expect.poll(() => status('/healthz').catch(() => 0), { timeout: 60_000, interval: 200 }).toBe(200);
    expect(await status('/readyz')).toBe(503);
    expect(await status('/api/v1/session')).toBe(401);
    const cookie = { headers: { Cookie: 'xy_session=some' } };
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/session`, cookie);
    expect([answer.status, await answer.json()]).toMatchObject([503, { error: { code: 'store_unavailable' } }]);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('that is away is told by the migration in one line', async () => {
    const { code, err } = await start('src/app/cli/migrate.ts', {
      MONGODB_URI: 'mongodb://name:word@127.0.0.1:1/none?serverSelectionTimeoutMS=500',
    }).ended;
    expect([code, err]).toEqual([1, expect.stringMatching(/^连不上 MongoDB，请检查.*\n$/)]);
  });
});

describe('a port that is taken', () => {
  it('is named with what to do', { timeout: 60_000 }, async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, err } = await start('src/main.ts', { PORT: String(port) }).ended;
    other.close();
    expect([code, err]).toEqual([
      1,
      `xiangyin cannot run: port ${port} is taken: stop what listens there, or set PORT\n`,
    ]);
  });
});
