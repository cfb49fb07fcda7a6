import { Types } from 'mongoose';
import { beforeEach, describe, expect, test } from 'vitest';
import { briefingsCollections } from '../../src/briefings/index.ts';
import { migrateCollections } from '../../src/platform/mongo/index.ts';
import { pushesCollections } from '../../src/pushes/index.ts';
import { type World, world } from '../briefings/harness.ts';
import { stepsOf, until } from '../briefings/steps.ts';
import { testDatabase } from '../support/stores.ts';

/** What 50c63f1 stored, as it stored it: everything about a push in its briefing. */
const database = testDatabase();
let town: World;
let steps: ReturnType<typeof stepsOf>;
let id: string;
let now: Date;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
  await town.behaviour({ finishMode: 'hold' });
  ({ id } = await steps.approved());
  now = town.clock.now();
});

const before = (ms: number) => new Date(now.getTime() - ms);
const trouble = (code: string, errcode: number | null) => ({ at: before(1_000), code, message: '示例原因', errcode });
const batch = (over: object = {}) => ({
  clientMsgId: `b${id}-1`,
  status: 'preparing',
  asText: false,
  draftMediaId: null,
  rebuilds: 0,
  attempts: 0,
  firstAttemptAt: null,
  lastAttemptAt: null,
  uncertain: false,
  failures: 0,
  msgId: null,
  msgDataId: null,
  unconfirmed: false,
  acceptedAt: null,
  counts: null,
  finishedAt: null,
  finishStatus: null,
  lastError: null,
  ...over,
});
const tried = (at = before(70_000)) => ({ attempts: 1, firstAttemptAt: at, lastAttemptAt: at });

/** Writes the briefing as the release before did, then runs the migration. */
async function stored(status: string, fields: object = {}): Promise<void> {
  const old = {
    sendAt: before(90_000),
    asText: false,
    nextAt: before(1),
    lease: null,
    hold: null,
    failure: null,
    dispatch: { startedAt: before(80_000), tagId: null, headCount: 2, covers: [], images: [], polls: 0 },
    batch: null,
    pastBatches: [],
    deletions: [],
    ...fields,
  };
  const briefings = town.connection.collection('briefings');
  await briefings.updateOne({ _id: new Types.ObjectId(id) }, { $set: { status, ...old } });
  const done = await migrate();
  expect(done).toContain("brought 1 of briefings into today's shape");
  expect(await migrate()).toEqual([]);
  const left = Object.keys((await briefings.findOne({ _id: new Types.ObjectId(id) })) ?? {});
  expect(left.filter((name) => name in old)).toEqual([]);
}

const migrate = async () => migrateCollections(town.connection, [...pushesCollections, ...briefingsCollections]);
const push = async () => town.sweep('pushes.send');
const statusOf = async () => (await steps.get(id)).status;
const sends = async () => (await town.ledger()).massSends;
const finished = async () => {
  await until(async () => (await sends()).every(({ finishEvent }) => finishEvent === 'held'));
  await town.control('POST', '/_/finish', {});
  await until(async () => (await statusOf()) === 'delivered');
};

