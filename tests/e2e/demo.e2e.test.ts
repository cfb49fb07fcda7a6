import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { LedgerAnswer } from '../../src/sandbox/index.ts';
import { ROOT } from '../support/project-files.ts';

interface DemoFacts {
  readonly web: string;
  readonly sandbox: string;
  readonly appId: string;
  readonly token: string;
  readonly aesKey: string;
  readonly staff: readonly { username: string; password: string; role: string; unit: string | null }[];
  readonly residents: readonly string[];
}

const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-demo-'));
const running: ChildProcess[] = [];
/** Of another program: the demo must go round them. */
const taken: Server[] = [];

beforeAll(async () => {
  for (let count = 0; count < 2; count += 1) {
    const server = createServer((_, response) => response.end('another program'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    taken.push(server);
  }
});
afterEach(() => {
  for (const child of running.splice(0)) signalGroup(child, 'SIGKILL');
});
afterAll(() => {
  for (const server of taken) server.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

describe('npm run demo', { timeout: 240_000 }, () => {
  it('plays the day from nothing, leaves with 0 and leaves nothing running', async () => {
    const { code, output } = await ended(startDemo(['--once']));
    expect(code, output()).toBe(0);
    expect(output()).toMatch(/Everything held: \d+ steps/);
    const { staff, residents, appId, token, aesKey } = facts();
    expect(staff.map(({ role }) => role)).toEqual(
      expect.arrayContaining(['editor', 'dispatcher', 'leader', 'clerk', 'discipline', 'supervisor', 'admin']),
    );
    expect(staff.every(({ password }) => password.length >= 8)).toBe(true);
    expect(residents.length).toBeGreaterThanOrEqual(3);
    expect([appId, token, aesKey].filter((text) => /^\w+$/.test(text))).toHaveLength(3);
    await vi.waitFor(() => expect(processesOf(dataDir)).toEqual([]), { timeout: 15_000 });
  });

  it('plays it again on the same data beside taken ports, pushes each briefing once, ends everything after Ctrl-C', async () => {
    const [web, platform] = taken.map((server) => (server.address() as AddressInfo).port);
    const demo = startDemo([], { PORT: String(web), SANDBOX_PORT: String(platform) });
    await demo.says('Ctrl-C ends everything');
    const { sandbox, web: address, residents } = facts();
    expect(demo.output()).toContain(`(port ${web} is taken)`);
    expect(demo.output()).toContain(`(port ${platform} is taken)`);
    expect(demo.output()).toContain('Everything held');
    expect((await fetch(`${address}/readyz`)).status).toBe(200);

    // The phone bears the town's account, which the service reads from the same file.
    const { account } = JSON.parse(readFileSync(join(ROOT, 'config/town.json'), 'utf8')) as { account: string };
    expect(await (await fetch(`${sandbox}/_/phone`)).json()).toMatchObject({ name: account });

    const { massSends } = (await (await fetch(`${sandbox}/_/ledger`)).json()) as LedgerAnswer;
    expect(massSends.map(({ audience, status, counts }) => [audience.kind, status, counts?.sent])).toEqual([
      ['all', 'SEND_SUCCESS', residents.length],
      // Who followed from the village, on this day and on the one before.
      ['tag', 'SEND_SUCCESS', 2],
    ]);

    expect(processesOf(dataDir).length).toBeGreaterThan(2);
    signalGroup(demo.child, 'SIGINT');
    // npm itself ends by the signal, so its code says nothing.
    await vi.waitFor(() => expect(processesOf(dataDir)).toEqual([]), { timeout: 30_000 });
    expect(readFileSync(join(dataDir, 'service.log'), 'utf8')).toContain('"service.stopped"');
  });

  it('leaves nothing running when it is killed, even in the middle of its start', async () => {
    const demo = startDemo(['--once']);
    await demo.says('mongod: ready');
    await vi.waitFor(() => expect(processesOf(dataDir).length).toBeGreaterThan(1));
    signalGroup(demo.child, 'SIGKILL');
    await vi.waitFor(() => expect(processesOf(dataDir)).toEqual([]), { timeout: 30_000 });
  });
});

interface StartedDemo {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves once the demo prints `words`; rejects where it ends before. */
  says(words: string): Promise<void>;
}

/** As a person would, in a process group of its own like a terminal's job. */
function startDemo(args: readonly string[], ports = { PORT: '0', SANDBOX_PORT: '0' }): StartedDemo {
  // Every process of the demo hands TMPDIR on: by it `processesOf` knows them all.
  const own = { DATA_DIR: dataDir, TMPDIR: dataDir, MONGODB_URI: '', REDIS_URL: '' };
  const env = { ...process.env, ...own, ...ports };
  const child = spawn('npm', ['run', 'demo', '--', ...args], { cwd: ROOT, env, detached: true, stdio: 'pipe' });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (more) => (text += String(more)));
  return {
    child,
    output: () => text,
    says: async (words) => {
      await vi.waitFor(
        () => {
          if (child.exitCode !== null) return;
          expect(text).toContain(words);
        },
        { timeout: 200_000, interval: 50 },
      );
      expect(text).toContain(words);
    },
  };
}

async function ended({ child, output }: StartedDemo): Promise<{ code: number | null; output: () => string }> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return { code: child.exitCode, output };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}

function facts(): DemoFacts {
  return JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFacts;
}

/** Processes that name the data folder in their command line or environment, other than this one's own; Linux only. */
function processesOf(folder: string): string[] {
  const read = (pid: string, name: string): string => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  };
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .filter((pid) => read(pid, 'cmdline').includes(folder) || read(pid, 'environ').includes(folder))
    .map((pid) => `${pid} ${read(pid, 'cmdline')}`);
}
