import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/index.ts';
import { type HoldOptions, type Lease, LostLease, newLease, whileHeld } from '../../src/platform/lease/index.ts';
import { testDatabase } from '../support/stores.ts';
import { createJobs, type WorkerOptions } from './lease-jobs.ts';

const { uri } = testDatabase();
const leaseMs = 1_200;
const client = await new MongoClient(uri).connect();
const jobs = createJobs(client.db(), leaseMs);
const children: ChildProcess[] = [];
const WORKER = fileURLToPath(new URL('./lease-worker.ts', import.meta.url));

beforeEach(async () => {
  await jobs.clear();
  await jobs.put('job');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => client.close());

/** A process that has claimed the job; `end` resolves with what it says next. */
async function worker(options: Omit<WorkerOptions, 'uri' | 'leaseMs'>) {
  const child = fork(WORKER, [JSON.stringify({ uri, leaseMs, ...options })], { execArgv: ['--import', 'tsx'] });
  children.push(child);
  expect((await once(child, 'message'))[0]).toBe('claimed');
  const end = once(child, 'message').then(([said]) => said as string);
  end.catch(() => undefined);
  return { child, end };
}

/** Claims as soon as it can; null = not within that time. */
async function claimWithin(ms: number): Promise<Lease | null> {
  const giveUpAt = Date.now() + ms;
  for (;;) {
    const lease = await jobs.claim();
    if (lease || Date.now() > giveUpAt) return lease;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const held = (lease: Lease, more: Partial<HoldOptions> = {}): HoldOptions => ({
  lease,
  renew: jobs.renew,
  clock: systemClock,
  leaseMs,
  ...more,
});
const claimed = async (): Promise<Lease> => {
  const lease = await jobs.claim();
  if (!lease) throw new Error('the job is not free');
  return lease;
};

describe('a claim', () => {
  it('takes what nobody holds or whose time has run out, to the millisecond, and nothing else', async () => {
    const now = new Date('2026-03-02T01:00:00Z');
    const until = (ms: number): Lease => ({ by: 'x', until: new Date(now.getTime() + ms) });
    await jobs.put('a-null', null);
    await jobs.put('b-run-out', until(-1));
    await jobs.put('c-just-now', until(0));
    await jobs.put('d-held', until(1));
    expect(await jobs.free(now)).toEqual(['a-null', 'b-run-out', 'c-just-now', 'job']);
  });

  it('has one winner', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => jobs.claim()));
    expect(claims.filter((lease) => lease !== null)).toHaveLength(1);
  });
});

describe('a living owner', () => {
  it('keeps work that takes longer than three leases, and writes its result', async () => {
    const { end } = await worker({ effectMs: 3.5 * leaseMs });
    expect(await claimWithin(3.2 * leaseMs)).toBeNull();
    expect(await end).toBe('held wrote');
    expect(await jobs.find('job')).toMatchObject({ result: 'by the child', lease: null });
  });

  it('renews while the store stumbles, and stops with its work', async () => {
    const lease = await claimed();
    let asked = 0;
    const renew = async (next: Lease): Promise<boolean> => {
      asked += 1;
      if (asked === 1) throw new Error('the store is away');
      return jobs.renew(next);
    };
    await whileHeld(held(lease, { renew }), async (hold) => {
      expect(await claimWithin(1.5 * leaseMs)).toBeNull();
      expect(hold.signal.aborted).toBe(false);
    });
    const after = asked;
    expect(await claimWithin(2 * leaseMs)).not.toBeNull();
    expect(asked).toBe(after);
  });

  it('that ends no step for long is renewed no more; a confirmed step counts', async () => {
    const silentMs = 1.5 * leaseMs;
    await whileHeld(held(await claimed(), { silentMs }), async (hold) => {
      for (let step = 0; step < 2; step += 1) {
        expect(await claimWithin(1.4 * leaseMs)).toBeNull();
        await hold.confirm();
      }
      expect(await claimWithin(4 * leaseMs)).not.toBeNull();
    });
  });

  it('is told before its next step that the store cannot say', async () => {
    const away = new Error('the store is away');
    const renew = async (): Promise<boolean> => {
      throw away;
    };
    await whileHeld(held(await claimed(), { renew }), async (hold) => {
      await expect(hold.confirm()).rejects.toBe(away);
      expect(hold.signal.aborted).toBe(false);
    });
  });

  it('never shortens its lease by a renewal that arrives late', async () => {
    const lease = await claimed();
    const long = new Date(lease.until.getTime() + 60_000);
    expect(await jobs.renew({ by: lease.by, until: long })).toBe(true);
    expect(await jobs.renew(lease)).toBe(true);
    expect((await jobs.find('job'))?.lease?.until).toEqual(long);
  });

  it('keeps no process alive', async () => {
    const { child } = await worker({ effectMs: null });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});

describe('an owner that is gone', () => {
  it('by kill -9: its work is taken when its lease has run out, and not before', async () => {
    const { child } = await worker({ effectMs: 60_000 });
    child.kill('SIGKILL');
    await once(child, 'exit');
    const until = (await jobs.find('job'))?.lease?.until ?? new Date(0);
    expect(await claimWithin(2 * leaseMs)).not.toBeNull();
    expect(Date.now()).toBeGreaterThanOrEqual(until.getTime());
  });

  it('by a freeze: when it comes back it notices before its next step, and its write is refused', async () => {
    const { child, end } = await worker({ effectMs: 0.5 * leaseMs });
    child.kill('SIGSTOP');
    const lease = await claimWithin(3 * leaseMs);
    expect(await jobs.write(lease?.by ?? '', 'by the successor')).toBe(true);
    child.kill('SIGCONT');
    expect(await end).toBe('lost refused');
    expect(await jobs.find('job')).toMatchObject({ result: 'by the successor', lease: null });
  });

  it('is told by the signal, once a beat has found it out, and renews nothing more', async () => {
    const lease = await claimed();
    await whileHeld(held(lease), async (hold) => {
      const other = newLease(new Date(), 60_000);
      await client
        .db()
        .collection<{ _id: string }>('jobs')
        .updateOne({ _id: 'job' }, { $set: { lease: other } });
      await expect.poll(() => hold.signal.reason).toBeInstanceOf(LostLease);
      await expect(hold.confirm()).rejects.toThrow(LostLease);
      expect(await jobs.find('job')).toMatchObject({ lease: other });
    });
  });
});
