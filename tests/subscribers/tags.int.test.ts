import { beforeEach, describe, expect, test, vi } from 'vitest';
import { type World, world } from '../briefings/harness.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
const TAGGING = 'tags/members/batchtagging';
const DAY = 86_400_000;
let town: World;

beforeEach(async () => {
  town = await world(database.uri);
});

const sync = async () => town.sweep('subscribers.tags');
const followersOf = async (count: number, villageCode: string) => {
  const openids = await town.followers(count);
  for (const openid of openids) await town.subscribers.api.setVillage({ openid, villageCode });
  return openids;
};
const tags = async () => (await town.client.listTags()).filter(({ id }) => id > 2);
const tagNamed = async (name: string) => {
  const tag = (await tags()).find((one) => one.name === name);
  if (!tag) throw new Error(`no tag ${name}`);
  return tag;
};
const carrying = async (name: string) =>
  [...(await town.client.tagFollowers((await tagNamed(name)).id)).openids].sort();
const calls = async (api: string) => (await town.ledger()).calls.filter((call) => call.api.endsWith(api));

describe('the platform’s tags', () => {
  test('are made one a village and topic and given in batches of fifty', async () => {
    const first = await followersOf(101, 'v01');
    const [second = ''] = await followersOf(1, 'v02');
    await town.subscribers.api.setTopics({ openid: second, topics: ['farm'] });
    expect(await sync()).toBe(102);
    expect(await carrying('示例一村')).toEqual([...first].sort());
    expect(await carrying('示例二村')).toEqual([second]);
    expect(await carrying('农事')).toEqual([second]);
    expect(await calls(TAGGING)).toHaveLength(3 + 1 + 1);
    expect(await sync()).toBe(0);
    expect(await calls(TAGGING)).toHaveLength(5);
  });

  test('follow a change of village', async () => {
    const [openid = '', other = ''] = await followersOf(2, 'v01');
    await sync();
    await town.subscribers.api.setVillage({ openid, villageCode: 'v02' });
    await sync();
    expect(await carrying('示例一村')).toEqual([other]);
    expect(await carrying('示例二村')).toEqual([openid]);
    await town.subscribers.api.setVillage({ openid, villageCode: null });
    await sync();
    expect(await carrying('示例二村')).toEqual([]);
  });

  test('of an earlier installation are taken over by their name', async () => {
    const { id } = await town.client.createTag('示例一村');
    await followersOf(1, 'v01');
    await sync();
    expect((await tagNamed('示例一村')).id).toBe(id);
  });

  test('reach the others where one of fifty has left', async () => {
    const openids = await followersOf(3, 'v01');
    await town.control('POST', `/_/residents/${openids[1]}/say`, { type: 'unsubscribe' });
    await sync();
    expect(await carrying('示例一村')).toEqual([openids[0] ?? '', openids[2] ?? ''].sort());
    expect(await sync()).toBe(0);
  });

  test('deleted by hand are made and given again', async () => {
    const openids = await followersOf(2, 'v01');
    await sync();
    await town.client.deleteTag((await tagNamed('示例一村')).id);
    town.clock.move(DAY);
    await sync();
    expect(await carrying('示例一村')).toEqual([...openids].sort());
  });

  test('that drifted by hand are mended once a day, not more often', async () => {
    const [mine = '', lost = ''] = await followersOf(2, 'v01');
    const [stranger = ''] = await followersOf(1, 'v02');
    await sync();
    town.clock.move(DAY);
    await sync();
    const { id } = await tagNamed('示例一村');
    await town.client.tagMembers(id, [stranger]);
    await town.client.untagMembers(id, [lost]);
    town.clock.move(DAY / 2);
    await sync();
    expect(await carrying('示例一村')).toEqual([mine, stranger].sort());
    town.clock.move(DAY / 2);
    expect(await sync()).toBeGreaterThan(0);
    expect(await carrying('示例一村')).toEqual([lost, mine].sort());
    expect(await carrying('示例二村')).toEqual([stranger]);
  });

  test('that the platform puts off are tried later and later, and shown; then they come right', async () => {
    const openids = await followersOf(1, 'v01');
    await town.fault({ path: TAGGING, errcode: 45009, times: 4 });
    await sync();
    expect(await sync()).toBe(0);
    expect(await calls(TAGGING)).toHaveLength(1);
    town.clock.move(5_000);
    await sync();
    town.clock.move(5_000);
    await sync();
    expect(await calls(TAGGING)).toHaveLength(2);
    expect(await town.subscribers.health()).toEqual([]);
    town.clock.move(5_000);
    await sync();
    expect(await town.subscribers.health()).toEqual([expect.stringContaining('没有同步成功')]);
    for (let turn = 0; turn < 2; turn += 1) {
      town.clock.move(3_600_000);
      await sync();
    }
    expect(await carrying('示例一村')).toEqual(openids);
    expect(await town.subscribers.health()).toEqual([]);
  });

  test('are given once where two processes sync at the same time', async () => {
    await followersOf(60, 'v01');
    await Promise.all([sync(), sync()]);
    expect(await calls(TAGGING)).toHaveLength(2);
  });

  test('do not lose a choice that changes while they are given', async () => {
    const [openid = ''] = await followersOf(1, 'v01');
    const give = town.client.tagMembers;
    // The platform has given the tag, and nothing of it is on record yet.
    vi.spyOn(town.client, 'tagMembers').mockImplementationOnce(async (...given) => {
      await give(...given);
      await town.subscribers.api.setVillage({ openid, villageCode: 'v02' });
    });
    await sync();
    expect(await carrying('示例一村')).toEqual([openid]);
    await sync();
    expect(await carrying('示例一村')).toEqual([]);
    expect(await carrying('示例二村')).toEqual([openid]);
  });

  test('are given anew to somebody who left and came back while they were given', async () => {
    const [openid = ''] = await followersOf(1, 'v01');
    const give = town.client.tagMembers;
    vi.spyOn(town.client, 'tagMembers').mockImplementationOnce(async (...given) => {
      await give(...given);
      for (const type of ['unsubscribe', 'subscribe'])
        await town.control('POST', `/_/residents/${openid}/say`, { type });
      town.clock.move(1_000);
      await town.subscribers.api.unfollow({ openid, at: town.clock.now() });
      town.clock.move(1_000);
      await town.subscribers.api.follow({ openid, at: town.clock.now() });
      await town.subscribers.api.setVillage({ openid, villageCode: 'v01' });
    });
    await sync();
    await sync();
    expect(await carrying('示例一村')).toEqual([openid]);
  });

  test('are none of an unverified account', async () => {
    town = await world(database.uri, { verified: false });
    await followersOf(1, 'v01');
    expect(await sync()).toBe(0);
    expect((await town.ledger()).calls).toEqual([]);
  });
});
