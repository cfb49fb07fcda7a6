import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp, type App } from '../../src/app/build-app.ts';
import { systemClock, type Clock, type Log } from '../../src/kernel/index.ts';
import { loadConfig, type Config, type Limits, type Town as TownConfig } from '../../src/platform/config/index.ts';
import { startSandbox, type Sandbox, type SandboxOptions, type SayAnswer } from '../../src/sandbox/index.ts';
import { later } from './later.ts';
import { phoneOf, type Phone } from './phone.ts';
import { CHEAP, signIn, type StaffClient } from './staff-client.ts';
import { migrate } from './stores.ts';

export const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => SILENT };

/** The system's clock plus what a test has moved it by. */
export interface MovableClock extends Clock {
  move(ms: number): void;
}

export function movableClock(): MovableClock {
  let offset = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + offset),
    move: (ms) => {
      offset += ms;
    },
  };
}

export interface TownOptions {
  /** Database of the test file's own, from `testDatabase()`. */
  readonly uri: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly limits?: { readonly [K in keyof Limits]?: Partial<Limits[K]> };
  readonly town?: Partial<TownConfig>;
  /** Anything else of the configuration. */
  readonly config?: Partial<Config>;
  readonly sandbox?: SandboxOptions;
  readonly log?: Log;
  /** Where the built console lies. */
  readonly consoleDir?: string;
}

/** The whole service on real stores beside a platform of its own; its sweeps run only when a test asks. */
export interface Town {
  readonly app: App;
  readonly config: Config;
  readonly clock: MovableClock;
  readonly sandbox: Sandbox;
  /** Address of the service, which is also its PUBLIC_URL. */
  readonly url: string;
  /** The sandbox's control interface. */
  control<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** A new resident with a phone; follows silently unless told otherwise. */
  resident(options?: { readonly follow?: boolean }): Promise<Phone>;
  /** A new member of staff, signed in. */
  staff(role: string, unit?: string): Promise<StaffClient>;
  /** Runs one sweep to its end. */
  sweep(name: string): Promise<number>;
  /** Ends the service and starts it again on the same stores, as after a crash or a new release. */
  restart(): Promise<void>;
}

const SECRETS = {
  SECRET_KEY: 'a-secret-key-for-tests-only-0123456789',
  LOG_LEVEL: 'silent',
};

/** Starts a town; ended after the tests of the file. Call it in `beforeAll`. */
export async function startTown(options: TownOptions): Promise<Town> {
  const clock = movableClock();
  const log = options.log ?? SILENT;
  const sandbox = await startSandbox({ mode: 'plain', clock, ...options.sandbox });
  const dataDir = await mkdtemp(join(tmpdir(), 'xiangyin-town-'));
  let handle: ReturnType<App['http']['callback']> | undefined;
  const server = createServer((req, res) => {
    // Between end and start nobody answers, as behind a load balancer without a server.
    if (handle) void handle(req, res);
    else res.writeHead(503).end();
  });
  const url = await listen(server);
  const config = configOf(options, sandbox, { url, dataDir });
  const build = async (): Promise<App> => {
    const app = await buildApp({ config, log, clock, consoleDir: options.consoleDir ?? '', passwordCost: CHEAP });
    await app.mongo.whenReady();
    return app;
  };
  await migrate(options.uri);
  let app = await build();
  handle = app.http.callback();
  sandbox.setWebhook(`${url}/wechat`);
  later(async () => {
    sandbox.setWebhook(null);
    await sandbox.close();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await app.close();
    await rm(dataDir, { recursive: true, force: true });
  });

  const control = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${sandbox.url}${path}`, { method, ...init });
    const answer: unknown = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer as T;
  };
  return {
    get app() {
      return app;
    },
    config,
    clock,
    sandbox,
    url,
    control,
    resident: async ({ follow = true } = {}) => {
      const wanted = follow ? { count: 1, subscribe: true, silent: true } : { count: 1 };
      const { openids } = await control<{ openids: string[] }>('POST', '/_/residents', wanted);
      const openid = openids[0] ?? '';
      return phoneOf({
        openid,
        say: (said) => control<SayAnswer>('POST', `/_/residents/${openid}/say`, said),
        inbox: () => control('GET', `/_/residents/${openid}/inbox`),
      });
    },
    staff: (role, unit) => signIn({ url, staff: app.staff, role, unit: unit ?? null }),
    sweep: (name) => app.sweeps.runNow(name),
    restart: async () => {
      handle = undefined;
      await app.close();
      app = await build();
      handle = app.http.callback();
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function configOf(options: TownOptions, sandbox: Sandbox, at: { url: string; dataDir: string }): Config {
  const base = loadConfig({
    ...SECRETS,
    PUBLIC_URL: at.url,
    MONGODB_URI: options.uri,
    DATA_DIR: at.dataDir,
    WECHAT_APP_ID: sandbox.appId,
    WECHAT_APP_SECRET: sandbox.appSecret,
    WECHAT_TOKEN: sandbox.token,
    WECHAT_ENCODING_AES_KEY: sandbox.aesKey,
    WECHAT_MODE: sandbox.mode,
    WECHAT_ALLOW_PLAIN: String(sandbox.mode === 'plain'),
    WECHAT_ACCOUNT_TYPE: sandbox.type,
    WECHAT_VERIFIED: String(sandbox.verified),
    WECHAT_API_BASE: sandbox.url,
    ...options.env,
  });
  const { conversation, complaints, rate, ...rest } = options.limits ?? {};
  const limits: Limits = {
    ...base.limits,
    ...rest,
    conversation: { ...base.limits.conversation, ...conversation },
    complaints: { ...base.limits.complaints, ...complaints },
    rate: { ...base.limits.rate, perOpenidPerMinute: 100_000, perIpPerMinute: 100_000, ...rate },
  } as Limits;
  return { ...base, limits, town: { ...base.town, ...options.town }, ...options.config };
}
