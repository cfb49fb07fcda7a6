import { fileURLToPath } from 'node:url';
import { startService, UnfitStoreError } from './app/start.ts';
import { ConfigError, loadConfig } from './platform/config/index.ts';
import { createLog } from './platform/logging/index.ts';

/** sysexits: EX_CONFIG. The operator must change something before a start can work. */
const EXIT_CONFIG = 78;

async function main(): Promise<void> {
  const config = loadConfig(process.env);
  const log = createLog({ level: config.env.LOG_LEVEL, role: config.env.ROLE });
  // Built beside this file in production; run from source, the last build serves.
  const built = import.meta.url.endsWith('.js') ? './console' : '../dist/console';
  const consoleDir = fileURLToPath(new URL(built, import.meta.url));
  const service = await startService({ config, log, consoleDir });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    service.stop().then(
      (clean) => process.exit(clean ? 0 : 1),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await service.unfit;
}

main().catch((error: unknown) => {
  const config = error instanceof ConfigError || error instanceof UnfitStoreError;
  const { code, port } = error as { code?: unknown; port?: unknown };
  const taken = code === 'EADDRINUSE' ? `port ${String(port)} is taken: stop what listens there, or set PORT` : null;
  const plain = taken ?? (config ? error.message : null);
  const text = plain ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.stderr.write(`xiangyin cannot run: ${text}\n`);
  process.exit(config ? EXIT_CONFIG : 1);
});
