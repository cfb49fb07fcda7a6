import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { systemClock } from '../kernel/index.ts';
import { handleControl } from './control.ts';
import { type Account, accountOf, defaultBehaviour, type SandboxOptions } from './options.ts';
import { handlePages } from './pages.ts';
import { handleApi } from './platform.ts';
import { createTime } from './time.ts';
import { createWorld, type World, type WorldSettings } from './world.ts';

export type * from './contract.ts';
export type { Account, SandboxOptions } from './options.ts';

/** A running platform: its account (`appId`, `appSecret`, `token`, `aesKey` …) and its address. */
export interface Sandbox extends Account {
  /** Address of platform, control interface and phone page, without a slash at the end. */
  readonly url: string;
  /** Where deliveries go from now on; null for nowhere. */
  setWebhook(url: string | null): void;
  /** Ends deliveries and timers under way and closes every connection. */
  close(): Promise<void>;
}

/**
 * Starts a simulated platform on a port of its own. Nothing is kept after `close`.
 * Rejects with the listening error (EADDRINUSE …) where the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const account = accountOf(options);
  const settings: WorldSettings = {
    account,
    site: { url: '' },
    link: { webhookUrl: options.webhookUrl ?? null },
    behaviour: () => ({ ...defaultBehaviour(), ...options.behaviour }),
    quotas: options.quotas ?? {},
    time: createTime(options.clock ?? systemClock),
  };
  let world = createWorld(settings);
  const reset = () => {
    world.ended.abort();
    settings.time.offsetSeconds = 0;
    world = createWorld(settings);
  };
  const handle = createApp(() => world, reset).callback();
  const server = createServer((req, res) => void handle(req, res));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { address, port, family } = server.address() as AddressInfo;
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  settings.site.url = `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    url: settings.site.url,
    ...account,
    setWebhook(url) {
      settings.link.webhookUrl = url;
    },
    async close() {
      world.ended.abort();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function createApp(world: () => World, reset: () => void): Koa {
  const app = new Koa();
  app.on('error', (error: Error) => {
    process.stderr.write(`sandbox: ${error.stack ?? error.message}\n`);
  });
  app.use(async (ctx) => {
    try {
      if (ctx.path.startsWith('/_/')) await handleControl({ world, reset }, ctx);
      else if (!(await handlePages(world(), ctx))) await handleApi(world(), ctx);
    } catch (error) {
      // A caller that hangs up in the middle of its own request is nobody's mistake here.
      if (!ctx.req.socket.destroyed) throw error;
    }
  });
  return app;
}
