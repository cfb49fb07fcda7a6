import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { BriefingView } from '../../src/briefings/briefings.contract.ts';
import type { LedgerAnswer } from '../../src/sandbox/index.ts';
import { until } from '../briefings/steps.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

/** Real workers beside the town's web process, killed in the middle. They live by the system's clock. */
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SENDALL = 'message/mass/sendall';
/** Longer than a test waits for anything: the answer never comes. */
const NEVER_MS = 600_000;
/** A dead worker's push lies for no longer: with the sweep's 3 s less than the 15 s that are promised. */
const LONGEST_LEASE_MS = 10_000;

const database = testDatabase();
const client = new MongoClient(database.uri);
const workers: ChildProcess[] = [];
let town: Town;
let dispatcher: StaffClient;
let leader: StaffClient;
let articleId: string;

beforeAll(async () => {
  town = await startTown({
    uri: database.uri,
    env: { BRIEFING_MIN_LEAD_SECONDS: '0' },
    sandbox: { type: 'service', behaviour: { finishDelayMs: 10 } },
  });
  [dispatcher, leader] = await Promise.all([town.staff('dispatcher'), town.staff('leader')]);
  const { id } = await dispatcher.post<{ id: string }>('/articles', {
    title: '示例公示',
    categoryCode: 'cw_shjz',
    summary: '公示七天',
    bodyHtml: '<p>公示的正文。</p>',
  });
  const { contentHash } = await dispatcher.post<{ contentHash: string }>(`/articles/${id}/submit`);
  await leader.post(`/articles/${id}/approve`, { contentHash });
  articleId = id;
  await town.resident();
}, 60_000);
beforeEach(async () => {
  await town.control('DELETE', '/_/faults');
  await town.control('POST', '/_/finish', { mode: 'auto' });
});
afterAll(async () => {
  await Promise.all(workers.map(kill));
  await client.close();
});

function startWorker(): ChildProcess {
  const given = Object.entries(town.config.env).filter(([, value]) => value !== undefined);
  const env = { ...process.env, ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])) };
  const worker = spawn(process.execPath, ['--import', 'tsx', MAIN], {
    env: { ...env, ROLE: 'worker', PORT: '0', LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  workers.push(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const exit = once(worker, 'exit');
  worker.kill('SIGKILL');
  await exit;
}

async function scheduled(): Promise<string> {
  const body = { title: '本周简报', articleIds: [articleId], audience: { kind: 'all' } };
  const { id } = await dispatcher.post<BriefingView>('/briefings', body);
  const { contentHash } = await dispatcher.post<BriefingView>(`/briefings/${id}/submit`);
  await leader.post(`/briefings/${id}/approve`, { contentHash });
  await dispatcher.post(`/briefings/${id}/schedule`, {});
  return id;
}

const get = async (id: string) => dispatcher.get<BriefingView>(`/briefings/${id}`);
const statusIs = async (id: string, ...wanted: string[]) => until(async () => wanted.includes((await get(id)).status));
const sendsOf = async (id: string) =>
  (await town.control<LedgerAnswer>('GET', '/_/ledger')).massSends.filter(
    ({ clientMsgId }) => clientMsgId === `b${id}-1`,
  );
interface Stored {
  readonly briefingId: string;
  readonly lease: { readonly until: Date } | null;
  readonly nextAt: Date | null;
}
const stored = async (id: string) => client.db().collection<Stored>('pushes').findOne({ briefingId: id });
const leaseOf = async (id: string) => (await stored(id))?.lease ?? null;
/** When a worker would look at it next; undefined where there is no push. */
const nextOf = async (id: string) => (await stored(id))?.nextAt;

/** Kills it; answers how long its lease still stands. */
async function killed(worker: ChildProcess, id: string): Promise<number> {
  await kill(worker);
  const at = Date.now();
  const lease = await leaseOf(id);
  return (lease?.until.getTime() ?? at) - at;
}

describe('a worker killed', { timeout: 120_000 }, () => {
  test('before the mass send: another goes on by itself, one push', async () => {
    await town.control('POST', '/_/faults', { path: 'draft/add', delayMs: NEVER_MS });
    const first = startWorker();
    const id = await scheduled();
    await until(async () => (await town.control<{ drafts: unknown[] }>('GET', '/_/state')).drafts.length === 1);
    const second = startWorker();
    const leftMs = await killed(first, id);
    expect(leftMs).toBeGreaterThan(0);
    expect(leftMs).toBeLessThanOrEqual(LONGEST_LEASE_MS);
    await statusIs(id, 'delivered');
    expect(await sendsOf(id)).toHaveLength(1);
    expect((await get(id)).dispatch.batches).toMatchObject([{ attempts: 1, status: 'delivered' }]);
    await kill(second);
  });

  test('during the mass send: a finish event that comes while its lease still runs is matched at once', async () => {
    await town.control('POST', '/_/finish', { mode: 'hold' });
    await town.control('POST', '/_/faults', { path: SENDALL, delayMs: NEVER_MS });
    const first = startWorker();
    const id = await scheduled();
    await until(async () => (await sendsOf(id))[0]?.finishEvent === 'held');
    const leftMs = await killed(first, id);
    expect(leftMs).toBeGreaterThan(0);
    await town.control('POST', '/_/finish', {});
    // No worker lives: the web process matched it.
    expect((await get(id)).status).toBe('delivered');
    const [batch] = (await get(id)).dispatch.batches;
    expect(batch).toMatchObject({
      status: 'delivered',
      attempts: 1,
      msgId: (await sendsOf(id))[0]?.msgId,
      counts: { sent: 1 },
    });
    expect(await nextOf(id)).toBeNull();
    expect(await sendsOf(id)).toHaveLength(1);
  });

  test('after the acceptance: its finish event finds the push, nothing is repeated', async () => {
    await town.control('POST', '/_/finish', { mode: 'hold' });
    const first = startWorker();
    const id = await scheduled();
    await statusIs(id, 'submitted_to_platform');
    await killed(first, id);
    expect(await leaseOf(id)).toBeNull();
    await until(async () => (await sendsOf(id))[0]?.finishEvent === 'held');
    await town.control('POST', '/_/finish', {});
    expect((await get(id)).status).toBe('delivered');
    expect(await sendsOf(id)).toHaveLength(1);
  });

  // Last, for it moves the town's clock away from the one that workers live by.
  test('during the mass send: shown as unknown, then the same number again, one push', async () => {
    await town.control('POST', '/_/finish', { mode: 'drop' });
    await town.control('POST', '/_/faults', { path: SENDALL, delayMs: NEVER_MS });
    const first = startWorker();
    const id = await scheduled();
    await until(async () => (await sendsOf(id)).length === 1);
    const second = startWorker();
    const leftMs = await killed(first, id);
    expect(leftMs).toBeLessThanOrEqual(LONGEST_LEASE_MS);
    expect((await get(id)).status).toBe('pushing');
    await statusIs(id, 'unknown');
    await kill(second);

    expect(await town.sweep('pushes.send')).toBe(0);
    town.clock.move(62_000);
    expect(await town.sweep('pushes.send')).toBe(1);
    expect((await get(id)).status).toBe('submitted_to_platform');
    const { calls } = await town.control<LedgerAnswer>('GET', '/_/ledger');
    const tries = calls.filter(({ api }) => api.endsWith('sendall')).map(({ errcode }) => errcode);
    expect(tries.at(-1)).toBe(45065);
    expect(await sendsOf(id)).toHaveLength(1);
    expect((await get(id)).dispatch.batches).toMatchObject([{ attempts: 2, msgId: (await sendsOf(id))[0]?.msgId }]);
  });
});
