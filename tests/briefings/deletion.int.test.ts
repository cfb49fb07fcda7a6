import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { DISPATCHER, type TestArticle, type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
const DELETE = 'message/mass/delete';
let town: World;
let steps: ReturnType<typeof stepsOf>;
let first: TestArticle;
let second: TestArticle;
let id: string;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
  [first, second] = [town.articles.add({ title: '甲' }), town.articles.add({ title: '乙' })];
  ({ id } = await steps.due({ articles: [first, second] }));
});

async function pushed(): Promise<void> {
  await town.sweep('pushes.send');
  await until(async () => (await steps.get(id)).status === 'delivered');
}
const remove = async (body: unknown) => steps.byDispatcher(id, 'delete-pushed', body);
const reason = '名单有误';
const offer = async () => ((await steps.get(id)) as { deletePushed?: unknown }).deletePushed;
const job = async () => (await town.ledger()).massSends[0];
const opens = async (place: number) => {
  const page = await fetch((await job())?.articles[place]?.url ?? '');
  return !(await page.text()).includes('删除');
};

describe('a pushed message', () => {
  test('is offered for deletion with what that does, naming what was withdrawn', async () => {
    expect(await offer()).toBeUndefined();
    await pushed();
    first.state = 'withdrawn';
    expect(await offer()).toMatchObject({
      warning: expect.stringMatching(/链接会失效.*不能恢复/) as string,
      articles: [
        { title: '甲', withdrawn: true, deleted: false },
        { title: '乙', withdrawn: false, deleted: false },
      ],
    });
    expect((await job())?.status).toBe('SEND_SUCCESS');
    const found = await steps.list({ articleId: first.frozen.articleId });
    expect(found.items.map((item) => item.id)).toEqual([id]);
    expect((await steps.list({ articleId: 'f'.repeat(24) })).items).toEqual([]);
  });

  test('is deleted whole, once, audited with the reason', async () => {
    await pushed();
    const { deletions } = await remove({ reason });
    expect(deletions).toMatchObject([{ articleId: null, by: DISPATCHER.id, reason, outcome: 'done', message: null }]);
    expect((await job())?.status).toBe('DELETE');
    expect(await Promise.all([opens(0), opens(1)])).toEqual([false, false]);
    expect(await offer()).toBeUndefined();
    await expect(remove({ reason })).rejects.toMatchObject({ code: 'already_exists' });
    expect(town.audit.filter(({ action }) => action === 'briefings.delete_pushed')).toMatchObject([
      { reason, facts: { outcome: 'asked' } },
      { reason, facts: { outcome: 'done' } },
    ]);
    expect((await steps.get(id)).status).toBe('delivered');
  });

  test('is deleted in one article only where one is named', async () => {
    await pushed();
    await remove({ reason, articleId: second.frozen.articleId });
    expect(await Promise.all([opens(0), opens(1)])).toEqual([true, false]);
    expect(await offer()).toMatchObject({ articles: [{ deleted: false }, { deleted: true }] });
    await expect(remove({ reason, articleId: second.frozen.articleId })).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  test('whose answer is lost: the platform is asked what became of it', async () => {
    await pushed();
    await town.fault({ path: DELETE, dropAnswer: true });
    expect((await remove({ reason })).deletions).toMatchObject([{ outcome: 'done' }]);
  });

  test('of which nothing is known may be deleted again', async () => {
    await pushed();
    await town.fault({ path: DELETE, status: 500 });
    await expect(remove({ reason })).rejects.toMatchObject({
      code: 'platform_unknown',
      message: expect.stringContaining('没有害处') as string,
    });
    expect((await steps.get(id)).deletions).toMatchObject([{ outcome: 'unknown' }]);
    expect((await remove({ reason })).deletions.map(({ outcome }) => outcome)).toEqual(['unknown', 'done']);
  });

  test('beyond the platform’s ten a day is refused in words', async () => {
    await pushed();
    await town.fault({ path: DELETE, errcode: 45009 });
    await expect(remove({ reason })).rejects.toMatchObject({ message: expect.stringContaining('10次') as string });
    expect((await steps.get(id)).deletions).toMatchObject([{ outcome: 'refused' }]);
    expect((await job())?.status).toBe('SEND_SUCCESS');
  });

  test('two at once: the message is deleted once, the second is told', async () => {
    await pushed();
    const both = await Promise.allSettled([remove({ reason }), remove({ reason })]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect((await town.ledger()).calls.filter(({ api }) => api.endsWith('mass/delete'))).toHaveLength(1);
  });
});

describe('nothing is deleted', () => {
  test('before anything was pushed, of a text, of a foreign article, without a reason', async () => {
    await expect(remove({ reason })).rejects.toMatchObject({ code: 'wrong_state' });
    await town.fault({ path: 'message/mass/sendall', errcode: 48008 });
    await town.sweep('pushes.send');
    await steps.byDispatcher(id, 'schedule', { asText: true });
    town.clock.move(1_000);
    await pushed();
    await expect(remove({ reason })).rejects.toMatchObject({ code: 'wrong_state' });
    const other = await steps.compose();
    town.clock.move(86_400_000);
    ({ id } = await steps.due({ articles: [first] }));
    await pushed();
    const foreign = { reason, articleId: other.articleIds[0] };
    await expect(remove(foreign)).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(remove({})).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await town.ledger()).calls.filter(({ api }) => api.endsWith('mass/delete'))).toEqual([]);
  });

  test('by anybody but who may withdraw an article', () => {
    const route = town.briefings.routes.find(({ path }) => path.endsWith('/delete-pushed'));
    expect(route?.allow).toEqual({ action: 'articles.withdraw' });
  });
});
