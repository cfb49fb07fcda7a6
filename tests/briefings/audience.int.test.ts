import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
const SENDALL = 'message/mass/sendall';
const VILLAGE = { kind: 'village', code: 'v01' } as const;
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
});

const push = async () => town.sweep('pushes.send');
const sync = async () => town.sweep('subscribers.tags');
const sends = async () => (await town.ledger()).massSends;
const statusIs = async (id: string, status: string) => until(async () => (await steps.get(id)).status === status);
const choosing = async (count: number, villageCode: string) => {
  const openids = await town.followers(count);
  for (const openid of openids) await town.subscribers.api.setVillage({ openid, villageCode });
  return openids;
};
const tagId = async () => (await town.client.listTags()).find(({ name }) => name === '示例一村')?.id ?? 0;
const pushesOn = async (openid: string) =>
  (await town.control<{ items: { via: string }[] }>('GET', `/_/residents/${openid}/inbox`)).items.filter(
    ({ via }) => via === 'push',
  ).length;

describe('a push to a village', () => {
  test('waits for its followers’ tags, then reaches them and nobody else', async () => {
    const mine = await choosing(3, 'v01');
    const others = await choosing(2, 'v02');
    const { id } = await steps.due({ audience: VILLAGE });
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'pushing' });
    expect((await steps.get(id)).dispatch.batches[0]?.lastError?.message).toContain('同步');
    expect(await sends()).toEqual([]);
    await sync();
    town.clock.move(15_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toMatchObject([{ audience: { kind: 'tag', tagId: await tagId() } }]);
    expect((await steps.get(id)).dispatch).toMatchObject({
      tagId: await tagId(),
      headCount: 3,
      batches: [{ counts: { total: 3, sent: 3 } }],
    });
    expect(await Promise.all([...mine, ...others].map(pushesOn))).toEqual([1, 1, 1, 0, 0]);
  });

  test('waits ten minutes and no longer: then it goes to those who carry the tag', async () => {
    const [tagged = ''] = await choosing(1, 'v01');
    await sync();
    await choosing(2, 'v01');
    const { id } = await steps.due({ audience: VILLAGE });
    await push();
    town.clock.move(590_000);
    await push();
    expect(await sends()).toEqual([]);
    town.clock.move(20_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await pushesOn(tagged)).toBe(1);
    expect((await steps.get(id)).dispatch).toMatchObject({ headCount: 3, batches: [{ counts: { total: 1 } }] });
  });

  test('whose tag was deleted on the platform by hand: made and given again, then sent', async () => {
    await choosing(2, 'v01');
    await sync();
    const old = await tagId();
    await town.client.deleteTag(old);
    const { id } = await steps.due({ audience: VILLAGE });
    await push();
    expect(await sends()).toEqual([]);
    await sync();
    town.clock.move(15_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toMatchObject([{ audience: { kind: 'tag' }, counts: { total: 2 } }]);
  });

  test('whose tag cannot be made fails in words after ten minutes, never to everybody', async () => {
    await choosing(2, 'v01');
    await town.fault({ path: 'tags/create', errcode: 45056, times: 1_000 });
    const { id } = await steps.due({ audience: VILLAGE });
    for (let turn = 0; turn < 4; turn += 1) {
      await sync();
      await push();
      town.clock.move(201_000);
    }
    expect(await steps.get(id)).toMatchObject({
      status: 'failed',
      failure: { code: 'wrong_state', message: expect.stringContaining('没有这个村或主题的标签') as string },
    });
    expect(town.told.at(-1)).toContain('没有推送');
    expect((await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall'))).toEqual([]);
  });

  test('whose tag is empty on the platform waits and fails in words', async () => {
    const [openid = ''] = await choosing(1, 'v01');
    await sync();
    await town.client.untagMembers(await tagId(), [openid]);
    const { id } = await steps.due({ audience: VILLAGE });
    await push();
    town.clock.move(601_000);
    await push();
    expect((await steps.get(id)).status).toBe('failed');
    expect(await sends()).toEqual([]);
  });

  test('that nobody chose fails at once, in words', async () => {
    await town.followers(2);
    const { id } = await steps.due({ audience: VILLAGE });
    await push();
    expect(await steps.get(id)).toMatchObject({
      status: 'failed',
      failure: { message: expect.stringContaining('没有关注者选择') as string },
    });
    expect(await sends()).toEqual([]);
  });

  test('whose tag goes between its choice and the send: the platform refuses, nobody gets it', async () => {
    await choosing(2, 'v01');
    await sync();
    const { id } = await steps.due({ audience: VILLAGE });
    await town.fault({ path: 'draft/add', errcode: 45011 });
    await push();
    await town.client.deleteTag(await tagId());
    town.clock.move(70_000);
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'failed', failure: { errcode: 45159 } });
    expect(await sends()).toEqual([]);
    // Scheduled anew it finds the tag that the sync has made meanwhile.
    await sync();
    town.clock.move(86_400_000);
    await sync();
    await steps.byDispatcher(id, 'schedule', {});
    town.clock.move(1_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toMatchObject([{ audience: { kind: 'tag', tagId: await tagId() }, counts: { total: 2 } }]);
  });

  test('keeps its tag through a lost answer: the repeat asks for the same', async () => {
    await town.behaviour({ finishMode: 'hold' });
    await choosing(2, 'v01');
    await sync();
    const { id } = await steps.due({ audience: VILLAGE });
    await town.fault({ path: SENDALL, dropAnswer: true });
    await push();
    town.clock.move(70_000);
    await push();
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
    expect(await sends()).toMatchObject([{ audience: { kind: 'tag', tagId: await tagId() } }]);
  });
});

test('a push to a topic goes to the topic’s tag', async () => {
  const [openid = ''] = await town.followers(2);
  await town.subscribers.api.setTopics({ openid, topics: ['farm'] });
  await sync();
  const { id } = await steps.due({ audience: { kind: 'topic', code: 'farm' } });
  await push();
  await statusIs(id, 'delivered');
  expect(await sends()).toMatchObject([{ audience: { kind: 'tag' }, counts: { total: 1 } }]);
  expect(await pushesOn(openid)).toBe(1);
});
