import { beforeAll, describe, expect, test } from 'vitest';
import { callRoute, type World, world } from '../briefings/harness.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
let town: World;
let number = 0;

beforeAll(async () => {
  town = await world(database.uri);
});

const api = () => town.subscribers.api;
const at = (second: number) => new Date(Date.UTC(2026, 8, 14, 0, 0, second));
const newOpenid = () => `oTest${(number += 1)}`;
const rowOf = async (openid: string) => town.connection.collection('subscribers').findOne({ _id: openid as never });

type Event = { what: 'follow' | 'unfollow'; second: number };
const play = async (openid: string, { what, second }: Event) => api()[what]({ openid, at: at(second) });

function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((first, index) =>
    permutations(list.filter((_, other) => other !== index)).map((rest) => [first, ...rest]),
  );
}

describe('following and leaving', () => {
  test.each([
    ['follows again', [1, 2, 3], true],
    ['left', [1, 2], false],
  ] as const)(
    'a resident who in truth %s ends so in whatever order events come, and repeated',
    async (_w, seconds, truth) => {
      const events = seconds.map((second): Event => ({ what: second % 2 === 1 ? 'follow' : 'unfollow', second }));
      for (const order of permutations([...events, ...events.slice(-1)])) {
        const openid = newOpenid();
        for (const event of order) await play(openid, event);
        expect({ order, following: (await api().choiceOf(openid)).following }).toEqual({ order, following: truth });
      }
    },
  );

  test('all at once end in the true state too', async () => {
    const openid = newOpenid();
    const events: Event[] = [1, 2, 3, 4, 5].map((second) => ({
      what: second % 2 === 1 ? 'follow' : 'unfollow',
      second,
    }));
    await Promise.all([...events, ...events].map(async (event) => play(openid, event)));
    expect((await api().choiceOf(openid)).following).toBe(true);
  });

  test('leaving cuts everything that was known at once, but a mark for late events that goes by itself', async () => {
    const openid = newOpenid();
    await api().follow({ openid, at: at(1), scene: 'qrscene_village_v01' });
    await api().setTopics({ openid, topics: ['farm'] });
    await api().unfollow({ openid, at: at(2) });
    expect(await rowOf(openid)).toMatchObject({
      following: false,
      since: null,
      villageCode: null,
      topics: [],
      tagged: [],
      forgetAt: new Date(at(2).getTime() + 7 * 86_400_000),
    });
    await api().setVillage({ openid, villageCode: 'v01' });
    expect(await api().choiceOf(openid)).toEqual({ following: false, villageCode: null, topics: [] });
    const indexes = await town.connection.collection('subscribers').indexes();
    expect(indexes).toContainEqual(expect.objectContaining({ name: 'forget', expireAfterSeconds: 0 }));
  });

  test('who comes back starts without the old choice', async () => {
    const openid = newOpenid();
    await api().follow({ openid, at: at(1), scene: 'qrscene_village_v01' });
    await api().unfollow({ openid, at: at(2) });
    await api().follow({ openid, at: at(3) });
    expect(await api().choiceOf(openid)).toEqual({ following: true, villageCode: null, topics: [] });
  });
});

describe('village and topics', () => {
  test('are set by code, by chat and by QR, and only those of the town', async () => {
    const openid = newOpenid();
    await api().follow({ openid, at: at(1), scene: 'qrscene_village_v99' });
    expect((await api().choiceOf(openid)).villageCode).toBeNull();
    expect(await api().setVillageByScene({ openid, scene: 'village_v02' })).toBe(true);
    expect(await api().setVillageByScene({ openid, scene: 'poster_7' })).toBe(false);
    expect((await api().choiceOf(openid)).villageCode).toBe('v02');
    await api().setVillage({ openid, villageCode: 'v01' });
    await api().setTopics({ openid, topics: ['farm', 'farm'] });
    expect(await api().choiceOf(openid)).toEqual({ following: true, villageCode: 'v01', topics: ['farm'] });
    const wrong = { code: 'invalid_input' };
    await expect(api().setVillage({ openid, villageCode: 'v99' })).rejects.toMatchObject(wrong);
    await expect(api().setTopics({ openid, topics: ['sport'] })).rejects.toMatchObject(wrong);
    await api().setVillage({ openid, villageCode: null });
    expect((await api().choiceOf(openid)).villageCode).toBeNull();
  });

  test('are kept by a second follow event without a scene', async () => {
    const openid = newOpenid();
    await api().follow({ openid, at: at(1), scene: 'qrscene_village_v01' });
    await api().follow({ openid, at: at(1) });
    expect((await api().choiceOf(openid)).villageCode).toBe('v01');
  });

  test('of somebody whom we never saw follow count as following: whoever chats follows', async () => {
    const openid = newOpenid();
    await api().setVillage({ openid, villageCode: 'v01' });
    expect(await api().choiceOf(openid)).toMatchObject({ following: true, villageCode: 'v01' });
  });
});

test('the summary counts by village and topic', async () => {
  await town.connection.collection('subscribers').deleteMany({});
  for (const villageCode of ['v01', 'v01', 'v02', null]) {
    const openid = newOpenid();
    await api().follow({ openid, at: at(1) });
    await api().setVillage({ openid, villageCode });
  }
  const gone = newOpenid();
  await api().follow({ openid: gone, at: at(1), scene: 'qrscene_village_v01' });
  await api().unfollow({ openid: gone, at: at(2) });
  const topical = newOpenid();
  await api().setTopics({ openid: topical, topics: ['farm'] });
  const { routes } = town.subscribers;
  expect(await callRoute(routes, 'get', '/api/v1/subscribers/summary')).toMatchObject({
    following: 5,
    withoutVillage: 2,
    villages: [
      { code: 'v01', name: '示例一村', count: 2 },
      { code: 'v02', count: 1 },
    ],
    topics: [{ code: 'farm', count: 1 }],
    waitingForTags: 5,
    import: null,
  });
});
