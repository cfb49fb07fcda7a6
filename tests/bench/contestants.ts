import { fork, spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildOptions, Usage } from './child.ts';

export interface Contestant {
  readonly name: string;
  readonly url: string;
  usage(): Promise<Usage>;
  end(): void;
}

const ECHO = 'co-wechat@2.4.0';

/** Starts `script` as a process of its own and waits until it listens. */
export function startContestant(name: string, script: string, options: ChildOptions): Promise<Contestant> {
  const path = fileURLToPath(new URL(`./${script}.ts`, import.meta.url));
  const child = fork(path, [JSON.stringify(options)], { execArgv: ['--import', 'tsx'] });
  let last = 0;
  const waiting = new Map<number, (usage: Usage) => void>();
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
    child.on('message', (message: { port?: number; id?: number; usage?: Usage }) => {
      if (message.usage && message.id !== undefined) waiting.get(message.id)?.(message.usage);
      if (message.port === undefined) return;
      resolve({
        name,
        url: `http://127.0.0.1:${message.port}`,
        usage: () =>
          new Promise((answer) => {
            last += 1;
            waiting.set(last, answer);
            child.send(last);
          }),
        end: () => child.kill('SIGKILL'),
      });
    });
  });
}

/** A folder that holds co-wechat, or null where no registry gives it. It is no dependency of the project. */
export function fetchEcho(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'xiangyin-echo-'));
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', ECHO];
  return spawnSync('npm', args, { cwd: folder, timeout: 60_000 }).status === 0 ? folder : null;
}
