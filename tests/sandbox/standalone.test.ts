import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../src/sandbox/main.ts', import.meta.url));
const started: ChildProcess[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

interface Said {
  readonly event: string;
  readonly url: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly name: string;
  readonly mode: string;
  readonly accountType: string;
}

/** What `npm run sandbox` starts, with only these variables of its own. */
function run(variables: Readonly<Record<string, string>>): ChildProcess {
  const env = { PATH: process.env['PATH'] ?? '', SANDBOX_PORT: '0', ...variables };
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
}

async function said(child: ChildProcess): Promise<Said> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return JSON.parse(text) as Said;
}

test('the sandbox stands alone: says where it is, serves the phone, gives a token, ends when told', async () => {
  const child = run({
    SANDBOX_MODE: 'plain',
    SANDBOX_ACCOUNT_TYPE: 'service',
    SANDBOX_APP_ID: 'wxstandalone',
    SANDBOX_ACCOUNT_NAME: '青石镇',
  });
  const { event, url, appId, appSecret, name, mode, accountType } = await said(child);
  expect({ event, appId, name, mode, accountType }).toEqual({
    event: 'sandbox.listening',
    appId: 'wxstandalone',
    name: '青石镇',
    mode: 'plain',
    accountType: 'service',
  });
  for (const path of ['/', '/phone.css', '/phone.js']) expect((await fetch(url + path)).status).toBe(200);
  const token = await fetch(`${url}/cgi-bin/stable_token`, {
    method: 'POST',
    body: JSON.stringify({ grant_type: 'client_credential', appid: appId, secret: appSecret }),
  });
  expect(await token.json()).toMatchObject({ expires_in: 7_200 });

  const { port } = new URL(url);
  const second = await said(run({ SANDBOX_PORT: port }));
  expect(second.url).not.toBe(url);
  expect((await fetch(second.url)).status).toBe(200);

  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
}, 60_000);

test('a setting that it does not know is named', async () => {
  const child = run({ SANDBOX_MODE: 'open' });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(complaint).toContain('SANDBOX_MODE is one of secure, plain, compat, not open');
}, 60_000);
