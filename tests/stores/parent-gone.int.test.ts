import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it, vi } from 'vitest';

const PARENT = fileURLToPath(new URL('./parent.ts', import.meta.url));
/** The stores' temporary folders go here, so that the test sees them all. */
const folder = mkdtempSync(join(tmpdir(), 'xiangyin-test-'));
const env = { ...process.env, TMPDIR: folder, MONGODB_URI: '', REDIS_URL: '' };

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('ends both stores and their folders after %s', async (signal) => {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const { pids } = JSON.parse(await firstLine(parent)) as { pids: number[] };
  expect(pids.map(alive)).toEqual([true, true]);
  expect(storeFolders()).toHaveLength(2);
  parent.kill(signal);
  await vi.waitFor(
    () => expect({ alive: pids.filter(alive), folders: storeFolders() }).toEqual({ alive: [], folders: [] }),
    {
      timeout: 15_000,
    },
  );
});

it('ends a store whose parent is killed while it is still starting', async () => {
  const parent = spawn(process.execPath, ['--import', 'tsx', PARENT], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await vi.waitFor(() => expect(storeFolders().length).toBeGreaterThan(0), { timeout: 15_000, interval: 5 });
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(storeFolders()).toEqual([]), { timeout: 15_000 });
});

/** tsx keeps a cache beside them. */
function storeFolders(): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('xiangyin-'));
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function firstLine(child: ChildProcess): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout ?? []) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text;
}
