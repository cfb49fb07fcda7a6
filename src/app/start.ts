import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { checkServer, describeHosts, verifyCollections } from '../platform/mongo/index.ts';
import { buildApp, type App } from './build-app.ts';
import { allCollections } from './collections.ts';

/** The stores differ from what the service declares, or cannot carry it: starting would break a promise. */
export class UnfitStoreError extends Error {}

export interface RunningService {
  readonly app: App;
  readonly port: number;
  /** Rejects once, where MongoDB turns out unfit after the start. */
  readonly unfit: Promise<never>;
  /**
   * Takes no new request and no new work, waits for what is under way, then leaves the stores. Answers false where that
   * took longer than `withinMs` (9 s: orchestrators kill after 10) and was cut off.
   */
  stop(withinMs?: number): Promise<boolean>;
}

/** A process that answers the webhook listens after this long even where MongoDB is away. */
const LISTEN_WITHIN_MS = 1_000;
/** How long a worker waits for MongoDB before it ends and says so. */
const REACH_WITHIN_MS = 10_000;
const ASK_AGAIN_MS = 1_000;
const STOP_WITHIN_MS = 9_000;
/** Of that, at least this is kept for leaving the stores. */
const LEAVE_MS = 1_000;
/** A connection that was busy when the end came is free a moment later. */
const CLOSE_IDLE_EVERY_MS = 50;

/**
 * Builds and listens. A web process listens and spools even while MongoDB is away; as soon as MongoDB is there its
 * version, replica set, validators and indexes are checked, and a difference ends the process. Rejects with
 * UnfitStoreError where that is known before it listens.
 */
export async function startService(deps: { config: Config; log: Log; consoleDir: string }): Promise<RunningService> {
  const { config, log } = deps;
  const app = await buildApp(deps);
  const server = createServer(
    app.http.callback() as (...args: Parameters<Parameters<typeof createServer>[1] & object>) => void,
  );
  // Slow senders hold no socket for long; the platform itself gives up after 5 s.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  const fit = reach(app, config).then(async () => {
    const problems = await findProblems(app, log);
    if (problems.length > 0) throw new UnfitStoreError(problems.join('\n'));
    app.sweeps.start();
    log.info('service.ready', { role: config.env.ROLE });
  });
  const unfit = fit.then(() => new Promise<never>(() => {}));
  unfit.catch(() => undefined);
  // A start in the middle of the day should not send its first messages to the spool; one without MongoDB listens soon.
  try {
    await Promise.race([fit, ...(config.env.ROLE === 'worker' ? [] : [sleep(LISTEN_WITHIN_MS)])]);
  } catch (error) {
    await app.close();
    throw error;
  }
  // A worker answers too: its health check is the same request.
  server.listen(config.env.PORT, config.env.HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  log.info('service.listening', { port, role: config.env.ROLE });
  return { app, port, unfit, stop: (withinMs = STOP_WITHIN_MS) => stop(server, app, log, withinMs) };
}

/**
 * Resolves once MongoDB is there. A worker can do nothing without it and gives up; what answers the webhook waits for as
 * long as it takes. Rejects with UnfitStoreError where waiting cannot help.
 */
async function reach(app: App, config: Config): Promise<void> {
  const connected = app.mongo.whenReady().catch((cause: unknown) => {
    throw new UnfitStoreError(cause instanceof Error ? cause.message : String(cause), { cause });
  });
  if (config.env.ROLE !== 'worker') return connected;
  const givenUp = new AbortController();
  const tooLong = sleep(REACH_WITHIN_MS, undefined, { signal: givenUp.signal }).then(() => {
    const where = describeHosts(config.env.MONGODB_URI);
    throw new UnfitStoreError(`MongoDB does not answer at ${where} (MONGODB_URI): start it or correct the address.`);
  });
  tooLong.catch(() => undefined);
  await Promise.race([connected, tooLong]).finally(() => givenUp.abort());
}

/** What is wrong with the stores, in English sentences. Asked again where MongoDB goes away in the middle. */
async function findProblems(app: App, log: Log): Promise<string[]> {
  for (;;) {
    try {
      const server = await checkServer(app.mongo.work);
      if (server.length > 0) return server;
      const differences = await verifyCollections(app.mongo.work, allCollections);
      if (differences.length > 0) differences.unshift('the database differs from this version: run `npm run migrate`');
      return differences;
    } catch (err) {
      log.warn('service.stores_unchecked', { err });
      await sleep(ASK_AGAIN_MS);
    }
  }
}

async function stop(server: Server, app: App, log: Log, withinMs: number): Promise<boolean> {
  const begun = performance.now();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  // Sweeps end beside the requests: neither waits for the other.
  const drained = await endsWithin(Promise.all([closed, app.sweeps.stop()]), withinMs - LEAVE_MS);
  clearInterval(idle);
  if (!drained) {
    log.error('service.stop_forced');
    server.closeAllConnections();
  }
  // A store that cannot be reached is left once the attempt to reach it has ended.
  const left = await endsWithin(app.close(), Math.max(LEAVE_MS, withinMs - (performance.now() - begun)));
  log.info('service.stopped', { clean: drained && left });
  return drained && left;
}

async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
