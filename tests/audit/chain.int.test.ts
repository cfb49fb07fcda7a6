import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collection, type Document, MongoClient } from 'mongodb';
import mongoose, { type Connection } from 'mongoose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAudit, type Audit } from '../../src/audit/index.ts';
import type { Feature } from '../../src/feature/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { createTransact } from '../../src/platform/mongo/index.ts';
import { environment, temporaryFolder } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';
import { testDatabase } from '../support/stores.ts';

const { uri, name } = testDatabase();
const KEYS = { current: 'k'.repeat(48) };
const client = new MongoClient(uri);
const rows: Collection = client.db(name).collection('audit_log');
let connection: Connection;
let lines: string[] = [];
let offset = 0;

beforeAll(async () => {
  connection = await mongoose.createConnection(uri, { autoIndex: false, autoCreate: false }).asPromise();
});
afterAll(async () => {
  await connection.close();
  await client.close();
});
beforeEach(async () => {
  await rows.deleteMany({});
  await client.db(name).collection('audit_leases').deleteMany({});
  lines = [];
  offset = 0;
});

/** One process's audit: its own sealer, its own clock `aheadMs` before the others'. */
function process_(keys = KEYS, aheadMs = 0): Audit & Pick<Feature, 'sweeps'> {
  const { api, sweeps } = createAudit({
    connection,
    transact: createTransact(connection),
    keys,
    clock: { now: () => new Date(Date.now() + offset + aheadMs) },
    log: createLog({ level: 'info', role: 'test', destination: { write: (line) => void lines.push(line) } }),
  });
  return { ...api, sweeps };
}
const transact = async <T>(work: Parameters<ReturnType<typeof createTransact>>[0]) =>
  createTransact(connection)(work) as Promise<T>;
const seal = async (audit: Pick<Feature, 'sweeps'>) => audit.sweeps[0]!.run();
const record = (audit: Audit, reason: string) =>
  transact((tx) =>
    audit.record(tx, {
      action: 'articles.approve',
      actor: { kind: 'staff', id: '1', username: 'leader1', role: 'leader' },
      target: { kind: 'article', id: 'a1' },
      before: 'submitted',
      after: 'published',
      reason,
      facts: { version: 2 },
    }),
  );
const heads = () =>
  lines
    .map((line) => JSON.parse(line) as { event: string; seq: number; mac: string })
    .filter((l) => l.event === 'audit.head');

/** Eight sealed rows. */
async function sealedChain(): Promise<Audit & Pick<Feature, 'sweeps'>> {
  const audit = process_();
  for (let count = 1; count <= 8; count += 1) await record(audit, `理由 ${count}`);
  expect(await seal(audit)).toBe(8);
  expect((await audit.verify()).damage).toEqual([]);
  return audit;
}

describe('a row', () => {
  it('is written with the change it speaks of, or not at all, and waits unsealed', async () => {
    const audit = process_();
    await record(audit, '同意');
    await expect(
      transact(async (tx) => {
        await audit.record(tx, { action: 'articles.approve', actor: { kind: 'system', part: 'test' } });
        throw new Error('the change failed');
      }),
    ).rejects.toThrow('the change failed');
    expect(await rows.find().toArray()).toMatchObject([{ sealed: false, seq: null, mac: null, reason: '同意' }]);
    expect((await audit.verify()).unsealed).toBe(1);
  });

  it('cannot hold half a seal', async () => {
    await record(process_(), '同意');
    for (const half of [{ sealed: true }, { seq: 1 }]) {
      await expect(rows.updateOne({}, { $set: half })).rejects.toThrow('Document failed validation');
    }
  });
});

