import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const GUARD = fileURLToPath(new URL('./guard.mjs', import.meta.url));

const POLL_MS = 20;

/** One store's process, under its guard (guard.mjs). */
export interface Guarded {
  readonly pid: number;
  /** What is known once the store has ended, by whatever cause; else undefined. */
  readonly ended: () => StoreEnd | undefined;
  /** Ends the store; resolves when its process is gone and, for a temporary one, its folder too. */
  readonly stop: () => Promise<void>;
}

export interface StoreEnd {
  /** Exit code or signal. */
  readonly exit: string;
  /** The last of its standard error and log. */
  readonly tail: string;
}

export interface DataFolder {
  readonly path: string;
  /** True: removed by the guard when the store ends. */
  readonly temporary: boolean;
}

/** The given folder; without one, a new name among the temporary files. The guard makes the folder. */
export function dataFolder(name: string, given?: string): DataFolder {
  if (given !== undefined) return { path: resolve(given), temporary: false };
  return { path: join(tmpdir(), `xiangyin-${name}-${randomBytes(6).toString('hex')}`), temporary: true };
}

export interface StoreOrder {
  readonly command: string;
  readonly args: readonly string[];
  readonly data: DataFolder;
  readonly logFile: string;
  /** Written into the data folder before the start, readable by us alone: name to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Starts a store under a guard with an empty log; rejects with the reason if it cannot be started at all. */
export async function startGuarded({ command, args, data, logFile, files = {} }: StoreOrder): Promise<Guarded> {
  rmSync(logFile, { force: true });
  const { NODE_OPTIONS: _notForTheGuard, ...env } = process.env;
  const guard = fork(GUARD, [], { detached: true, execArgv: [], env, stdio: 'ignore' });
  let end: StoreEnd | undefined;
  const gone = new Promise<void>((done) => {
    guard.once('exit', (code, signal) => {
      end ??= { exit: `guard ended: ${signal ?? code}`, tail: '' };
      done();
    });
  });
  const pid = await new Promise<number>((started, failed) => {
    guard.on('message', (message: { pid?: number; exit?: string; tail?: string }) => {
      if (message.pid !== undefined) started(message.pid);
      if (message.exit === undefined) return;
      end = { exit: message.exit, tail: message.tail ?? '' };
      failed(new Error(`${command}: ${end.exit}`));
    });
    guard.once('error', failed);
    void gone.then(() => failed(new Error(`${command}: ${end?.exit}`)));
    guard.send({ command, args, dataDir: data.path, files, logFile, temporary: data.temporary });
  });
  letGo(guard);
  return {
    pid,
    ended: () => end,
    stop: async () => {
      if (guard.exitCode !== null || guard.signalCode !== null) return;
      guard.ref();
      if (guard.connected) guard.send('stop');
      await gone;
    },
  };
}

/**
 * True once the store's own log says `words`; false when it has ended or after `withinMs`. The log, not the port: on
 * the port another process could be the one that answers.
 */
export async function saysInLog(store: Guarded, logFile: string, words: string, withinMs: number): Promise<boolean> {
  const until = Date.now() + withinMs;
  while (Date.now() < until && store.ended() === undefined) {
    if (textOf(logFile).includes(words)) return true;
    await sleep(POLL_MS);
  }
  return false;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Our process may end while the store runs; the guard then ends the store. */
function letGo(guard: ChildProcess): void {
  guard.unref();
  guard.channel?.unref();
}

/** A port of 127.0.0.1 that nobody uses at this moment. Another process may take it first: callers try again. */
export async function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') failed(new Error('no port'));
        else found(address.port);
      });
    });
  });
}
