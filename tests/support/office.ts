import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp, type App } from '../../src/app/build-app.ts';
import type { Clock, Log } from '../../src/kernel/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import type { Role } from '../../src/staff/index.ts';
import { later } from './later.ts';
import { ROOT } from './project-files.ts';
import { CHEAP } from './staff-client.ts';
import { migrate } from './stores.ts';

export const PASSWORD = '一个很长的示例口令';

/** A whole valid environment; the platform is a closed port. */
export function environment(over: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PUBLIC_URL: 'http://127.0.0.1:3000',
    MONGODB_URI: 'mongodb://127.0.0.1:1/none',
    SECRET_KEY: 'k'.repeat(48),
    WECHAT_APP_ID: 'wx0000000000000000',
    WECHAT_APP_SECRET: 's'.repeat(32),
    WECHAT_TOKEN: 'token',
    WECHAT_ENCODING_AES_KEY: 'a'.repeat(43),
    WECHAT_API_BASE: 'http://127.0.0.1:1',
    HOST: '127.0.0.1',
    PORT: '0',
    CONFIG_DIR: join(ROOT, 'config'),
    ...over,
  };
}

/** A folder of this test's own, removed afterwards. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xiangyin-test-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The project's configuration in a folder of its own, for a test to change. */
export function ownConfig(change: Readonly<Record<string, (json: never) => unknown>> = {}): string {
  const folder = temporaryFolder();
  cpSync(join(ROOT, 'config'), folder, { recursive: true, filter: (path) => !path.includes('tooling') });
  for (const [name, edit] of Object.entries(change)) {
    const path = join(folder, name);
    writeFileSync(path, JSON.stringify(edit(JSON.parse(readFileSync(path, 'utf8')) as never)));
  }
  return folder;
}

export interface Office {
  readonly app: App;
  readonly url: string;
  /** Every line that was logged. */
  readonly lines: string[];
  /** A new account of `role`, logged in. */
  staff(role: Role, unit?: string): Promise<Desk>;
  logIn(username: string, password?: string, headers?: Record<string, string>): Promise<Response>;
}

/** One member of staff at one screen. */
export interface Desk {
  readonly id: string;
  readonly username: string;
  readonly cookie: string;
  readonly csrf: string;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

/** The whole service on a database of the test's own, listening; its sweeps run only where the test runs them. */
export async function startOffice(deps: {
  uri: string;
  env?: Readonly<Record<string, string>>;
  clock?: Clock;
  log?: Log;
}): Promise<Office> {
  const lines: string[] = [];
  const log = createLog({ level: 'debug', role: 'test', destination: { write: (line) => void lines.push(line) } });
  const many = ownConfig({
    'limits.json': (limits: { rate: object }) => ({
      ...limits,
      rate: { ...limits.rate, perIpPerMinute: 100_000 },
    }),
  });
  const config = loadConfig(
    environment({ MONGODB_URI: deps.uri, CONFIG_DIR: many, DATA_DIR: temporaryFolder(), ...deps.env }),
  );
  await migrate(deps.uri);
  const app = await buildApp({
    config,
    log: deps.log ?? log,
    consoleDir: '/nowhere',
    passwordCost: CHEAP,
    ...(deps.clock ? { clock: deps.clock } : {}),
  });
  await app.mongo.whenReady();
  const server = createServer(app.http.callback() as Parameters<typeof createServer>[1] & object);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(async () => {
    server.closeAllConnections();
    server.close();
    await app.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logIn: Office['logIn'] = (username, password = PASSWORD, headers = {}) =>
    fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify({ username, password }),
    });
  let count = 0;
  const staff: Office['staff'] = async (role, unit) => {
    count += 1;
    const username = `${role}${count}`;
    const input = {
      username,
      password: PASSWORD,
      name: username,
      role,
      unit: unit ?? (role === 'clerk' ? 'mzb' : null),
    };
    const { id } = await app.staff.create({ kind: 'system', part: 'test' }, input);
    return deskOf(url, await logIn(username), { id, username });
  };
  return { app, url, lines, staff, logIn };
}

/** The screen of whoever `answer` logged in. */
export async function deskOf(url: string, answer: Response, who: { id: string; username: string }): Promise<Desk> {
  if (answer.status !== 200) throw new Error(`login: ${answer.status} ${await answer.text()}`);
  const cookie = (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  return {
    ...who,
    cookie,
    csrf: csrfToken,
    ask: (method, path, body, headers = {}) =>
      fetch(url + path, {
        method,
        headers: {
          Cookie: cookie,
          'X-CSRF-Token': csrfToken,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
  };
}
