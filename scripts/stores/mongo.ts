import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type DataFolder, dataFolder, freePort, type Guarded, saysInLog, startGuarded } from './guarded.ts';
import { findMongod } from './mongod-source.ts';
import { createRoot, makePrimary, REPLICA_SET } from './replica-set.ts';

export interface MongoOptions {
  /** Kept after the end. Without it the data is temporary and removed. */
  readonly dataDir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /**
   * Authentication on, with a key file, and a root user whose name and random password are in `uri`. Always an own
   * process, with temporary data.
   */
  readonly auth?: boolean;
  /** One line of progress for a person. Default: standard output. */
  readonly log?: (line: string) => void;
  readonly quiet?: boolean;
  /** Default: this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface RunningMongo {
  /** Without a database name; see `withDatabase`. */
  readonly uri: string;
  readonly port: number;
  /** Of our own mongod; undefined where MONGODB_URI named a server, which `stop` leaves alone. */
  readonly pid: number | undefined;
  readonly stop: () => Promise<void>;
}

/** Tries for a port that another process did not take between our look and mongod's bind. */
const PORT_TRIES = 5;
/** mongod 6.0.5 starts in 0.2 s on a quiet machine; recovery of a large folder takes longer, ms. */
const START_MS = 60_000;
const KEY_FILE = 'keyfile';

/** mongod at its smallest: these stores serve a demo, tests and benchmarks on a developer's machine. */
const SMALL = '--wiredTigerCacheSizeGB 0.25 --oplogSize 128 --setParameter diagnosticDataCollectionEnabled=false'.split(
  ' ',
);

/**
 * A real MongoDB as a one-node replica set, journaled, PRIMARY before this returns, reachable from this machine only.
 * Ends with this process however that ends (guard.mjs). Throws an Error in plain words when there is none to be had.
 */
export async function startMongo(options: MongoOptions = {}): Promise<RunningMongo> {
  const { dataDir, auth = false, env = process.env } = options;
  if (auth && dataDir !== undefined) throw new Error('a mongod with authentication keeps no data: leave out dataDir');
  const log = options.quiet ? () => {} : (options.log ?? console.log);
  const source = await findMongod({ env, log }, auth || dataDir !== undefined || options.port !== undefined);
  if (source.kind === 'running') {
    log('mongod: using the server that MONGODB_URI names');
    return { uri: source.uri, port: portOf(source.uri), pid: undefined, stop: async () => {} };
  }
  const { guarded, port } = await launch(source.path, options);
  try {
    const uri = `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`;
    await makePrimary(port);
    const root = auth ? await createRoot(port) : undefined;
    log(`mongod: ready on 127.0.0.1:${port}`);
    const withRoot = root && uri.replace('//', `//${root.username}:${root.password}@`).concat('&authSource=admin');
    return { uri: withRoot ?? uri, port, pid: guarded.pid, stop: guarded.stop };
  } catch (error) {
    await guarded.stop();
    throw error;
  }
}

/** `uri` with `name` as its database; credentials stay good for the database that they belong to. */
export function withDatabase(uri: string, name: string): string {
  const parts = /^(mongodb(?:\+srv)?:\/\/[^/?]+)(?:\/([^?]*))?(?:\?(.*))?$/.exec(uri);
  if (parts === null) throw new Error('not a MongoDB URI');
  const [, server = '', old, query = ''] = parts;
  const options = new URLSearchParams(query);
  if (server.includes('@') && !options.has('authSource')) options.set('authSource', old || 'admin');
  const text = options.toString();
  return `${server}/${name}${text === '' ? '' : `?${text}`}`;
}

async function launch(program: string, options: MongoOptions): Promise<{ guarded: Guarded; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const data = dataFolder('mongod', options.dataDir);
    const port = options.port ?? (await freePort());
    const logFile = join(data.path, 'mongod.log');
    const args = mongodArgs(data, port, logFile, options.auth);
    const files = options.auth ? { [KEY_FILE]: randomBytes(300).toString('base64') } : {};
    const guarded = await startGuarded({ command: program, args, data, logFile, files });
    if (await saysInLog(guarded, logFile, 'Waiting for connections', START_MS)) return { guarded, port };
    const end = guarded.ended();
    await guarded.stop();
    const portTaken = end !== undefined && /Address already in use|SocketException/.test(end.tail);
    if (portTaken && options.port === undefined && attempt < PORT_TRIES) continue;
    throw new Error(`mongod did not start in ${data.path}: ${whyNot(end?.tail)}`);
  }
}

function mongodArgs(data: DataFolder, port: number, logFile: string, auth = false): string[] {
  const args = ['--dbpath', data.path, '--port', String(port), '--bind_ip', '127.0.0.1', '--replSet', REPLICA_SET];
  args.push('--logpath', logFile, ...SMALL);
  if (process.platform !== 'win32') args.push('--nounixsocket');
  return auth ? [...args, '--auth', '--keyFile', join(data.path, KEY_FILE)] : args;
}

function whyNot(tail: string | undefined): string {
  if (tail === undefined) return 'it did not answer in time';
  if (/DBPathInUse|already running/.test(tail)) return 'another process uses this folder; end it first';
  if (/Address already in use/.test(tail)) return 'its port is taken';
  if (/No space left|ENOSPC/.test(tail)) return 'the disk is full';
  const errors = tail.split('\n').filter((line) => /"s":"[EF]"|rror/.test(line));
  return errors.slice(-2).join(' | ').slice(-600) || 'see its log';
}

/** Of the first host in a URI; 27017 where none is named. */
function portOf(uri: string): number {
  return Number(/^mongodb:\/\/(?:[^@/]*@)?[^,/:]+:(\d+)/.exec(uri)?.[1] ?? 27017);
}
