import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
const SENDALL = 'message/mass/sendall';
const HOUR = 3_600_000;
let town: World;
let steps: ReturnType<typeof stepsOf>;

async function start(options: Parameters<typeof world>[1] = {}): Promise<void> {
  town = await world(database.uri, options);
  steps = stepsOf(town);
  await town.followers(2);
}
beforeEach(async () => start());

const push = async () => town.sweep('pushes.send');
const poll = async () => town.sweep('pushes.ask');
/** The platform has ended every job and keeps its events back: only then is there something to let go. */
const held = async () => until(async () => (await sends()).every(({ finishEvent }) => finishEvent === 'held'));
const statusIs = async (id: string, status: string) => until(async () => (await steps.get(id)).status === status);
const batchOf = async (id: string) => (await steps.get(id)).dispatch.batches.at(-1);
const sends = async () => (await town.ledger()).massSends;
const moves = (move: string) => town.audit.filter(({ action }) => action === `briefings.${move}`);
const bySite = (msgId: string, articleCount = 1) => ({
  msgId,
  status: 'send success',
  totalCount: 9,
  filterCount: 9,
  sentCount: 9,
  errorCount: 0,
  articleCount,
});

describe('the platform’s finish event', () => {
  test.each([true, false])(
    'is understood with article results (%s) and gives its counts',
    async (finishArticleUrls) => {
      await town.behaviour({ finishArticleUrls });
      const { id } = await steps.due();
      await push();
      await statusIs(id, 'delivered');
      expect(await batchOf(id)).toMatchObject({
        finishStatus: 'send success',
        counts: { total: 2, filtered: 2, sent: 2, failed: 0 },
      });
    },
  );

  test('before it comes the push is accepted, not delivered, and has no counts', async () => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'submitted_to_platform', statusName: '平台已受理' });
    expect(await batchOf(id)).not.toHaveProperty('counts');
    await held();
    await town.control('POST', '/_/finish', {});
    await statusIs(id, 'delivered');
  });

  test('twice at the same moment counts once', async () => {
    await town.behaviour({ finishMode: 'twice' });
    const { id } = await steps.due();
    await push();
    await statusIs(id, 'delivered');
    const [sent] = await sends();
    await town.control('POST', '/_/finish', { msgId: sent?.msgId, copies: 2 });
    expect(moves('finish_well')).toHaveLength(1);
    expect((await batchOf(id))?.counts).toMatchObject({ sent: 2 });
  });

  test('faster than the answer to our own call is kept and applied', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, delayMs: 250 });
    await push();
    await statusIs(id, 'delivered');
    expect(moves('accept')).toHaveLength(1);
    expect(moves('finish_well')).toHaveLength(1);
    expect((await batchOf(id))?.counts).toMatchObject({ sent: 2 });
  });

  test.each([
    ['err(20001)', '政治'],
    ['err(40002)', '管理员30分钟内没有确认'],
    ['send fail', '没有发出'],
  ])('that says %s fails the briefing in words and tells the office', async (finishStatus, words) => {
    await town.behaviour({ finishStatus });
    const { id } = await steps.due();
    await push();
    await statusIs(id, 'failed');
    expect((await steps.get(id)).failure?.message).toContain(words);
    expect(town.told).toEqual([expect.stringContaining(words)]);
    expect((await batchOf(id))?.finishStatus).toBe(finishStatus);
  });

  test('of a push made by hand changes nothing of ours', async () => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await push();
    await town.pushes.api.onMassSendFinished(bySite('77001'));
    await push();
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
  });
});

describe('a finish event whose MsgID we never got', () => {
  test('is ours where exactly one order is unknown: no repeat is made', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, dropAnswer: true });
    await push();
    await push();
    await statusIs(id, 'delivered');
    const [sent] = await sends();
    expect(await batchOf(id)).toMatchObject({ msgId: sent?.msgId, attempts: 1, counts: { sent: 2 } });
    town.clock.move(2 * HOUR);
    expect(await push()).toBe(0);
    expect(await sends()).toHaveLength(1);
  });

  test('is nobody’s where two are unknown: each learns by its own repeat', async () => {
    await start({ type: 'service' });
    await town.behaviour({ finishMode: 'hold' });
    const one = await steps.due({ title: '甲' });
    const two = await steps.due({ title: '乙' });
    await town.fault({ path: SENDALL, dropAnswer: true, times: 2 });
    await push();
    await held();
    await town.control('POST', '/_/finish', {});
    await until(async () => (await sends()).every(({ finishEvent }) => finishEvent === 'delivered'));
    expect((await steps.get(one.id)).status).toBe('unknown');
    expect((await steps.get(two.id)).status).toBe('unknown');
    town.clock.move(70_000);
    await push();
    await statusIs(one.id, 'delivered');
    await statusIs(two.id, 'delivered');
    const byOrder = new Map((await sends()).map(({ clientMsgId, msgId }) => [clientMsgId, msgId]));
    for (const { id } of [one, two]) expect((await batchOf(id))?.msgId).toBe(byOrder.get(`b${id}-1`));
    expect(byOrder.size).toBe(2);
  });

  test('is not ours where it lists another number of articles, or none is unknown', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    await town.pushes.api.onMassSendFinished(bySite('77002', 3));
    expect((await steps.get(id)).status).toBe('unknown');
    town.clock.move(70_000);
    await push();
    await statusIs(id, 'delivered');
    expect((await batchOf(id))?.msgId).not.toBe('77002');
  });

  test('that failed fails the briefing', async () => {
    await town.behaviour({ finishStatus: 'err(10001)' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, dropAnswer: true });
    await push();
    await push();
    await statusIs(id, 'failed');
    expect((await steps.get(id)).failure?.message).toContain('广告');
  });
});

