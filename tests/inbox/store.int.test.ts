import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, type Document, MongoClient } from 'mongodb';
import mongoose from 'mongoose';
import { createInboxStore, type InboxStore } from '../../src/inbox/inbox.store.ts';
import { createRowCodec } from '../../src/inbox/index.ts';
import { createInboxPersonal } from '../../src/inbox/personal.store.ts';
import type { InboxRow } from '../../src/inbox/row.ts';
import { type Connection, createTransact, openForMigration } from '../../src/platform/mongo/index.ts';
import { createSealer, createSigner } from '../../src/platform/sealing/index.ts';
import { parseInbound } from '../../src/wechat/index.ts';
import { testDatabase } from '../support/stores.ts';

const { uri } = testDatabase();
const keys = { current: 'a-secret-key-for-tests-of-32-bytes-0000' };
const codec = createRowCodec({ sealer: createSealer(keys, 'inbox'), signer: createSigner(keys, 'inbox') });
const NOW = new Date('2026-03-01T00:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1_000);

let connection: Connection;
let store: InboxStore;
let client: MongoClient;
let db: Db;
beforeAll(async () => {
  connection = await openForMigration(uri);
  store = createInboxStore(connection, codec);
  client = await new MongoClient(uri).connect();
  db = client.db();
});
afterAll(async () => {
  await connection.close();
  await client.close();
});

let unique = 0;
function row(part: Partial<InboxRow> = {}): InboxRow {
  unique += 1;
  const openid = part.openid ?? `oStore${unique}`;
  return {
    key: `message:${unique}`,
    openid,
    message: parseInbound({ FromUserName: openid, MsgType: 'text', Content: '水管漏了' }),
    receivedAt: NOW,
    source: 'webhook',
    state: 'open',
    after: [],
    lease: { by: 'a', until: at(10) },
    attempts: 1,
    reply: null,
    tellAt: null,
    apart: false,
    ...part,
  };
}

/** What retention does with rows received before then. */
const expireBefore = (before: Date): Promise<number> => {
  const { expire } = createInboxPersonal({ connection, codec, keepDays: 0, clock: { now: () => before } });
  const [expiry] = expire;
  if (!expiry) throw new Error('the inbox expires nothing');
  return expiry.run(createTransact(connection));
};

const stateOf = async (key: string) => (await store.look(key, 'nobody')).row?.state;

describe('the store of the inbox', () => {
  it('says of each row of one write whether it is new, also where one is there twice', async () => {
    const [one, two] = [row(), row()];
    expect(await Promise.all([one, two, one].map((r) => store.insert(r)))).toEqual([true, true, false]);
    expect(await store.insert(two)).toBe(false);
    expect(await store.isDurable(one.key)).toBe(true);
    expect(await store.isDurable('message:none')).toBe(false);
  });

  it('refuses one row that the collection does not take, and writes its neighbours', async () => {
    const good = [row(), row()];
    const bad = row({ openid: '' });
    const [a, b, c] = await Promise.allSettled([good[0], bad, good[1]].map((r) => store.insert(r as InboxRow)));
    expect([a?.status, c?.status]).toEqual(['fulfilled', 'fulfilled']);
    expect(b).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
  });

  it('gives a row to one of many who take it over, and only once its lease has ended', async () => {
    const open = row();
    await store.insert(open);
    const take = (by: string, now: Date) => store.takeOver({ key: open.key, lease: { by, until: at(60) }, now });
    expect(await take('early', at(9))).toBeNull();
    const takers = await Promise.all(['b', 'c', 'd', 'e'].map((by) => take(by, at(10))));
    expect(takers.filter(Boolean)).toHaveLength(1);
    expect(takers.find(Boolean)).toMatchObject({ attempts: 2, message: open.message });
  });

  it('lets only the holder extend and release a row', async () => {
    const open = row();
    await store.insert(open);
    expect(await store.extend({ key: open.key, by: 'stranger', until: at(99) })).toBe(false);
    await store.release({ key: open.key, by: 'stranger', until: at(0), failed: true });
    expect((await store.look(open.key, open.openid)).row).toMatchObject({ state: 'open', lease: open.lease });
    expect(await store.extend({ key: open.key, by: 'a', until: at(99) })).toBe(true);
    expect((await store.look(open.key, open.openid)).open).toEqual([
      { key: open.key, lease: { by: 'a', until: at(99) } },
    ]);
    await store.release({ key: open.key, by: 'a', until: at(0), failed: true });
    expect(await stateOf(open.key)).toBe('failed');
  });

  it('never takes a finished row back', async () => {
    const open = row();
    await store.insert(open);
    await store.finish(open, { reply: { type: 'text', text: 'first' }, tellAt: null, at: at(1) });
    await store.finish(open, { reply: { type: 'text', text: 'second' }, tellAt: at(2), at: at(2) });
    const { row: found, open: left } = await store.look(open.key, open.openid);
    expect([found?.reply, found?.tellAt, left]).toEqual([{ type: 'text', text: 'first' }, null, []]);
    expect(await store.takeOver({ key: open.key, lease: { by: 'b', until: at(100) }, now: at(99) })).toBeNull();
  });

  it('tells debts that are due, oldest first, until they are told', async () => {
    const debts = [row({ state: 'done', tellAt: at(5) }), row({ state: 'done', tellAt: at(3) })];
    for (const debt of [...debts, row({ state: 'done', tellAt: at(50) })]) await store.insert(debt);
    const due = async () => (await store.toTell(at(10), 10)).map(({ key }) => key);
    expect(await due()).toEqual([debts[1]?.key, debts[0]?.key]);
    await store.setTellAt(debts[1]?.key ?? '', null);
    expect(await due()).toEqual([debts[0]?.key]);
  });

  it('keeps what is still open when its days have passed', async () => {
    const old = new Date('2020-01-01');
    const rows = [
      row({ receivedAt: old }),
      row({ receivedAt: old, state: 'done', reply: { type: 'text', text: '好' } }),
    ];
    for (const r of rows) await store.insert(r);
    expect(await expireBefore(new Date('2020-06-01'))).toBe(1);
    expect(await expireBefore(new Date('2020-06-01'))).toBe(0);
    expect((await store.look(rows[0]?.key ?? '', '')).row).toMatchObject({ openid: rows[0]?.openid });
    const gone = (await store.look(rows[1]?.key ?? '', '')).row;
    expect(gone).toMatchObject({ message: null, reply: null, openid: codec.pseudonym(rows[1]?.openid ?? '') });
  });

  it('asks for a majority and its journal with every row, whatever its connection would ask for', async () => {
    const watched = await mongoose
      .createConnection(uri, { monitorCommands: true, writeConcern: { w: 0 }, autoCreate: false })
      .asPromise();
    const concerns: unknown[] = [];
    const reads: unknown[] = [];
    watched.getClient().on('commandStarted', ({ commandName, command }: { commandName: string; command: Document }) => {
      if (commandName === 'insert') concerns.push(command['writeConcern']);
      if (commandName === 'find') reads.push(command['readConcern']);
    });
    const watchedStore = createInboxStore(watched, codec);
    await Promise.all([watchedStore.insert(row()), watchedStore.insert(row({ state: 'done' }))]);
    const last = row();
    await watchedStore.insert(last);
    expect(await watchedStore.isDurable(last.key)).toBe(true);
    await watched.close();
    expect(concerns.length).toBeGreaterThan(1);
    for (const concern of concerns) expect(concern).toMatchObject({ w: 'majority', j: true });
    // What is only on one node is not durable: nothing but the question itself can show that it is asked so.
    expect(reads).toEqual([{ level: 'majority' }]);
  });

  it('scans no collection', async () => {
    const open = row({ after: ['message:1'] });
    await db.command({ profile: 2 });
    await store.insert(open);
    await store.look(open.key, open.openid);
    await store.isDurable(open.key);
    await store.expired(at(99), 5);
    await store.toTell(at(99), 5);
    await expireBefore(at(-1e7));
    await store.contacts(open.openid, at(-10));
    await store.counts();
    await store.takeOver({ key: open.key, lease: { by: 'b', until: at(100) }, now: at(99) });
    await store.finish(open, { reply: null, tellAt: null, at: NOW });
    await db.command({ profile: 0 });
    const plans = await db
      .collection('system.profile')
      .find({ ns: `${db.databaseName}.inbox` })
      .toArray();
    const summaries = plans.flatMap((entry) => (entry['planSummary'] as string | undefined) ?? []);
    expect(summaries.length).toBeGreaterThan(8);
    expect(summaries.filter((summary) => summary.includes('COLLSCAN'))).toEqual([]);
  });
});
