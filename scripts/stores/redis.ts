import { join } from 'node:path';
import { dataFolder, freePort, saysInLog, startGuarded } from './guarded.ts';
import { findRedis } from './redis-source.ts';

export interface RedisOptions {
  /** Its working folder. Nothing is written there: Redis may lose its memory at any time. */
  readonly dataDir?: string;
  readonly port?: number;
  readonly log?: (line: string) => void;
  readonly quiet?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Of our own redis-server; undefined where REDIS_URL named a server, which `stop` leaves alone. */
  readonly pid: number | undefined;
  readonly stop: () => Promise<void>;
}

const PORT_TRIES = 5;
const START_MS = 20_000;
/** Logical databases, so that each test file can have one of its own. */
export const OWN_DATABASES = 1024;

/**
 * A real Redis, reachable from this machine only, that ends with this process. Null where there is none to be had; the
 * log then says why.
 */
export async function startRedis(options: RedisOptions = {}): Promise<RunningRedis | null> {
  const { env = process.env } = options;
  const log = options.quiet ? () => {} : (options.log ?? console.log);
  const found = await findRedis({ env, log });
  if ('reasons' in found) {
    const why = found.reasons.length === 0 ? '' : ` (${found.reasons.join('; ')})`;
    log(`redis: none to be had here; install redis-server or set REDIS_URL${why}`);
    return null;
  }
  if (found.value.kind === 'running') {
    const { url } = found.value;
    log('redis: using the server that REDIS_URL names');
    return { url, port: Number(new URL(url).port || 6379), pid: undefined, stop: async () => {} };
  }
  return launch(found.value.path, options, log);
}

async function launch(program: string, options: RedisOptions, log: (line: string) => void): Promise<RunningRedis> {
  for (let attempt = 1; ; attempt += 1) {
    const data = dataFolder('redis', options.dataDir);
    const port = options.port ?? (await freePort());
    const logFile = join(data.path, 'redis.log');
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', data.path, '--logfile', logFile];
    args.push('--save', '', '--appendonly', 'no', '--databases', String(OWN_DATABASES));
    const guarded = await startGuarded({ command: program, args, data, logFile });
    if (await saysInLog(guarded, logFile, 'Ready to accept connections', START_MS)) {
      log(`redis: ready on 127.0.0.1:${port}`);
      return { url: `redis://127.0.0.1:${port}/0`, port, pid: guarded.pid, stop: guarded.stop };
    }
    const end = guarded.ended();
    await guarded.stop();
    const again = options.port === undefined && attempt < PORT_TRIES && /Address already in use/.test(end?.tail ?? '');
    if (!again) throw new Error(`redis-server did not start: ${end?.tail.trim().split('\n').at(-1) ?? 'no answer'}`);
  }
}
