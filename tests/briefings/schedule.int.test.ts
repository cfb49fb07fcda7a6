import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import type { CalendarView } from '../../src/briefings/briefings.contract.ts';
import { callRoute, DISPATCHER, LEADER, type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
/** A Monday, 09:00 in China. */
const MONDAY = Date.parse('2026-09-14T01:00:00Z');
const DAY = 86_400_000;
let town: World;
let steps: ReturnType<typeof stepsOf>;

async function start(options: Parameters<typeof world>[1] = {}): Promise<void> {
  town = await world(database.uri, { ...options, setting: { start: MONDAY, minLeadSeconds: 300, ...options.setting } });
  steps = stepsOf(town);
}

const at = (ms: number) => ({ sendAt: new Date(MONDAY + ms).toISOString() });
const schedule = async (id: string, body: unknown) =>
  steps.byDispatcher(id, 'schedule', body) as Promise<Awaited<ReturnType<typeof steps.get>> & { warnings: string[] }>;

describe('the time of a push', () => {
  beforeEach(async () => start());

  test('is at least the lead time away; without one it is just that', async () => {
    const { id } = await steps.approved();
    await expect(schedule(id, at(299_000))).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('5分钟') as string,
    });
    expect((await schedule(id, {})).sendAt).toBe(new Date(MONDAY + 300_000).toISOString());
  });

  test.each([
    ['in the past', -60_000],
    ['in two years', 730 * DAY],
  ])('%s is refused', async (_what, ms) => {
    const { id } = await steps.approved();
    await expect(schedule(id, at(ms))).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await steps.get(id)).status).toBe('approved');
  });

  test.each(['morgen', '2026-09-15', '2026-13-01T00:00:00Z', 5])('%j is no time', async (sendAt) => {
    const { id } = await steps.approved();
    await expect(schedule(id, { sendAt })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('may be moved, and only of an approved briefing', async () => {
    const { id } = await steps.approved();
    await schedule(id, at(DAY));
    const moved = await schedule(id, at(2 * DAY));
    expect(moved.sendAt).toBe(new Date(MONDAY + 2 * DAY).toISOString());
    town.clock.move(DAY + 1_000);
    expect(await town.sweep('pushes.send')).toBe(0);
    const { id: draft } = await steps.compose();
    await expect(schedule(draft, {})).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('at night, on a holiday and for a part of the town is warned of, not refused', async () => {
    const { id } = await steps.approved({ audience: { kind: 'village', code: 'v01' } });
    const night = await schedule(id, { sendAt: '2026-10-02T23:30:00+08:00' });
    expect(night.warnings).toHaveLength(3);
    expect(night.warnings.join()).toMatch(/夜里.*国庆节.*唯一/);
    expect((await schedule(id, { sendAt: '2026-10-12T09:00:00+08:00' })).warnings).toHaveLength(1);
    await steps.byDispatcher(id, 'cancel');
    const { id: all } = await steps.approved();
    expect((await schedule(all, { sendAt: '2026-10-12T09:00:00+08:00' })).warnings).toEqual([]);
  });

  test('is refused where an article was withdrawn or approved anew', async () => {
    const article = town.articles.add({ title: '公示' });
    const { id } = await steps.approved({ articles: [article] });
    article.newer = { ...article.frozen, versionId: 'c'.repeat(24), contentHash: 'c'.repeat(64) };
    await expect(schedule(id, {})).rejects.toMatchObject({ message: expect.stringContaining('公示') as string });
    article.newer = null;
    article.state = 'withdrawn';
    await expect(schedule(id, {})).rejects.toMatchObject({ message: expect.stringContaining('公示') as string });
  });

  test('that passed without a push is shown after two minutes', async () => {
    const { id } = await steps.approved();
    await schedule(id, {});
    town.clock.move(300_000 + 119_000);
    expect(await town.pushes.health()).toEqual([]);
    town.clock.move(1_000);
    expect(await town.pushes.health()).toEqual([expect.stringContaining('《本周简报》应在')]);
    expect((await steps.get(id)).overdue).toBe(true);
    // Also one that lost its place in the queue.
    await town.connection.collection('pushes').updateOne({}, { $set: { nextAt: null } });
    expect(await town.pushes.health()).toHaveLength(1);
  });

  test('that the platform keeps putting off: the office is told once', async () => {
    const { id } = await steps.approved();
    await schedule(id, {});
    await town.fault({ path: 'draft/add', errcode: 45009, times: 100 });
    for (let turn = 0; turn < 6; turn += 1) {
      town.clock.move(turn === 0 ? 300_000 : 1_800_000);
      await town.sweep('pushes.send');
    }
    expect(town.told).toEqual([expect.stringContaining('还没有发出')]);
    expect((await steps.get(id)).status).toBe('pushing');
  });
});

describe('cancelling', () => {
  beforeEach(async () => start());

  test('is possible until the push has begun', async () => {
    await town.followers(2);
    const { id } = await steps.approved();
    await schedule(id, {});
    await town.fault({ path: 'draft/add', errcode: 45011 });
    town.clock.move(300_000);
    await town.sweep('pushes.send');
    await expect(steps.byDispatcher(id, 'cancel')).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining('已经开始推送') as string,
    });
    await expect(schedule(id, {})).rejects.toMatchObject({ code: 'wrong_state' });
    town.clock.move(70_000);
    await town.sweep('pushes.send');
    await until(async () => (await steps.get(id)).status === 'delivered');
  });

  test('and claiming at once: one of them wins', async () => {
    await town.followers(2);
    for (let turn = 0; turn < 3; turn += 1) {
      const { id } = await steps.approved();
      await schedule(id, {});
      town.clock.move(300_000);
      const before = (await town.ledger()).massSends.length;
      const [cancelled] = await Promise.allSettled([steps.byDispatcher(id, 'cancel'), town.sweep('pushes.send')]);
      const sent = (await town.ledger()).massSends.length - before;
      expect(sent).toBe(cancelled.status === 'fulfilled' ? 0 : 1);
      town.clock.move(DAY);
    }
  });
});

describe('the quota of a subscription account', () => {
  beforeEach(async () => start());

  test('is one a day whatever the audience; a cancelled or failed push uses none', async () => {
    expect(await steps.quota()).toMatchObject({ period: 'day', limit: 1, used: 0, left: 1 });
    const first = await steps.approved({ audience: { kind: 'village', code: 'v01' } });
    await schedule(first.id, at(3_600_000));
    expect(await steps.quota()).toMatchObject({ used: 1, left: 0 });
    const second = await steps.approved();
    await expect(schedule(second.id, at(7_200_000))).rejects.toMatchObject({
      code: 'quota_used',
      message: expect.stringContaining('本周简报') as string,
    });
    await schedule(second.id, at(DAY));
    await steps.byDispatcher(second.id, 'cancel');
    const third = await steps.approved();
    await schedule(third.id, at(DAY));
    // Its own place does not stand in the way of moving it within the day.
    await schedule(third.id, at(DAY + 60_000));
  });

  test('of a day is taken by one of two dispatchers who schedule at once', async () => {
    for (let day = 1; day <= 6; day += 1) {
      const ids = await Promise.all(Array.from({ length: 4 }, async () => (await steps.approved()).id));
      const all = await Promise.allSettled(ids.map(async (id, turn) => schedule(id, at(day * DAY + turn))));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });

  test('counts the day on which the platform took it, not the one that it was planned for', async () => {
    await town.followers(2);
    const { id } = await steps.approved();
    await schedule(id, { sendAt: '2026-09-14T23:59:30+08:00' });
    town.clock.move(Date.parse('2026-09-14T23:59:30+08:00') - MONDAY);
    await town.fault({ path: 'message/mass/sendall', errcode: 45011 });
    await town.sweep('pushes.send');
    town.clock.move(70_000);
    await town.sweep('pushes.send');
    await until(async () => (await steps.get(id)).status === 'delivered');
    expect(await steps.quota()).toMatchObject({ used: 1, left: 0 });
    const next = await steps.approved();
    await expect(schedule(next.id, {})).rejects.toMatchObject({ code: 'quota_used' });
  });

  test('that the platform says is used up counts against our own reckoning', async () => {
    await town.followers(2);
    const { id } = await steps.approved();
    await schedule(id, {});
    town.clock.move(300_000);
    await town.fault({ path: 'message/mass/sendall', errcode: 45028 });
    await town.sweep('pushes.send');
    expect(await steps.quota()).toMatchObject({ left: 0 });
    expect((await steps.get(id)).hold?.errcode).toBe(45028);
    expect((await town.pushes.health())[0]).toContain('等待党政办重新排期');
  });
});

describe('the quota of a service account', () => {
  beforeEach(async () => start({ type: 'service' }));

  test('is four a month for each follower: a village does not use up another’s', async () => {
    for (let week = 0; week < 4; week += 1) {
      const { id } = await steps.approved({ audience: { kind: 'village', code: 'v01' } });
      expect((await schedule(id, at(3_600_000 + week))).warnings).toEqual([]);
    }
    const fifth = await steps.approved({ audience: { kind: 'village', code: 'v01' } });
    await expect(schedule(fifth.id, at(7_200_000))).rejects.toMatchObject({ code: 'quota_used' });
    const other = await steps.approved({ audience: { kind: 'village', code: 'v02' } });
    await schedule(other.id, at(7_200_000));
    expect(await steps.quota()).toMatchObject({ period: 'month', limit: 4, used: 0, left: 4 });
    const all = await steps.approved();
    expect((await schedule(all.id, at(7_200_001))).warnings.join()).toContain('已收到4次');
    expect(await steps.quota()).toMatchObject({ used: 1, left: 3 });
    await steps.byDispatcher(all.id, 'cancel');
    await schedule(fifth.id, { sendAt: '2026-10-12T09:00:00+08:00' });
  });
});

describe('preview', () => {
  beforeEach(async () => start());

  const previews = async (openid: string) =>
    (
      await town.control<{ items: { via: string; articles?: { title: string }[] }[] }>(
        'GET',
        `/_/residents/${openid}/inbox`,
      )
    ).items.filter(({ via }) => via === 'preview');

  test('goes to the bound phone of who asks, or to the one named, and leaves no draft', async () => {
    const [mine = '', other = ''] = await town.followers(2);
    const { id } = await steps.compose();
    await expect(steps.byDispatcher(id, 'preview')).rejects.toMatchObject({
      message: expect.stringContaining('绑定') as string,
    });
    town.phones.set(DISPATCHER.id, mine);
    await steps.byDispatcher(id, 'preview');
    await steps.byDispatcher(id, 'preview', { openid: other });
    expect(await previews(mine)).toMatchObject([{ articles: [{ title: '示例公示' }] }]);
    expect(await previews(other)).toHaveLength(1);
    const state = await town.control<{ drafts: unknown[] }>('GET', '/_/state');
    expect(state.drafts).toEqual([]);
    expect(town.audit.map(({ action }) => action).filter((action) => action === 'briefings.preview')).toHaveLength(2);
    expect((await town.ledger()).massSends).toEqual([]);
  });

  test('to somebody who does not follow fails in words', async () => {
    const { id } = await steps.compose();
    await expect(steps.byDispatcher(id, 'preview', { openid: 'oNobody' })).rejects.toMatchObject({
      code: 'platform_refused',
      message: expect.stringContaining('没有关注') as string,
    });
  });

  test('is not to be had from an unverified account', async () => {
    await start({ verified: false });
    town.phones.set(LEADER.id, 'o');
    const { id } = await steps.compose();
    await expect(steps.byDispatcher(id, 'preview', { openid: 'o' })).rejects.toMatchObject({
      code: 'manual_push_needed',
    });
    expect((await town.ledger()).calls).toEqual([]);
  });
});

describe('the calendar', () => {
  const calendar = async (month: string, besides?: string) =>
    callRoute<CalendarView>(town.briefings.routes, 'get', '/api/v1/briefings/calendar', {
      query: { month, ...(besides === undefined ? {} : { for: besides }) },
    });
  const dayOf = (view: CalendarView, date: string) => view.days.find((day) => day.date === date);

  test('of a subscription account counts each day apart, and names holidays and the briefings of a day', async () => {
    await start({ type: 'subscription' });
    const { id } = await steps.approved();
    await schedule(id, at(3 * DAY));
    const september = await calendar('2026-09');
    expect(september.days).toHaveLength(30);
    expect(dayOf(september, '2026-09-17')).toMatchObject({ left: 0, briefings: [{ id, status: 'scheduled' }] });
    expect(dayOf(september, '2026-09-18')).toMatchObject({ left: 1, briefings: [], holiday: null });
    expect(dayOf(await calendar('2026-09', id), '2026-09-17')).toMatchObject({ left: 1, briefings: [] });
    const october = await calendar('2026-10');
    expect(october.days.filter(({ holiday }) => holiday === '国庆节')).toHaveLength(7);
    expect(october.holidaysKnown).toBe(true);
    expect((await calendar('2027-02')).holidaysKnown).toBe(false);
  });

  test('of a service account counts the month', async () => {
    await start({ type: 'service' });
    const { id } = await steps.approved();
    await schedule(id, at(3 * DAY));
    const { days } = await calendar('2026-09');
    expect(new Set(days.map(({ left }) => left))).toEqual(new Set([3]));
    expect((await calendar('2026-10')).days[0]?.left).toBe(4);
  });

  test('refuses a month that is none', async () => {
    await start();
    await expect(calendar('2026-13')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});
