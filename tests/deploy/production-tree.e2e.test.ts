import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../scripts/stores/guarded.ts';
import { run } from '../../scripts/stores/run.ts';
import { bareDatabase, testRedis } from '../support/stores.ts';
import { type BuiltImage, buildLikeTheDockerfile } from './image.ts';

const REQUIRED = [
  'PUBLIC_URL',
  'MONGODB_URI',
  'SECRET_KEY',
  'WECHAT_APP_ID',
  'WECHAT_APP_SECRET',
  'WECHAT_TOKEN',
  'WECHAT_ENCODING_AES_KEY',
];
const work = mkdtempSync(join(tmpdir(), 'xiangyin-image-'));
const children: ChildProcess[] = [];
let image: BuiltImage;

const { uri } = bareDatabase();
const redis = await testRedis();

beforeAll(async () => {
  image = await buildLikeTheDockerfile(work);
}, 900_000);
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(work, { recursive: true, force: true });
});

/** As in a container: nothing of this machine's environment but PATH. */
function environment(port: number): Record<string, string | undefined> {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    DATA_DIR: join(work, 'data'),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    MONGODB_URI: uri,
    REDIS_URL: redis.url,
    SECRET_KEY: 'k'.repeat(48),
    WECHAT_APP_ID: 'wx0000000000000000',
    WECHAT_APP_SECRET: 's'.repeat(32),
    WECHAT_TOKEN: 'token',
    WECHAT_ENCODING_AES_KEY: 'a'.repeat(43),
    // Nobody is called: the test's platform is a closed port.
    WECHAT_API_BASE: 'http://127.0.0.1:1',
  };
}

describe("the image's tree", { timeout: 180_000 }, () => {
  it('holds what production needs and no development dependency', () => {
    const has = (path: string) => existsSync(join(image.folder, path));
    expect(['dist/main.js', 'config/town.json', 'scripts/run.mjs', 'node_modules/koa'].filter(has)).toHaveLength(4);
    expect(['src', 'tests', '.git', 'node_modules/typescript', 'node_modules/vitest'].filter(has)).toEqual([]);
  });

  it('migrates, answers /healthz and /readyz, and stops when told to', async () => {
    const port = await freePort();
    const env = environment(port);
    const migrated = await run(process.execPath, ['scripts/run.mjs', 'migrate'], { env, cwd: image.folder });
    expect(migrated, migrated.stdout + migrated.stderr).toMatchObject({ code: 0 });

    const [, ...args] = image.command;
    const child = spawn(process.execPath, args, { cwd: image.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    for (const path of ['/healthz', '/readyz']) {
      await vi.waitFor(async () => expect(await status(path), output).toBe(200), { timeout: 60_000, interval: 200 });
    }
    const console_ = await fetch(`http://127.0.0.1:${port}/console/articles`);
    expect(await console_.text()).toContain('<div id="app">');
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended, output).toEqual([0, null]);
  });

  it('names each missing variable and exits with 78', async () => {
    const [, ...args] = image.command;
    const bare = await run(process.execPath, args, { env: { PATH: process.env.PATH }, cwd: image.folder });
    expect(bare.code).toBe(78);
    const said = bare.stdout + bare.stderr;
    expect(REQUIRED.filter((name) => !said.includes(name))).toEqual([]);

    const { SECRET_KEY: _left, ...rest } = environment(await freePort());
    const oneMissing = await run(process.execPath, args, { env: rest, cwd: image.folder });
    expect(oneMissing.code).toBe(78);
    expect(oneMissing.stdout + oneMissing.stderr).toContain('SECRET_KEY');
    expect(oneMissing.stdout + oneMissing.stderr).not.toContain('WECHAT_TOKEN');
  });
});
