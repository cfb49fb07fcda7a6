import { beforeEach, describe, expect, test } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
});

const statusIs = async (id: string, status: string) => until(async () => (await steps.get(id)).status === status);

describe('a briefing to everybody', () => {
  test('is composed, approved, scheduled, accepted once and delivered with the platform’s counts', async () => {
    const openids = await town.followers(3);
    const imageId = 'a'.repeat(24);
    const article = town.articles.add({ bodyHtml: `<p>见图</p><img src="/media/${imageId}" alt="">` });
    const { id } = await steps.due({ articles: [article, town.articles.add({ coverMediaId: null })] });

    expect(await town.sweep('pushes.send')).toBe(1);
    await statusIs(id, 'delivered');

    const { dispatch } = await steps.get(id);
    expect(dispatch?.headCount).toBe(3);
    expect(dispatch?.batches).toMatchObject([
      { status: 'delivered', attempts: 1, counts: { total: 3, filtered: 3, sent: 3, failed: 0 } },
    ]);
    const { massSends } = await town.ledger();
    expect(massSends).toMatchObject([
      {
        audience: { kind: 'all' },
        clientMsgId: `b${id}-1`,
        articles: [{ sourceUrl: `https://town.example.cn${article.frozen.publicPath}` }, {}],
      },
    ]);
    const phone = await town.control<{ items: { via: string }[] }>('GET', `/_/residents/${openids[0]}/inbox`);
    expect(phone.items.filter(({ via }) => via === 'push')).toHaveLength(1);
    expect(article.state).toBe('published');
    expect(town.audit.map(({ action }) => action)).toEqual([
      'briefings.compose',
      'briefings.submit',
      'briefings.approve',
      'briefings.schedule',
      'briefings.claim',
      'briefings.accept',
      'briefings.finish_well',
    ]);
  });

  test('is not touched before its time, nor after it was cancelled', async () => {
    const { id } = await steps.approved();
    const sendAt = new Date(town.clock.now().getTime() + 600_000).toISOString();
    await steps.byDispatcher(id, 'schedule', { sendAt });
    town.clock.move(599_000);
    expect(await town.sweep('pushes.send')).toBe(0);
    expect((await steps.byDispatcher(id, 'cancel')).status).toBe('cancelled');
    town.clock.move(10_000);
    expect(await town.sweep('pushes.send')).toBe(0);
    expect((await town.ledger()).massSends).toEqual([]);
  });

  test('goes out once where two workers sweep at the same time', async () => {
    const { id } = await steps.due();
    const { process: other } = town.another();
    await Promise.all([town.sweep('pushes.send'), town.sweep('pushes.send', other)]);
    await statusIs(id, 'delivered');
    expect((await town.ledger()).massSends).toHaveLength(1);
    expect((await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall'))).toHaveLength(1);
  });
});
