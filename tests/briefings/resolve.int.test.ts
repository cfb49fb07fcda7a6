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
const sends = async () => (await town.ledger()).massSends;
const resolve = async (id: string, body: unknown) => steps.act(id, 'resolve', body);

/** A briefing of which nothing is known for more than 23 hours. */
async function unknown(effect: boolean, article = town.articles.add()): Promise<string> {
  await town.behaviour({ finishMode: 'drop' });
  const { id } = await steps.due({ articles: [article] });
  await town.fault({ path: SENDALL, status: 500, effect });
  await push();
  town.clock.move(23 * HOUR + 60_000);
  await push();
  expect(await steps.get(id)).toMatchObject({ status: 'unknown', dispatch: { batches: [{ attempts: 1 }] } });
  return id;
}

describe('what stays unknown a leader decides', () => {
  test('sent, with the platform’s number: checked there, then asked for its result', async () => {
    const article = town.articles.add();
    const id = await unknown(true, article);
    const reason = '公众平台发表记录里有';
    await expect(resolve(id, { outcome: 'sent', msgId: '12345', reason })).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringContaining('查不到') as string,
    });
    expect((await steps.get(id)).status).toBe('unknown');
    const [sent] = await sends();
    const resolved = await resolve(id, { outcome: 'sent', msgId: sent?.msgId, reason });
    expect(resolved.status).toBe('submitted_to_platform');
    expect(article.state).toBe('published');
    await town.sweep('pushes.ask');
    expect((await steps.get(id)).status).toBe('delivered');
    expect(town.audit.find(({ action }) => action === 'briefings.resolve_sent')).toMatchObject({ reason });
    expect(await sends()).toHaveLength(1);
  });

  test('sent, without a number: accepted by the leader’s word, never called delivered', async () => {
    const id = await unknown(true);
    const resolved = await resolve(id, { outcome: 'sent', reason: '群众手机上看到了' });
    expect(resolved.status).toBe('submitted_to_platform');
    for (let day = 0; day < 3; day += 1) {
      town.clock.move(24 * HOUR);
      expect(await push()).toBe(0);
      await town.sweep('pushes.ask');
    }
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
    expect(await town.pushes.health()).toEqual([]);
  });

  test('not sent: a new attempt under a new id, the old one on record', async () => {
    const id = await unknown(false);
    await town.behaviour({ finishMode: 'auto' });
    const resolved = await resolve(id, { outcome: 'not_sent', reason: '公众平台上没有' });
    expect(resolved).toMatchObject({ status: 'scheduled', dispatch: { batches: [{ status: 'not_sent' }] } });
    await push();
    await until(async () => (await steps.get(id)).status === 'delivered');
    expect((await steps.get(id)).dispatch.batches.map(({ clientMsgId, status }) => [clientMsgId, status])).toEqual([
      [`b${id}-1`, 'not_sent'],
      [`b${id}-2`, 'delivered'],
    ]);
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-2`]);
  });

  test('with a number that another briefing has is refused', async () => {
    await start({ type: 'service' });
    const other = await steps.due();
    await push();
    await until(async () => (await steps.get(other.id)).status === 'delivered');
    const id = await unknown(true);
    const taken = (await steps.get(other.id)).dispatch.batches[0]?.msgId;
    await expect(resolve(id, { outcome: 'sent', msgId: taken, reason: '看错了' })).rejects.toMatchObject({
      code: 'already_exists',
    });
  });

  test.each([
    { outcome: 'sent' },
    { outcome: 'maybe', reason: '好' },
    { outcome: 'sent', reason: '  ' },
    { outcome: 'sent', msgId: { $ne: '' }, reason: '好' },
    { outcome: 'not_sent', reason: '好', force: true },
  ])('refuses %j', async (body) => {
    const { id } = await steps.due();
    await expect(resolve(id, body)).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test.each(['while its repeat is made ready', 'while its repeat is under way'])('not %s', async (when) => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, dropAnswer: true });
    await push();
    expect((await steps.get(id)).status).toBe('unknown');
    town.clock.move(70_000);
    const ready = when.includes('ready');
    // The platform has dropped the draft that it sent: it is made again under the same number.
    if (ready) await town.behaviour({ massCheckOrder: 'media' });
    await town.fault({ path: ready ? 'draft/add' : SENDALL, delayMs: 700 });
    const repeat = push();
    const calls = async () => (await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall')).length;
    await until(async () =>
      ready ? (await calls()) === 2 : (await steps.get(id)).dispatch.batches.at(-1)?.status === 'sending',
    );
    const wrong = { code: 'wrong_state' };
    await expect(resolve(id, { outcome: 'not_sent', reason: '公众平台上没有' })).rejects.toMatchObject(wrong);
    await expect(resolve(id, { outcome: 'sent', reason: '看到了' })).rejects.toMatchObject(wrong);
    await repeat;
    expect((await steps.get(id)).status).toBe('submitted_to_platform');
    town.clock.move(HOUR);
    expect(await push()).toBe(0);
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-1`]);
  });

  test('only of what is unknown', async () => {
    const { id } = await steps.due();
    const wrong = { code: 'wrong_state' };
    await expect(resolve(id, { outcome: 'sent', reason: '好' })).rejects.toMatchObject(wrong);
    await push();
    await until(async () => (await steps.get(id)).status === 'delivered');
    await expect(resolve(id, { outcome: 'not_sent', reason: '好' })).rejects.toMatchObject(wrong);
    expect(await sends()).toHaveLength(1);
  });
});

describe('a push that had to be made by hand', () => {
  test('has a package whose pictures have whole addresses; a leader says that it was sent, then it is public', async () => {
    await start({ verified: false });
    const image = 'd'.repeat(24);
    const article = town.articles.add({ bodyHtml: `<p>见图</p><img src="/media/${image}" alt="">`, title: '公示' });
    const { id } = await steps.due({ articles: [article] });
    await push();
    const url = `https://town.example.cn/media/${image}`;
    expect((await steps.get(id)).manualPush).toMatchObject({
      articles: [{ title: '公示', bodyHtml: `<p>见图</p><img src="${url}" alt="">`, imageUrls: [url] }],
    });
    expect(article.state).toBe('approved');
    expect((await resolve(id, { outcome: 'sent', reason: '已在网页上群发' })).status).toBe('submitted_to_platform');
    expect(article.state).toBe('published');
  });

  test('is the only failed one of which that can be said', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 45064 });
    await push();
    expect((await steps.get(id)).status).toBe('failed');
    await expect(resolve(id, { outcome: 'sent', reason: '好' })).rejects.toMatchObject({ code: 'wrong_state' });
  });
});