describe('the sealer', () => {
  it('gives each row its place in the order of writing, and each a MAC over the one before', async () => {
    await sealedChain();
    const sealed = await rows.find().sort({ seq: 1 }).toArray();
    expect(sealed.map((row) => [row['seq'], row['reason'], row['sealed']])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8].map((seq) => [seq, `理由 ${seq}`, true]),
    );
    expect(new Set(sealed.map((row) => row['mac'])).size).toBe(8);
  });

  it('looks each second, so that a row is sealed within two', () => {
    expect(process_().sweeps.map(({ name: sweep, everySeconds }) => [sweep, everySeconds])).toEqual([
      ['audit.seal', 1],
    ]);
  });

  it('prints the head once a minute', async () => {
    const audit = await sealedChain();
    for (const second of [1, 30, 59]) {
      offset = second * 1_000;
      await seal(audit);
    }
    expect(heads()).toMatchObject([{ seq: 8 }]);
    await record(audit, '又一条');
    offset = 61_000;
    await seal(audit);
    expect(heads()).toMatchObject([{ seq: 8 }, { seq: 9, mac: (await audit.verify()).head?.mac }]);
  });

  it('is one: another process waits while the lease lives and takes over when it ends', async () => {
    const [one, other] = [process_(), process_()];
    await record(one, '一');
    expect(await seal(one)).toBe(1);
    await record(other, '二');
    expect(await seal(other)).toBe(0);
    offset = 10_500;
    expect(await seal(other)).toBe(1);
    expect((await other.verify()).damage).toEqual([]);
  });

  it('twice at once, with a lease that both believe in, leaves one whole chain', async () => {
    const sealers = [process_(), process_(KEYS, 11_000), process_(KEYS, 22_000)];
    for (let round = 0; round < 6; round += 1) {
      const writing = Array.from({ length: 8 }, (_, count) => record(sealers[0]!, `${round}.${count}`));
      await Promise.allSettled([...sealers.map(seal), ...writing, ...sealers.map(seal)]);
    }
    offset = 60_000;
    await seal(sealers[2]!);
    const verdict = await sealers[0]!.verify();
    expect(verdict).toMatchObject({ rows: 48, damage: [], unsealed: 0, head: { seq: 48 } });
  });

  it('goes on under a new key, and the old key still verifies', async () => {
    await sealedChain();
    const renewed = { current: 'n'.repeat(48), previous: KEYS.current };
    offset = 11_000;
    const audit = process_(renewed);
    await record(audit, '新密钥');
    expect(await seal(audit)).toBe(1);
    expect(await audit.verify()).toMatchObject({ rows: 9, damage: [] });
    expect((await process_({ current: 'x'.repeat(48) }).verify()).damage[0]).toMatch(/SECRET_KEY/);
  });
});

