import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningMongo, type RunningRedis, startMongo, startRedis, withDatabase } from '../stores/index.ts';
import { type Child, portOr, ROOT, runCommand, startChild } from './child.ts';
import type { Kept } from './kept.ts';
import { held, until } from './stage.ts';

/** Stores and platform: what stands beside the service. */
export interface Surroundings {
  readonly mongo: RunningMongo;
  readonly redis: RunningRedis | null;
  /** Address of the simulated platform. */
  readonly sandbox: string;
}

export interface Order {
  readonly dataDir: string;
  readonly kept: Kept;
  readonly print: (line: string) => void;
  /** Told of each process as soon as it runs, so that Ctrl-C in the middle of a start ends what is there. */
  readonly onStarted: (process: { readonly stop: () => Promise<void> }) => void;
}

const WEB_PORT = 3000;
const SANDBOX_PORT = 8787;
/** A start from source takes 2 to 3 s on two cores; a busy machine takes longer. */
const START_MS = 60_000;

/** Starts MongoDB, Redis and the platform side by side. */
export async function startSurroundings(order: Order): Promise<Surroundings> {
  const { dataDir, print, onStarted } = order;
  const log = (line: string): void => print(`  ${line}`);
  const own = process.env.MONGODB_URI ? {} : { dataDir: join(dataDir, 'mongo') };
  const start = async <T extends { readonly stop: () => Promise<void> } | null>(starting: Promise<T>): Promise<T> => {
    const started = await starting;
    if (started !== null) onStarted(started);
    return started;
  };
  const [mongo, redis, sandbox] = await Promise.all([
    start(startMongo({ ...own, log })),
    start(startRedis({ dataDir: join(dataDir, 'redis'), log })),
    startSandbox(order),
  ]);
  if (redis === null) print('  no Redis: the service goes on with limits in its own memory');
  return { mongo, redis, sandbox };
}

async function startSandbox({ dataDir, kept, print, onStarted }: Order): Promise<string> {
  let line: string | undefined;
  const wanted = portFrom('SANDBOX_PORT', SANDBOX_PORT);
  const logFile = join(dataDir, 'sandbox.log');
  const env = {
    SANDBOX_PORT: String(wanted),
    SANDBOX_ACCOUNT_NAME: accountName(),
    SANDBOX_APP_ID: kept.appId,
    SANDBOX_APP_SECRET: kept.appSecret,
    SANDBOX_TOKEN: kept.token,
    SANDBOX_AES_KEY: kept.aesKey,
    // Four pushes a month and QR codes with a scene: an account that can show the whole day more than once.
    SANDBOX_ACCOUNT_TYPE: 'service',
  };
  const child = startChild({ script: 'src/sandbox/main.ts', env, logFile, onFirstLine: (first) => (line = first) });
  onStarted(child);
  const first = await until('the platform listens', async () => line ?? goneOr(child, logFile), START_MS);
  const { url } = JSON.parse(first) as { url: string };
  print(`  platform: ready on ${url}${instead(wanted, Number(new URL(url).port))}`);
  return url;
}

/** The account's name, from the same file that the service reads it from. */
function accountName(): string {
  const town = JSON.parse(readFileSync(join(ROOT, 'config', 'town.json'), 'utf8')) as { account: string };
  return town.account;
}

export interface RunningSystem {
  /** Address of pages, API and console. */
  readonly web: string;
  readonly logFile: string;
  readonly stop: () => Promise<void>;
}

/** Migrates the database, opens the first account and starts the service, each as a process of its own. */
export async function startSystem(order: Order, around: Surroundings): Promise<RunningSystem> {
  const { dataDir, kept, print, onStarted } = order;
  const wanted = portFrom('PORT', WEB_PORT);
  const port = await portOr(wanted);
  const web = `http://127.0.0.1:${port}`;
  const env = serviceEnv(order, around, web);
  mkdirSync(env.DATA_DIR, { recursive: true, mode: 0o700 });

  const migrated = await runCommand('migrate', [], { env });
  held(migrated.code === 0, `npm run migrate failed: ${migrated.output}`);
  print(`  migrate: ${migrated.output.split('\n').at(-1) ?? ''}`);

  const logFile = join(dataDir, 'service.log');
  const child = startChild({ script: 'src/main.ts', env: { ...env, PORT: String(port) }, logFile });
  onStarted(child);
  const [admin] = await Promise.all([
    runCommand('staff', ['create', 'admin', '--role', 'admin'], { env, input: `${kept.password}\n` }),
    until('the service is ready', async () => (await isReady(web)) ?? goneOr(child, logFile), START_MS),
  ]);
  // On kept data the account is there already; whether its password still fits, the log-in shows.
  print(`  staff: ${admin.output}`);
  await joinPlatform(around.sandbox, web);
  print(`  service: ready on ${web}${instead(wanted, port)}`);
  return { web, logFile, stop: child.stop };
}

function serviceEnv({ dataDir, kept }: Order, { mongo, redis, sandbox }: Surroundings, web: string) {
  return {
    HOST: '127.0.0.1',
    PUBLIC_URL: web,
    MONGODB_URI: withDatabase(mongo.uri, kept.database),
    ...(redis === null ? {} : { REDIS_URL: redis.url }),
    SECRET_KEY: kept.secretKey,
    WECHAT_APP_ID: kept.appId,
    WECHAT_APP_SECRET: kept.appSecret,
    WECHAT_TOKEN: kept.token,
    WECHAT_ENCODING_AES_KEY: kept.aesKey,
    WECHAT_ACCOUNT_TYPE: 'service',
    WECHAT_API_BASE: sandbox,
    // Nobody wants to wait five minutes for the demo's briefing.
    BRIEFING_MIN_LEAD_SECONDS: '1',
    DATA_DIR: join(dataDir, 'service'),
  };
}

/** Tells the platform where the service listens, and has it checked as 公众平台 does when an operator saves the address. */
async function joinPlatform(sandbox: string, web: string): Promise<void> {
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const response = await fetch(`${sandbox}/_/${path}`, { method: 'POST', body: JSON.stringify(body) });
    return response.json();
  };
  await post('webhook', { url: `${web}/wechat` });
  const answer = (await post('verify', {})) as { verified?: boolean };
  held(answer.verified === true, 'the platform does not accept the webhook address');
}

async function isReady(web: string): Promise<string | undefined> {
  try {
    return (await fetch(`${web}/readyz`)).ok ? 'ready' : undefined;
  } catch {
    return undefined;
  }
}

function goneOr(child: Child, logFile: string): undefined {
  const end = child.ended();
  held(end === undefined, `it ended with ${end}; see ${logFile}`);
  return undefined;
}

/** Says so where another port had to be taken. Port 0 asks for any. */
function instead(wanted: number, taken: number): string {
  return wanted === taken || wanted === 0 ? '' : ` (port ${wanted} is taken)`;
}

function portFrom(name: string, standard: number): number {
  const port = Number(process.env[name] || standard);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`${name} is a port, not ${process.env[name]}`);
  return port;
}
