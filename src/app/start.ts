import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Log } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import { checkServer, verifyCollections } from '../platform/mongo/index.ts';
import { buildApp, type App } from './build-app.ts';
import { allCollections } from './collections.ts';

/** The stores differ from what the service declares, or cannot carry it: starting would break a promise. */
export class UnfitStoreError extends Error {}

export interface RunningService {
  readonly app: App;
  readonly port: number;
  /** Rejects once, where MongoDB turns out unfit after the start. */
  readonly unfit: Promise<never>;
  stop(): Promise<void>;
}

/** Shutdown must end within 10 s (issue of orchestrators: they kill after that). */
const STOP_WITHIN_MS = 9_000;

/**
 * Builds and listens. A web process listens at once and spools even while MongoDB is away; as soon as MongoDB is there
 * its version, replica set, validators and indexes are checked, and a difference ends the process.
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
  const fit = app.mongo.whenReady().then(async () => {
    const problems = [
      ...(await checkServer(app.mongo.work)),
      ...(await verifyCollections(app.mongo.work, allCollections)),
    ];
    if (problems.length > 0) throw new UnfitStoreError(problems.join('\n'));
    app.sweeps.start();
    log.info('service.ready', { role: config.env.ROLE });
  });
  const unfit = fit.then(() => new Promise<never>(() => {}));
  unfit.catch(() => undefined);
  if (config.env.ROLE === 'worker') await fit;
  // A worker answers too: its health check is the same request.
  server.listen(config.env.PORT, config.env.HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  log.info('service.listening', { port, role: config.env.ROLE });
  return { app, port, unfit, stop: () => stop(server, app, log) };
}

async function stop(server: Server, app: App, log: Log): Promise<void> {
  const force = setTimeout(() => {
    log.error('service.stop_forced');
    server.closeAllConnections();
  }, STOP_WITHIN_MS);
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await closed;
  await app.close();
  clearTimeout(force);
  log.info('service.stopped');
}
