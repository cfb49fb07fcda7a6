import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { callRoute, DISPATCHER, type World, world } from '../briefings/harness.ts';
import { until } from '../briefings/steps.ts';
import { testDatabase } from '../support/stores.ts';

const PROCESS = fileURLToPath(new URL('./import-process.ts', import.meta.url));
const database = testDatabase();
let town: World;

beforeEach(async () => {
  town = await world(database.uri);
});

interface Progress {
  readonly state: string;
  readonly imported: number;
  readonly total: number | null;
  readonly left: number | null;
  readonly trouble: string | null;
}
const start = async () =>
  callRoute<{ import: Progress }>(town.subscribers.routes, 'post', '/api/v1/subscribers/import', { body: {} });
const summary = async () =>
  callRoute<{ following: number; withoutVillage: number; import: Progress | null }>(
    town.subscribers.routes,
    'get',
    '/api/v1/subscribers/summary',
  );
const progress = async () => (await summary()).import;
const sweep = async () => town.sweep('subscribers.import');
/** Followers of whom we heard nothing. */
const strangers = async (count: number) =>
  (await town.control<{ openids: string[] }>('POST', '/_/residents', { count, subscribe: true, silent: true })).openids;
const callsOf = async (api: string) => (await town.ledger()).calls.filter((call) => call.api.endsWith(api));

describe('the import of followers', () => {
  test('reads 25,000 and survives a kill in the middle: another process goes on, nobody twice', async () => {
    await strangers(25_000);
    expect((await start()).import).toMatchObject({ state: 'running', imported: 0 });
    const { url, appId, appSecret } = town.sandbox;
    const place = JSON.stringify({ uri: database.uri, apiBase: url, appId, appSecret });
    const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, place], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const jobs = town.connection.collection('subscriber_jobs');
    await until(async () => (await jobs.findOne({ 'progress.imported': { $gte: 11_000 } })) !== null);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const running = await jobs.findOne({ 'progress.state': 'running' });
    const freeFrom = running?.['lease'].until as Date;
    expect(freeFrom.getTime() - Date.now()).toBeLessThanOrEqual(15_000);
    const killedAt = (await progress())?.imported ?? 0;
    expect(killedAt).toBeLessThan(25_000);

    // Nobody takes the work before the dead process's lease has run out.
    town.clock.move(freeFrom.getTime() - 1 - town.clock.now().getTime());
    expect(await sweep()).toBe(0);
    const detailsBefore = (await callsOf('user/info/batchget')).length;
    town.clock.move(1);
    await sweep();
    expect(await summary()).toMatchObject({
      following: 25_000,
      import: { state: 'done', imported: 25_000, total: 25_000, left: 0, trouble: null },
    });
    // What was handled before the kill was not asked for again.
    const details = (await callsOf('user/info/batchget')).length - detailsBefore;
    expect(details).toBeLessThanOrEqual((25_000 - killedAt) / 100);
    expect(details).toBeGreaterThanOrEqual((25_000 - killedAt) / 100 - 5);
  }, 120_000);

  test('takes village and topics from the platform’s tags and QR scenes', async () => {
    const [byTag = '', byScene = '', plain = ''] = [
      ...(await strangers(1)),
      (
        await town.control<{ openid: string }>('POST', '/_/residents', {
          subscribe: true,
          scene: 'village_v02',
          silent: true,
        })
      ).openid,
      ...(await strangers(1)),
    ];
    const village = await town.client.createTag('示例一村');
    const topic = await town.client.createTag('农事');
    await town.client.tagMembers(village.id, [byTag]);
    await town.client.tagMembers(topic.id, [byTag]);
    await start();
    await sweep();
    const { choiceOf } = town.subscribers.api;
    expect(await choiceOf(byTag)).toEqual({ following: true, villageCode: 'v01', topics: ['farm'] });
    expect(await choiceOf(byScene)).toMatchObject({ following: true, villageCode: 'v02' });
    expect(await choiceOf(plain)).toEqual({ following: true, villageCode: null, topics: [] });
    await town.sweep('subscribers.tags');
    expect((await town.client.tagFollowers(topic.id)).openids).toEqual([byTag]);
  });

  test('keeps what residents chose themselves, and notices who left unheard', async () => {
    const [chose = '', ...others] = await town.followers(3);
    await town.subscribers.api.setVillage({ openid: chose, villageCode: 'v01' });
    town.clock.move(60_000);
    await town.subscribers.api.follow({ openid: 'oGone', at: new Date(town.clock.now().getTime() - 30_000) });
    await start();
    await sweep();
    expect(await town.subscribers.api.choiceOf(chose)).toMatchObject({ following: true, villageCode: 'v01' });
    expect((await town.subscribers.api.choiceOf('oGone')).following).toBe(false);
    expect(others).toHaveLength(2);
    expect(await progress()).toMatchObject({ state: 'done', imported: 3, left: 1 });
  });

  test.each(['empty', 'last-id'])('ends with the last page in its shape “%s”', async (endOfList) => {
    await town.behaviour({ endOfList: endOfList as 'empty', followersPageSize: 2 });
    await strangers(4);
    await start();
    await sweep();
    expect(await progress()).toMatchObject({ state: 'done', imported: 4, total: 4 });
  });
});

