import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT } from '../demo/child.ts';

/** What the demo writes into demo.json for programs that drive it. */
export interface DemoFacts {
  readonly web: string;
  readonly sandbox: string;
  readonly staff: readonly { readonly username: string; readonly password: string; readonly role: string }[];
  readonly residents: readonly string[];
}

export interface RunningDemo {
  readonly facts: DemoFacts;
  readonly stop: () => Promise<void>;
}

/** The console is built and the day played within this on a slow machine. */
const READY_MS = 300_000;
const STOP_MS = 30_000;

/** Starts a fresh demo of its own in `dataDir`, on free ports, and waits until its day is played. */
export async function startDemo(dataDir: string, print: (line: string) => void): Promise<RunningDemo> {
  mkdirSync(dataDir, { recursive: true });
  const child = spawn('npm', ['run', '--silent', 'demo', '--', '--fresh'], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0', SANDBOX_PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
    // A group of its own: npm, tsx and the demo end together.
    detached: true,
  });
  const gone = once(child, 'close');
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const stop = async (): Promise<void> => {
    if (hasEnded(child) || child.pid === undefined) return;
    process.kill(-child.pid, 'SIGINT');
    await Promise.race([gone, sleep(STOP_MS, undefined, { ref: false })]);
  };
  const file = join(dataDir, 'demo.json');
  print('the demo plays its day');
  for (const limit = Date.now() + READY_MS; Date.now() < limit && !hasEnded(child); await sleep(500)) {
    if (!output.includes('Everything held') || !existsSync(file)) continue;
    return { facts: JSON.parse(readFileSync(file, 'utf8')) as DemoFacts, stop };
  }
  await stop();
  throw new Error(`the demo did not hold:\n${output.slice(-2_000)}`);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
