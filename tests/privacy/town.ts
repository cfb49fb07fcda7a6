import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Document, MongoClient } from 'mongodb';
import { afterAll } from 'vitest';
import { allCollections } from '../../src/app/collections.ts';
import { startService, type RunningService } from '../../src/app/start.ts';
import { loadConfig, type Limits } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { migrateCollections, openForMigration } from '../../src/platform/mongo/index.ts';
import { startSandbox, type InboxEntry, type Sandbox, type SayAnswer } from '../../src/sandbox/index.ts';
import type { Role } from '../../src/staff/index.ts';
import { testDatabase } from '../support/stores.ts';

export interface Town {
  readonly service: RunningService;
  readonly sandbox: Sandbox;
  readonly url: string;
  /** Every log line so far, all levels. */
  readonly logLines: string[];
  readonly spoolFolder: string;
  /** The same configuration, for the command line tools. */
  readonly env: Readonly<Record<string, string>>;
  follow(): Promise<string>;
  /** What the phone shows in answer to a text, a menu click or a message of another type. */
  say(openid: string, said: string | Record<string, unknown>): Promise<string>;
  sayWhole(openid: string, said: Record<string, unknown>): Promise<SayAnswer>;
  phone(openid: string): Promise<readonly InboxEntry[]>;
  faults(fault: Record<string, unknown>): Promise<void>;
  /** A signed-in member of staff. */
  signIn(role: Role): Promise<Desk>;
  /** All documents of all collections, by name, as they lie in the database. */
  dump(): Promise<Map<string, Document[]>>;
}

export interface Desk {
  get(path: string): Promise<{ status: number; body: unknown; text: string; bytes: Buffer }>;
  post(path: string, body: unknown): Promise<{ status: number; body: unknown; text: string }>;
}

const SECRET = 'test-secret-key-of-at-least-32-bytes-0000';
const PASSWORD = 'a password for tests 1';

/** The whole service on a real MongoDB with the simulated platform. Call it at the top of a file. */
export async function startTown(
  options: { limits?: Partial<Limits>; env?: Record<string, string> } = {},
): Promise<Town> {
  const database = testDatabase();
  const dataDir = await mkdtemp(join(tmpdir(), 'xiangyin-'));
  const migration = await openForMigration(database.uri);
  await migrateCollections(migration, allCollections);
  await migration.close();
  const sandbox = await startSandbox();
  const env = {
    PUBLIC_URL: 'http://127.0.0.1',
    MONGODB_URI: database.uri,
    SECRET_KEY: SECRET,
    WECHAT_APP_ID: sandbox.appId,
    WECHAT_APP_SECRET: sandbox.appSecret,
    WECHAT_TOKEN: sandbox.token,
    WECHAT_ENCODING_AES_KEY: sandbox.aesKey,
    WECHAT_API_BASE: sandbox.url,
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    ...options.env,
  };
  const loaded = loadConfig(env);
  const rate = { perOpenidPerMinute: 1_000, perIpPerMinute: 10_000, loginPer15Minutes: 100 };
  const config = { ...loaded, limits: { ...loaded.limits, rate, ...options.limits } };
  const logLines: string[] = [];
  const log = createLog({ level: 'debug', role: 'all', destination: { write: (line) => void logLines.push(line) } });
  const service = await startService({ config, log, consoleDir: dataDir });
  await service.app.mongo.whenReady();
  const url = `http://127.0.0.1:${service.port}`;
  sandbox.setWebhook(`${url}/wechat`);
  const client = new MongoClient(database.uri);
  afterAll(async () => {
    await service.stop();
    await sandbox.close();
    await client.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const answer = await fetch(`${sandbox.url}/_/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const sayWhole = (openid: string, said: Record<string, unknown>): Promise<SayAnswer> =>
    control('POST', `residents/${openid}/say`, said);

  return {
    service,
    sandbox,
    url,
    logLines,
    env,
    spoolFolder: join(dataDir, 'spool'),
    follow: async () => (await control<{ openid: string }>('POST', 'residents', { subscribe: true })).openid,
    sayWhole,
    say: async (openid, said) => {
      const { reply } = await sayWhole(openid, typeof said === 'string' ? { type: 'text', text: said } : said);
      return reply?.type === 'text' ? reply.text : '';
    },
    phone: async (openid) => (await control<{ items: InboxEntry[] }>('GET', `residents/${openid}/inbox`)).items,
    faults: async (fault) => void (await control('POST', 'faults', fault)),
    signIn: (role) => signIn(service, url, role),
    dump: async () => {
      const names = (await client.db(database.name).listCollections().toArray()).map(({ name }) => name);
      const pairs = names.map(async (name) => [name, await client.db(database.name).collection(name).find().toArray()]);
      return new Map((await Promise.all(pairs)) as [string, Document[]][]);
    },
  };
}

async function signIn(service: RunningService, url: string, role: Role): Promise<Desk> {
  const username = `${role}.test`;
  const system = { kind: 'system', part: 'test' } as const;
  if (!(await service.app.staff.byUsername(username))) {
    await service.app.staff.create(system, { username, password: PASSWORD, name: role, role, unit: unitOf(role) });
  }
  const opened = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: PASSWORD }),
  });
  const cookie = (opened.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { csrfToken } = (await opened.json()) as { csrfToken: string };
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { cookie, 'x-csrf-token': csrfToken, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const text = bytes.toString('utf8');
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      // A file: the caller looks at the bytes.
    }
    return { status: answer.status, body: json, text, bytes };
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

function unitOf(role: Role): string | null {
  return role === 'clerk' ? 'mzb' : null;
}

/** Text of every string and every byte string in a document, at any depth: what a search of the raw data would see. */
export function everyText(value: unknown): string {
  if (value === null || value === undefined || typeof value === 'bigint') return '';
  if (typeof value === 'string') return `${value}\n`;
  if (value instanceof Date) return `${value.toISOString()}\n`;
  if (value instanceof Uint8Array)
    return `${Buffer.from(value).toString('latin1')}\n${Buffer.from(value).toString('utf8')}\n`;
  if (typeof value !== 'object') return `${JSON.stringify(value)}\n`;
  const bytes = (value as { _bsontype?: string; buffer?: Uint8Array })._bsontype === 'Binary';
  if (bytes) return everyText((value as unknown as { buffer: Uint8Array }).buffer);
  return Object.entries(value)
    .map(([key, member]) => `${key}\n${everyText(member)}`)
    .join('');
}