describe('a list that changes while it is read', () => {
  /** Runs `change` while the n-th call for details is under way. */
  async function during(change: (openids: string[]) => Promise<void>, openids: string[]): Promise<void> {
    await town.fault({ path: 'user/info/batchget', delayMs: 150 });
    await start();
    const reading = sweep();
    await until(async () => (await callsOf('user/get')).length > 0);
    await change(openids);
    await reading;
  }

  test('who leaves and is told of by an event stays away; who joins is counted by the event', async () => {
    const openids = await strangers(3);
    await during(async ([first = '']) => {
      await town.control('POST', `/_/residents/${first}/say`, { type: 'unsubscribe' });
      town.clock.move(1_000);
      await town.subscribers.api.unfollow({ openid: first, at: town.clock.now() });
      await town.subscribers.api.follow({ openid: 'oJoined', at: town.clock.now() });
    }, openids);
    expect((await town.subscribers.api.choiceOf(openids[0] ?? '')).following).toBe(false);
    expect((await town.subscribers.api.choiceOf('oJoined')).following).toBe(true);
    expect((await summary()).following).toBe(3);
  });

  test('who leaves unheard between the list and the details is not taken for a follower', async () => {
    const [gone = '', stays = ''] = await strangers(2);
    await town.fault({ path: 'user/get', delayMs: 200 });
    await start();
    const reading = sweep();
    // The list is made, its answer is still under way.
    await until(async () => (await town.control<{ faults: unknown[] }>('GET', '/_/state')).faults.length === 0);
    await town.control('POST', `/_/residents/${gone}/say`, { type: 'unsubscribe' });
    await reading;
    expect((await town.subscribers.api.choiceOf(gone)).following).toBe(false);
    expect((await town.subscribers.api.choiceOf(stays)).following).toBe(true);
    expect(await progress()).toMatchObject({ state: 'done', imported: 1 });
  });

  test('where the follower after whom the next page starts has left, it is begun again', async () => {
    await town.behaviour({ followersPageSize: 2 });
    const openids = await strangers(5);
    await during(async ([, second = '']) => {
      await town.control('POST', `/_/residents/${second}/say`, { type: 'unsubscribe' });
    }, openids);
    expect(await progress()).toMatchObject({ state: 'done', trouble: null });
    expect((await callsOf('user/get')).map(({ errcode }) => errcode)).toContain(40003);
    const following = await Promise.all(openids.map(async (openid) => town.subscribers.api.choiceOf(openid)));
    expect(following.map((choice) => choice.following).filter(Boolean).length).toBeGreaterThanOrEqual(4);
    // The one who left unheard is found by the next import at the latest.
    town.clock.move(60_000);
    await start();
    await sweep();
    expect((await summary()).following).toBe(4);
  });
});

describe('an import that cannot go on', () => {
  test('waits while the platform puts it off, says so, and goes on', async () => {
    await strangers(3);
    await town.fault({ path: 'user/info/batchget', errcode: 45009, times: 30 });
    await start();
    await sweep();
    expect(await sweep()).toBe(0);
    expect(await callsOf('user/info/batchget')).toHaveLength(1);
    expect(await town.subscribers.health()).toEqual([expect.stringContaining('暂停')]);
    for (let turn = 0; turn < 30; turn += 1) {
      town.clock.move(1_800_000);
      await sweep();
    }
    expect(await progress()).toMatchObject({ state: 'done', imported: 3, trouble: null });
    expect(await town.subscribers.health()).toEqual([]);
  });

  test('ends in words where the platform refuses, and may be started again', async () => {
    await strangers(2);
    await town.fault({ path: 'user/get', errcode: 48001 });
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'wrong_state' });
    await sweep();
    expect(await progress()).toMatchObject({ state: 'failed', trouble: expect.stringContaining('权限') as string });
    expect(await town.subscribers.health()).toEqual([expect.stringContaining('重新导入')]);
    await start();
    await sweep();
    expect(await progress()).toMatchObject({ state: 'done', imported: 2 });
    expect(town.audit.filter(({ action }) => action === 'subscribers.import')).toMatchObject([
      { actor: { id: DISPATCHER.id } },
      {},
    ]);
  });

  test('is refused to an unverified account before anything is asked', async () => {
    town = await world(database.uri, { verified: false });
    await expect(start()).rejects.toMatchObject({ code: 'platform_refused' });
    expect(await progress()).toBeNull();
    expect((await town.ledger()).calls).toEqual([]);
  });
});
