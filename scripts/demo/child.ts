import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const LEAVE_WITH_PARENT = new URL('./leave-with-parent.mjs', import.meta.url).href;
/** After SIGTERM; the service promises to end within 10 s. */
const STOP_MS = 15_000;

/** One process of the demo beside the stores. */
export interface Child {
  /** Exit code or signal once it has ended; else undefined. */
  readonly ended: () => string | undefined;
  readonly stop: () => Promise<void>;
}

interface ChildOrder {
  /** From the project's folder, TypeScript or not. */
  readonly script: string;
  /** The whole environment: what this process inherited stays here. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes standard output and standard error. */
  readonly logFile: string;
  /** Gets the first line of standard output instead of the log. */
  readonly onFirstLine?: (line: string) => void;
}

/** Starts `script` from source, as `npm run sandbox` and `npm start` do with theirs. It ends when this process does. */
export function startChild({ script, env, logFile, onFirstLine }: ChildOrder): Child {
  const log = openSync(logFile, 'w', 0o600);
  const args = ['--enable-source-maps', '--import', LEAVE_WITH_PARENT, '--import', 'tsx', script];
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: withPath(env),
    detached: true,
    stdio: ['ignore', onFirstLine ? 'pipe' : log, log, 'ipc'],
  });
  closeSync(log);
  if (onFirstLine) firstLineOf(child, onFirstLine);
  let end: string | undefined;
  const gone = new Promise<void>((done) => {
    child.once('exit', (code, signal) => {
      end = signal ?? String(code);
      done();
    });
    child.once('error', (error) => {
      end ??= error.message;
      done();
    });
  });
  return { ended: () => end, stop: async () => stop(child, gone, () => end !== undefined) };
}

/** What any program needs from its surroundings, and nothing that the person's shell may hold for another service. */
export function withPath(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const names = ['PATH', 'HOME', 'TMPDIR', 'TEMP', 'SystemRoot', 'LANG'];
  const kept = names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]] as const]));
  return { ...Object.fromEntries(kept), ...env };
}

function firstLineOf(child: ChildProcess, onFirstLine: (line: string) => void): void {
  let text = '';
  let told = false;
  child.stdout?.setEncoding('utf8').on('data', (more: string) => {
    if (told) return;
    text += more;
    const end = text.indexOf('\n');
    if (end < 0) return;
    told = true;
    onFirstLine(text.slice(0, end));
  });
}

async function stop(child: ChildProcess, gone: Promise<void>, hasEnded: () => boolean): Promise<void> {
  if (hasEnded()) return;
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await gone;
  clearTimeout(force);
}

/** `wanted` where nobody listens there, else any free port of 127.0.0.1. */
export async function portOr(wanted: number): Promise<number> {
  return (await portIfFree(wanted)) ?? (await portIfFree(0)) ?? 0;
}

async function portIfFree(port: number): Promise<number | undefined> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once('error', () => done(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(address !== null && typeof address === 'object' ? address.port : undefined));
    });
  });
}

/**
 * Runs one of the project's commands (`npm run migrate`, `npm run staff`) to its end; answers what it printed. From
 * source, like the service: an older build may lie beside it.
 */
export async function runCommand(
  name: string,
  args: readonly string[],
  { env, input = '' }: { env: Readonly<Record<string, string>>; input?: string },
): Promise<{ code: number; output: string }> {
  const script = `src/app/cli/${name}.ts`;
  const child = spawn(process.execPath, ['--import', LEAVE_WITH_PARENT, '--import', 'tsx', script, ...args], {
    cwd: ROOT,
    env: withPath(env),
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  child.stdin?.end(input);
  const code = await new Promise<number>((done, failed) => {
    child.once('error', failed);
    child.once('close', (exit) => done(exit ?? 1));
  });
  return { code, output: output.trim() };
}
