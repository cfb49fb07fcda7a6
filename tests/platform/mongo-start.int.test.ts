import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, freePort, type Guarded, saysInLog, startGuarded } from '../../scripts/stores/guarded.ts';
import { findMongod } from '../../scripts/stores/mongod-source.ts';
import { startService, UnfitStoreError } from '../../src/app/start.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { checkServer, openForMigration } from '../../src/platform/mongo/index.ts';
import { ROOT } from '../support/project-files.ts';
import { bareDatabase } from '../support/stores.ts';
import { environment, SECRET } from '../webhook/service.ts';

const { uri } = bareDatabase();
const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-start-'));
let single: Guarded;
let singlePort: number;

beforeAll(async () => {
  const source = await findMongod({ env: process.env, log: () => {} }, true);
  if (source.kind === 'running') throw new Error('a mongod program is needed');
  singlePort = await freePort();
  const data = dataFolder('single');
  const logFile = join(data.path, 'mongod.log');
  const args = ['--dbpath', data.path, '--port', String(singlePort), '--bind_ip', '127.0.0.1', '--logpath', logFile];
  single = await startGuarded({ command: source.path, args, data, logFile });
  if (!(await saysInLog(single, logFile, 'Waiting for connections', 30_000))) throw new Error('mongod did not start');
});
afterAll(async () => {
  await single.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** `npm start` with these changes to a good environment: how it ended, and what it said. */
async function start(changes: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const env = { PATH: process.env['PATH'], ...environment(uri, dataDir), LOG_LEVEL: 'error', ...changes };
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], { cwd: ROOT, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, said };
}

/** As `npm start` does it, in this process; what it refuses with. */
async function refusalOf(changes: Record<string, string>): Promise<unknown> {
  const config = loadConfig({ ...environment(uri, dataDir), ...changes });
  const log = createLog({ level: 'silent', role: 'test' });
  return startService({ config, log, consoleDir: dataDir }).then(
    async (service) => service.unfit.catch((error: unknown) => service.stop().then(() => error)),
    (error: unknown) => error,
  );
}

describe('the service refuses to start and says what to do', { timeout: 60_000 }, () => {
  it.concurrent.each([
    [
      'where MongoDB is no replica set although the address asks for one',
      () => ({ MONGODB_URI: `mongodb://127.0.0.1:${singlePort}/town?replicaSet=town` }),
      /rs\.initiate/,
    ],
    ['where nothing was migrated', () => ({}), /collection inbox is missing/],
    [
      'where the address of MongoDB cannot be read',
      () => ({ MONGODB_URI: 'mongodb://u:pw@/town' }),
      /MONGODB_URI cannot/,
    ],
    [
      'where a worker reaches no MongoDB',
      () => ({ ROLE: 'worker', MONGODB_URI: 'mongodb://u:pw@127.0.0.1:1/town' }),
      /does not answer at 127\.0\.0\.1:1 .*MONGODB_URI/,
    ],
  ] as const)('%s', async (_what, changes, sentence) => {
    const refusal = await refusalOf(changes());
    expect(refusal).toBeInstanceOf(UnfitStoreError);
    expect(String(refusal)).toMatch(sentence);
    expect(String(refusal)).not.toMatch(/u:pw@/);
  });

  it('with 78: an operator must change something first', async () => {
    const { code, said } = await start({ MONGODB_URI: `mongodb://127.0.0.1:${singlePort}/town` });
    expect([code, said]).toEqual([78, expect.stringMatching(/rs\.initiate/)]);
  });
});

it('checkServer says so where MongoDB is no replica set, and nothing where it is one', async () => {
  const judge = async (address: string): Promise<string[]> => {
    const connection = await openForMigration(address);
    try {
      return await checkServer(connection);
    } finally {
      await connection.close();
    }
  };
  expect(await judge(`mongodb://127.0.0.1:${singlePort}/town`)).toEqual([expect.stringContaining('rs.initiate()')]);
  expect(await judge(uri)).toEqual([]);
});

it('SECRET_KEY may not be short', () => {
  const config = { ...environment(uri, dataDir), SECRET_KEY: SECRET.slice(0, 31) };
  expect(() => loadConfig(config)).toThrow(/SECRET_KEY .*32 bytes/);
});

it.each(['http://127.0.0.1', '127.0.0.1:6379', 'redis://127.0.0.1:port'])('REDIS_URL may not be %s', (address) => {
  expect(() => loadConfig({ ...environment(uri, dataDir), REDIS_URL: address })).toThrow(/REDIS_URL must be like/);
});