describe('a finish event while our own call is under way', () => {
  const calling = async () => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, delayMs: 600 });
    const pushing = push();
    await until(async () => (await sends()).length === 1);
    return { id, pushing };
  };

  test('is matched at once; the answer changes nothing', async () => {
    const { id, pushing } = await calling();
    await held();
    await town.control('POST', '/_/finish', {});
    expect((await steps.get(id)).status).toBe('delivered');
    await pushing;
    expect((await steps.get(id)).status).toBe('delivered');
    expect(await batchOf(id)).toMatchObject({ msgId: (await sends())[0]?.msgId, attempts: 1, counts: { sent: 2 } });
    expect([moves('accept').length, moves('finish_well').length]).toEqual([1, 1]);
    const stored = await town.connection.collection('pushes').findOne({ briefingId: id });
    expect(stored?.['state']).toMatchObject({ receipt: { dataId: expect.stringMatching(/\d/) as string } });
  });

  test('of a push made by hand is given back once the answer names another number', async () => {
    const { id, pushing } = await calling();
    await town.pushes.api.onMassSendFinished(bySite('77003'));
    expect((await steps.get(id)).status).toBe('delivered');
    await pushing;
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
    const [sent] = await sends();
    expect((await batchOf(id))?.msgId).toBe(sent?.msgId);
    await held();
    await town.control('POST', '/_/finish', {});
    await statusIs(id, 'delivered');
    expect((await batchOf(id))?.counts).toMatchObject({ sent: 2 });
    const events = town.connection.collection<{ _id: string; briefingId: string | null }>('mass_finish_events');
    expect((await events.findOne({ _id: '77003' }))?.briefingId).toBeNull();
  });

  test('that lists another number of articles is not ours', async () => {
    const { id, pushing } = await calling();
    await town.pushes.api.onMassSendFinished(bySite('77004', 3));
    expect((await steps.get(id)).status).toBe('pushing');
    await pushing;
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
  });
});

describe('a push that the platform takes for a reprint', () => {
  test('names the article and the original’s address', async () => {
    await town.behaviour({ finishMode: 'hold' });
    const articles = [town.articles.add({ title: '甲' }), town.articles.add({ title: '县里的通知' })];
    const { id } = await steps.due({ articles });
    await push();
    const msgId = (await sends())[0]?.msgId ?? '';
    const originalUrl = 'https://mp.weixin.qq.com/s?__biz=Example&mid=1&idx=1';
    await town.pushes.api.onMassSendFinished({
      ...bySite(msgId, 2),
      status: 'err(30003)',
      copyright: [
        { index: 1, auditState: 1, canReprint: false },
        { index: 2, auditState: 2, originalUrl, canReprint: true },
      ],
    });
    const { status, failure } = await steps.get(id);
    expect(status).toBe('failed');
    expect(failure?.message).toContain('《县里的通知》');
    expect(failure?.message).toContain(originalUrl);
    expect(failure?.message).not.toContain('《甲》');
    expect(town.told).toEqual([expect.stringContaining(originalUrl)]);
  });
});

describe('where no finish event comes', () => {
  test('the platform is asked: delivered without counts, which a late event still brings', async () => {
    await town.behaviour({ finishMode: 'drop' });
    const { id } = await steps.due();
    await push();
    expect(await poll()).toBe(0);
    await until(async () => (await sends())[0]?.status === 'SEND_SUCCESS');
    town.clock.move(120_000);
    await poll();
    expect((await steps.get(id)).status).toBe('delivered');
    expect(await batchOf(id)).toMatchObject({ finishStatus: 'SEND_SUCCESS' });
    expect(await batchOf(id)).not.toHaveProperty('counts');
    await town.control('POST', '/_/finish', { msgId: (await sends())[0]?.msgId });
    await until(async () => (await batchOf(id))?.counts !== undefined);
    expect((await batchOf(id))?.counts).toMatchObject({ sent: 2 });
    expect((await steps.get(id)).status).toBe('delivered');
  });

  test('and the platform says it failed: failed, the office told', async () => {
    await town.behaviour({ finishMode: 'drop', finishStatus: 'send fail' });
    const { id } = await steps.due();
    await push();
    await until(async () => (await sends())[0]?.status === 'SEND_FAIL');
    town.clock.move(120_000);
    await poll();
    expect((await steps.get(id)).status).toBe('failed');
    expect(town.told).toHaveLength(1);
  });

  test('while it is still sending: asked again, rarer, and shown after an hour', async () => {
    await town.behaviour({ finishDelayMs: 600_000 });
    const { id } = await steps.due();
    await push();
    const asked = async () => (await town.ledger()).calls.filter(({ api }) => api.endsWith('mass/get')).length;
    town.clock.move(120_000);
    await poll();
    town.clock.move(120_000);
    await poll();
    expect(await asked()).toBe(1);
    town.clock.move(120_000);
    await poll();
    expect(await asked()).toBe(2);
    expect(await town.pushes.health()).toEqual([]);
    town.clock.move(HOUR);
    expect(await town.pushes.health()).toEqual([expect.stringContaining('没有给出结果')]);
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
  });
});