describe('a push that an earlier release stored goes on', () => {
  test('one that was never scheduled has none', async () => {
    const briefings = town.connection.collection('briefings');
    const empty = { sendAt: null, nextAt: null, batch: null, pastBatches: [], deletions: [] };
    await briefings.updateOne({ _id: new Types.ObjectId(id) }, { $set: empty });
    await migrate();
    expect(await town.connection.collection('pushes').countDocuments()).toBe(0);
    expect((await steps.byDispatcher(id, 'schedule', {})).status).toBe('scheduled');
  });

  test('scheduled: goes out at its time', async () => {
    await stored('scheduled', { dispatch: null });
    expect(await steps.get(id)).toMatchObject({ status: 'scheduled', sendAt: before(90_000).toISOString() });
    await push();
    await finished();
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-1`]);
  });

  test('held for want of a push: waits for the dispatcher', async () => {
    const hold = trouble('platform_refused', 45028);
    await stored('scheduled', { hold, nextAt: null, batch: batch({ status: 'failed', ...tried() }) });
    expect(await steps.get(id)).toMatchObject({
      hold: { errcode: 45028 },
      dispatch: { batches: [{ status: 'failed' }] },
    });
    expect(await push()).toBe(0);
    await steps.byDispatcher(id, 'schedule', {});
    town.clock.move(1_000);
    await push();
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-2`]);
  });

  test('being made ready by a worker that is gone', async () => {
    await stored('pushing', { batch: batch(), lease: { by: 'x', until: new Date(now.getTime() + 170_000) } });
    await push();
    await finished();
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-1`]);
  });

  test('in the middle of the call: in doubt, the same number again', async () => {
    await stored('pushing', { batch: batch({ status: 'sending', ...tried(before(20_000)) }) });
    await push();
    expect(await statusOf()).toBe('unknown');
    town.clock.move(62_000);
    await push();
    await finished();
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-1`]);
  });

  test('refused in words that prove nothing: a later refusal is no end', async () => {
    const article = town.articles.add();
    ({ id } = await steps.approved({ articles: [article] }));
    await stored('pushing', { batch: batch({ status: 'unknown', uncertain: true, ...tried() }) });
    expect(await steps.get(id)).toMatchObject({ status: 'pushing', dispatch: { batches: [{ status: 'unknown' }] } });
    article.state = 'withdrawn';
    await push();
    expect(await statusOf()).toBe('unknown');
  });

  test('unknown and to be repeated', async () => {
    await stored('unknown', { batch: batch({ status: 'unknown', uncertain: true, ...tried() }) });
    await push();
    await finished();
    expect((await steps.get(id)).dispatch.batches).toMatchObject([{ clientMsgId: `b${id}-1`, attempts: 2 }]);
  });

  test('unknown and a leader’s to decide', async () => {
    const failure = trouble('platform_unknown', null);
    const lost = batch({ status: 'unknown', uncertain: true, ...tried(), lastError: failure });
    await stored('unknown', { batch: lost, failure, nextAt: null });
    expect(await push()).toBe(0);
    expect(await steps.get(id)).toMatchObject({ status: 'unknown', failure: { message: '示例原因' } });
    await steps.act(id, 'resolve', { outcome: 'not_sent', reason: '公众平台上没有' });
    await push();
    await finished();
    expect((await steps.get(id)).dispatch.batches.map(({ status }) => status)).toEqual(['not_sent', 'delivered']);
  });

  test('taken by the platform: its finish event is still understood', async () => {
    const taken = { status: 'submitted', msgId: '77001', msgDataId: '5', acceptedAt: before(60_000), ...tried() };
    await stored('submitted_to_platform', { batch: batch(taken), nextAt: new Date(now.getTime() + 60_000) });
    await town.pushes.api.onMassSendFinished({
      msgId: '77001',
      status: 'send success',
      totalCount: 2,
      filterCount: 2,
      sentCount: 2,
      errorCount: 0,
    });
    expect(await steps.get(id)).toMatchObject({
      status: 'delivered',
      dispatch: { headCount: 2, batches: [{ msgId: '77001', counts: { sent: 2 } }] },
    });
  });

  test('delivered: looks as it did, uses its day’s push, and can be taken off the phones', async () => {
    const counts = { total: 2, filtered: 2, sent: 2, failed: 0 };
    const taken = {
      msgId: '77001',
      acceptedAt: before(60_000),
      finishedAt: before(50_000),
      finishStatus: 'send success',
    };
    const past = [batch({ status: 'not_sent', uncertain: true, ...tried() })];
    const mine = batch({ clientMsgId: `b${id}-2`, status: 'delivered', counts, ...taken, ...tried() });
    await stored('delivered', { batch: mine, pastBatches: past, nextAt: null });
    expect(await steps.get(id)).toMatchObject({
      status: 'delivered',
      sendAt: before(90_000).toISOString(),
      deletePushed: { articles: [{ deleted: false }] },
      dispatch: {
        startedAt: before(80_000).toISOString(),
        batches: [
          { clientMsgId: `b${id}-1`, status: 'not_sent' },
          { status: 'delivered', msgId: '77001', acceptedAt: before(60_000).toISOString(), counts },
        ],
      },
    });
    expect(await steps.quota()).toMatchObject({ used: 1, left: 0 });
  });

  test('refused for its type: the text is still offered', async () => {
    const failure = trouble('platform_refused', 48008);
    await stored('failed', {
      failure,
      nextAt: null,
      batch: batch({ status: 'failed', ...tried(), lastError: failure }),
    });
    expect(await steps.get(id)).toMatchObject({ status: 'failed', failure: { errcode: 48008 }, textOffered: true });
    expect((await steps.byDispatcher(id, 'schedule', { asText: true })).status).toBe('scheduled');
  });

  test('cancelled after a failure: keeps its record, does nothing', async () => {
    await stored('cancelled', { batch: batch({ status: 'failed', ...tried() }), nextAt: null });
    expect(await steps.get(id)).toMatchObject({ status: 'cancelled', dispatch: { batches: [{ status: 'failed' }] } });
    expect(await push()).toBe(0);
  });

  test('a migration that died in between is run again: no push twice, none lost', async () => {
    await stored('scheduled', { dispatch: null });
    const pushes = town.connection.collection('pushes');
    const moved = await pushes.findOne({ briefingId: id });
    await stored('scheduled', { dispatch: null });
    expect(await pushes.find({ briefingId: id }).toArray()).toEqual([moved]);
  });
});