describe('audit:verify finds', () => {
  const FIELDS: readonly [string, Document][] = [
    ['reason', { reason: '改过' }],
    ['actor', { 'actor.username': 'leader2' }],
    ['target', { 'target.id': 'a2' }],
    ['time', { at: new Date(0) }],
    ['state', { after: 'withdrawn' }],
    ['facts', { 'facts.version': 3 }],
    ['action', { action: 'articles.reject' }],
    ['MAC', { mac: 'AAAAAAAAAAAAAAAAAAAAAA' }],
  ];
  it.each(FIELDS)('a row whose %s was altered', async (_, change) => {
    const audit = await sealedChain();
    await rows.updateOne({ seq: 5 }, { $set: change });
    expect((await audit.verify()).damage).toContain('row 5 was altered or does not follow row 4');
  });

  it('a row that was removed, wherever it stood', async () => {
    const audit = await sealedChain();
    await rows.deleteOne({ seq: 1 });
    expect((await audit.verify()).damage).toEqual(['row 1 is missing']);
    await rows.deleteMany({ seq: { $in: [5, 6] } });
    expect((await audit.verify()).damage).toEqual(['row 1 is missing', 'row 5–6 is missing']);
  });

  it('a row that was removed and the rest moved up', async () => {
    const audit = await sealedChain();
    await rows.deleteOne({ seq: 5 });
    for (const seq of [6, 7, 8]) await rows.updateOne({ seq }, { $set: { seq: seq - 1 } });
    expect((await audit.verify()).damage).toContain('row 5 was altered or does not follow row 4');
  });

  it('a row that was inserted: at the end, between, or without a place', async () => {
    const audit = await sealedChain();
    const { _id: _, ...copy } = (await rows.findOne({ seq: 8 }))!;
    await rows.insertOne({ ...copy, seq: 9 });
    expect((await audit.verify()).damage).toEqual(['row 9 was altered or does not follow row 8']);
    await rows.deleteOne({ seq: 9 });
    await rows.insertOne({ ...copy, seq: 4.5 });
    expect((await audit.verify()).damage).toEqual([expect.stringMatching(/^an entry without a place/)]);
    await rows.deleteOne({ seq: 4.5 });
    await rows.insertOne({ ...copy, seq: -1 });
    expect((await audit.verify()).damage).toEqual([expect.stringMatching(/^an entry without a place/)]);
  });

  it('two rows that changed places', async () => {
    const audit = await sealedChain();
    await rows.updateOne({ seq: 3 }, { $set: { seq: 99 } });
    await rows.updateOne({ seq: 4 }, { $set: { seq: 3 } });
    await rows.updateOne({ seq: 99 }, { $set: { seq: 4 } });
    const { damage } = await audit.verify();
    expect(damage).toContain('row 3 was altered or does not follow row 2');
    expect(damage).toContain('row 4 was altered or does not follow row 3');
  });

  it('a row that was taken out of the chain to be altered and sealed again', async () => {
    const audit = await sealedChain();
    await rows.updateOne({ seq: 4 }, { $set: { sealed: false, seq: null, mac: null, reason: '改过' } });
    await seal(audit);
    expect((await audit.verify()).damage).toContain('row 4 is missing');
  });

  it('a cut tail, by a head that was printed; without one it cannot', async () => {
    const audit = await sealedChain();
    const printed = heads();
    await rows.deleteMany({ seq: { $gt: 6 } });
    expect((await audit.verify()).damage).toEqual([]);
    expect((await audit.verify(printed)).damage).toEqual([
      'the chain ends at 6, but head 8 was printed: the tail is cut',
    ]);
  });

  it('a tail that was cut and grew again, by the head of its old row', async () => {
    const audit = await sealedChain();
    const printed = heads();
    await rows.deleteMany({ seq: { $gt: 6 } });
    await record(audit, '新的');
    await record(audit, '新的');
    await seal(audit);
    expect((await audit.verify()).damage).toEqual([]);
    expect((await audit.verify(printed)).damage).toEqual(['row 8 is not the one whose head was printed']);
  });
});

describe('npm run audit:verify', { timeout: 60_000 }, () => {
  const verify = async (args: readonly string[]) => {
    const env = {
      PATH: process.env.PATH,
      ...environment({ MONGODB_URI: uri, SECRET_KEY: KEYS.current, DATA_DIR: temporaryFolder() }),
    };
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/app/cli/audit-verify.ts', ...args], {
      cwd: ROOT,
      env,
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    return { code, output };
  };
  it('ends with 0 where the chain is whole, and with 1 and the damage where a head in a log says otherwise', async () => {
    const audit = await sealedChain();
    const log = join(temporaryFolder(), 'service.log');
    writeFileSync(log, ['started', `web-1  | ${lines.join('web-1  | ')}`, 'cut {"event":"audit.head",'].join('\n'));
    const whole = await verify(['--heads', log]);
    expect(whole).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^rows 8, .* compared 1\nhead 8:.*\n.*whole\n$/),
    });
    expect(whole.output).toContain((await audit.verify()).head?.mac);
    await rows.deleteMany({ seq: { $gt: 6 } });
    expect(await verify(['--heads', log])).toMatchObject({
      code: 1,
      output: expect.stringMatching(/DAMAGE .*tail is cut/),
    });
    expect(await verify(['--heads', '/nowhere'])).toMatchObject({
      code: 1,
      output: expect.stringMatching(/cannot be read/),
    });
  });
});
