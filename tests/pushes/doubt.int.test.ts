import { beforeEach, describe, expect, test } from 'vitest';
import { type World, world } from '../briefings/harness.ts';
import { stepsOf } from '../briefings/steps.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
const SENDALL = 'message/mass/sendall';
const HOUR = 3_600_000;
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
  await town.behaviour({ finishMode: 'drop' });
});

const push = async () => town.sweep('pushes.send');
const tries = async () => (await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall'));

/** The platform refuses once with `errcode`, whatever it did, and from then on for the minute. */
async function refusedFor23Hours(errcode: number): Promise<string> {
  const { id } = await steps.due();
  await town.fault({ path: SENDALL, errcode });
  await push();
  await town.fault({ path: SENDALL, errcode: 45011, times: 1_000 });
  for (let hour = 0; hour < 24; hour += 1) {
    town.clock.move(HOUR);
    await push();
  }
  return id;
}

describe('a refusal that does not prove that nothing was sent', () => {
  test.each([-1, 45066])('%i, then 45011 for 23 hours: unknown, never failed; a leader decides', async (errcode) => {
    const id = await refusedFor23Hours(errcode);
    const seen = await steps.get(id);
    expect(seen).toMatchObject({ status: 'unknown', dispatch: { batches: [{ status: 'unknown' }] } });
    expect(town.told.at(-1)).toContain('需要分管领导认定');
    const before = (await tries()).length;
    town.clock.move(HOUR);
    expect(await push()).toBe(0);
    expect(await tries()).toHaveLength(before);
    expect((await steps.act(id, 'resolve', { outcome: 'not_sent', reason: '公众平台上没有' })).status).toBe(
      'scheduled',
    );
  });

  test('while 45011 alone for 23 hours proves it: failed', async () => {
    const id = await refusedFor23Hours(45011);
    expect((await steps.get(id)).status).toBe('failed');
  });

  test.each([-1, 45066])('%i, then an article withdrawn: unknown, no further try', async (errcode) => {
    const article = town.articles.add({ title: '要撤的公示' });
    const { id } = await steps.due({ articles: [article] });
    await town.fault({ path: SENDALL, errcode });
    await push();
    article.state = 'withdrawn';
    town.clock.move(HOUR);
    await push();
    const seen = await steps.get(id);
    expect(seen.status).toBe('unknown');
    expect(seen.failure?.message).toContain('《要撤的公示》');
    expect(await tries()).toHaveLength(1);
  });

  test.each([45028, 48008, 45064])(
    '−1, then %i: the refusal may follow from the first try, unknown',
    async (errcode) => {
      const { id } = await steps.due();
      await town.fault({ path: SENDALL, errcode: -1 });
      await push();
      await town.fault({ path: SENDALL, errcode });
      town.clock.move(HOUR);
      await push();
      expect((await steps.get(id)).status).toBe('unknown');
      town.clock.move(HOUR);
      expect(await push()).toBe(0);
    },
  );

  test('and draft/add refused with −1 leaves no doubt: nothing of it reaches a resident', async () => {
    const article = town.articles.add();
    const { id } = await steps.due({ articles: [article] });
    await town.fault({ path: 'draft/add', errcode: -1 });
    await push();
    article.state = 'withdrawn';
    town.clock.move(HOUR);
    await push();
    expect((await steps.get(id)).status).toBe('failed');
  });
});

describe('an unknown push and the quota', () => {
  test('uses one: another cannot be scheduled for the same day', async () => {
    const { id } = await steps.due({ title: '甲' });
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    expect((await steps.get(id)).status).toBe('unknown');
    const other = await steps.approved({ title: '乙' });
    await expect(steps.byDispatcher(other.id, 'schedule', {})).rejects.toMatchObject({
      code: 'quota_used',
      message: expect.stringContaining('《甲》') as string,
    });
    expect(await steps.quota()).toMatchObject({ used: 1, left: 0 });
  });

  test.each(['preparing', 'sending', 'stalled', 'accepted', 'delivered'])('so does one that is %s', async (is) => {
    const errcode = { preparing: 45011, stalled: 48001 }[is];
    await town.behaviour({ finishMode: is === 'delivered' ? 'auto' : 'hold' });
    await steps.due({ title: '甲' });
    if (errcode !== undefined) await town.fault({ path: SENDALL, errcode });
    if (is === 'sending') await town.fault({ path: SENDALL, delayMs: 500 });
    const pushing = push();
    if (is !== 'sending') await pushing;
    const pushes = town.connection.collection('pushes');
    for (let look = 0; look < 500 && (await pushes.countDocuments({ 'state.is': is })) === 0; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(await pushes.countDocuments({ 'state.is': is })).toBe(1);
    const other = await steps.approved({ title: '乙' });
    await expect(steps.byDispatcher(other.id, 'schedule', {})).rejects.toMatchObject({ code: 'quota_used' });
    await pushing;
  });
});
