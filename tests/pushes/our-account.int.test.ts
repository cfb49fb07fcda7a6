import { beforeEach, describe, expect, test } from 'vitest';
import { type World, world } from '../briefings/harness.ts';
import { stepsOf, until } from '../briefings/steps.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
const TOKEN = '/cgi-bin/stable_token';
const SENDALL = 'message/mass/sendall';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
});

const push = async () => town.sweep('pushes.send');
const sends = async () => (await town.ledger()).massSends;
const mended = async () => town.control('DELETE', '/_/faults');
const delivered = async (id: string) => until(async () => (await steps.get(id)).status === 'delivered');

/** Every refusal of the account, at the call of the token and at each call of a push. */
const REFUSALS: [number, string][] = [
  ...[40164, 40125, 40243, 89503, 40013].map((errcode): [number, string] => [errcode, TOKEN]),
  ...[48001, 48004, 50002].flatMap((errcode): [number, string][] =>
    ['material/add_material', 'draft/add', SENDALL].map((path) => [errcode, path]),
  ),
];

describe('a refusal of our own account', () => {
  test.each(REFUSALS)(
    '%i at %s: the push waits, staff are told once, and it goes by itself when mended',
    async (errcode, path) => {
      const { id } = await steps.due();
      await town.fault({ path, errcode, times: 1_000 });
      for (let turn = 0; turn < 4; turn += 1) {
        await push();
        const waiting = await steps.get(id);
        expect(waiting).toMatchObject({ status: 'scheduled', hold: { errcode }, failure: null });
        town.clock.move(5 * MINUTE);
      }
      expect(town.told).toEqual([expect.stringContaining('修好后系统会自动接着推送')]);
      expect(await town.pushes.health()).toEqual([expect.stringContaining('修好后会自动接着推送')]);
      expect(await sends()).toEqual([]);
      await mended();
      await push();
      await delivered(id);
      expect(await sends()).toHaveLength(1);
      expect((await steps.get(id)).dispatch.batches).toMatchObject([{ clientMsgId: `b${id}-1`, status: 'delivered' }]);
    },
  );

  test('asks again soon at first, never more seldom than every five minutes', async () => {
    const { id } = await steps.due();
    await town.fault({ path: TOKEN, errcode: 40164, times: 1_000 });
    const waits: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      expect(await push()).toBe(1);
      const stored = await town.connection.collection<{ nextAt: Date }>('pushes').findOne({ briefingId: id });
      const wait = (stored?.nextAt.getTime() ?? 0) - town.clock.now().getTime();
      waits.push(wait / 1_000);
      town.clock.move(wait - 1);
      expect(await push()).toBe(0);
      town.clock.move(1);
    }
    expect(waits).toEqual([30, 60, 120, 240, 300, 300, 300]);
  });

  test('for days after a refused mass send: goes on under a new number, for the platform forgets the old one', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 48001, times: 10_000 });
    for (let hour = 0; hour < 50; hour += 1) {
      await push();
      town.clock.move(HOUR);
    }
    expect((await steps.get(id)).status).toBe('scheduled');
    await mended();
    await push();
    await delivered(id);
    const [only, second] = await sends();
    expect(second).toBeUndefined();
    const { batches } = (await steps.get(id)).dispatch;
    expect(batches.at(-1)).toMatchObject({ clientMsgId: only?.clientMsgId, status: 'delivered' });
    expect(batches.length).toBeGreaterThan(1);
    for (const { firstAttemptAt, lastAttemptAt } of batches) {
      expect(Date.parse(lastAttemptAt ?? '') - Date.parse(firstAttemptAt ?? '')).toBeLessThan(23 * HOUR);
    }
    expect(town.told.length).toBeLessThanOrEqual(batches.length);
  });

  test('meanwhile the dispatcher may cancel it, and nothing lies in the platform’s box', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 50002, times: 1_000 });
    await push();
    expect((await town.control<{ drafts: unknown[] }>('GET', '/_/state')).drafts).toHaveLength(1);
    expect((await steps.byDispatcher(id, 'cancel')).status).toBe('cancelled');
    expect((await town.control<{ drafts: unknown[] }>('GET', '/_/state')).drafts).toEqual([]);
    await mended();
    town.clock.move(HOUR);
    expect(await push()).toBe(0);
    expect(await sends()).toEqual([]);
  });

  test('meanwhile the dispatcher may move it to another time', async () => {
    const { id } = await steps.due();
    await town.fault({ path: TOKEN, errcode: 40164, times: 1_000 });
    await push();
    const sendAt = new Date(town.clock.now().getTime() + 3 * HOUR).toISOString();
    expect(await steps.byDispatcher(id, 'schedule', { sendAt })).toMatchObject({
      status: 'scheduled',
      sendAt,
      hold: null,
    });
    await mended();
    town.clock.move(2 * HOUR);
    expect(await push()).toBe(0);
    town.clock.move(HOUR);
    await push();
    await delivered(id);
  });

  test('an article withdrawn meanwhile stops it', async () => {
    const article = town.articles.add({ title: '要撤的公示' });
    const { id } = await steps.due({ articles: [article] });
    await town.fault({ path: TOKEN, errcode: 40164, times: 1_000 });
    await push();
    article.state = 'withdrawn';
    town.clock.move(HOUR);
    await mended();
    await push();
    const failed = await steps.get(id);
    expect(failed.status).toBe('failed');
    expect(failed.failure?.message).toContain('《要撤的公示》');
  });

  test('in doubt it stays unknown, is asked again when mended, and never after 23 hours', async () => {
    await town.behaviour({ finishMode: 'drop' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, status: 500, effect: true });
    await push();
    await town.fault({ path: SENDALL, errcode: 48001, times: 1_000 });
    town.clock.move(2 * MINUTE);
    await push();
    expect((await steps.get(id)).status).toBe('unknown');
    await expect(steps.byDispatcher(id, 'cancel')).rejects.toMatchObject({ code: 'wrong_state' });
    await mended();
    town.clock.move(5 * MINUTE);
    await push();
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
    expect(await sends()).toHaveLength(1);
  });
});
