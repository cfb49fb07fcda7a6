import { beforeEach, describe, expect, test } from 'vitest';
import { type LedgerCall, startSandbox } from '../../src/sandbox/index.ts';
import { testDatabase } from '../support/stores.ts';
import { type World, world } from './harness.ts';
import { stepsOf, until } from './steps.ts';

const database = testDatabase();
const SENDALL = 'message/mass/sendall';
const HOUR = 3_600_000;
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
});

const push = async () => town.sweep('pushes.send');
const statusOf = async (id: string) => (await steps.get(id)).status;
const statusIs = async (id: string, status: string) => until(async () => (await statusOf(id)) === status);
const batchOf = async (id: string) => (await steps.get(id)).dispatch?.batches.at(-1);
const sends = async () => (await town.ledger()).massSends;
const attempts = async (): Promise<LedgerCall[]> =>
  (await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall'));

describe('refusals that pass', () => {
  test.each([45066, 42010, -1, 45009, 45011, 9500002])(
    'errcode %i is tried again under the same id',
    async (errcode) => {
      const { id } = await steps.due();
      await town.fault({ path: SENDALL, errcode });
      await push();
      expect(await statusOf(id)).toBe('pushing');
      expect((await batchOf(id))?.lastError?.errcode).toBe(errcode);
      expect(await push()).toBe(0);
      town.clock.move(HOUR);
      await push();
      await statusIs(id, 'delivered');
      expect(await batchOf(id)).toMatchObject({ clientMsgId: `b${id}-1`, attempts: 2 });
      expect(await sends()).toHaveLength(1);
    },
  );

  test('a busy answer that hid an acceptance ends as the one push it was', async () => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: -1, effect: true });
    await push();
    town.clock.move(HOUR);
    await push();
    expect(await statusOf(id)).toBe('submitted_to_platform');
    expect(await sends()).toHaveLength(1);
  });

  test('a platform that cannot be reached is tried again under the same id, on what it has forgotten too', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 42010 });
    await push();
    const { url, ...account } = town.sandbox;
    await town.sandbox.close();
    town.clock.move(70_000);
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'pushing', dispatch: { batches: [{ attempts: 2 }] } });
    const again = await startSandbox({ ...account, port: Number(new URL(url).port), clock: town.clock });
    try {
      town.clock.move(HOUR);
      await push();
      expect(await statusOf(id)).toBe('submitted_to_platform');
      // Token and draft were unknown there: both made anew, the order’s id stayed.
      expect((await attempts()).map(({ errcode }) => errcode)).toEqual([40001, 40007, 0]);
      expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-1`]);
    } finally {
      await again.close();
    }
  });

  test('a platform that refuses for 23 hours makes it fail, and it may be scheduled anew', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 45011, times: 1_000 });
    for (let hour = 0; hour < 24; hour += 1) {
      await push();
      town.clock.move(HOUR);
    }
    await push();
    expect(await statusOf(id)).toBe('failed');
    await town.control('DELETE', '/_/faults');
    expect((await steps.byDispatcher(id, 'schedule', {})).status).toBe('scheduled');
    town.clock.move(1_000);
    await push();
    await statusIs(id, 'delivered');
    expect((await sends()).map(({ clientMsgId }) => clientMsgId)).toEqual([`b${id}-2`]);
  });

  test.each(['draft/add', 'material/add_material'])(
    'a failing %s is repeated; what was done stays done',
    async (path) => {
      const { id } = await steps.due();
      await town.fault({ path, status: 500 });
      await push();
      town.clock.move(60_000);
      await push();
      await statusIs(id, 'delivered');
      const { calls } = await town.ledger();
      expect(calls.filter(({ api }) => api.endsWith('add_material'))).toHaveLength(path === 'draft/add' ? 1 : 2);
    },
  );
});

describe('an outcome that nobody told us', () => {
  test.each([
    ['the answer is lost', { dropAnswer: true }],
    ['the answer is an HTML 500 after the effect', { status: 500, effect: true }],
  ])('%s: the same id after a minute learns of the acceptance (45065)', async (_what, fault) => {
    await town.behaviour({ finishMode: 'hold' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, ...fault });
    await push();
    expect(await statusOf(id)).toBe('unknown');
    expect((await batchOf(id))?.status).toBe('unknown');
    town.clock.move(50_000);
    expect(await push()).toBe(0);
    town.clock.move(20_000);
    await push();
    expect(await statusOf(id)).toBe('submitted_to_platform');
    expect((await attempts()).map(({ errcode }) => errcode)).toEqual([0, 45065]);
    const [sent] = await sends();
    expect((await batchOf(id))?.msgId).toBe(sent?.msgId);
    expect(await sends()).toHaveLength(1);
  });

  test('the draft is gone because it was sent (40007 first): made again under the same id, sent once', async () => {
    await town.behaviour({ finishMode: 'hold', massCheckOrder: 'media' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, dropAnswer: true });
    await push();
    town.clock.move(70_000);
    await push();
    expect(await statusOf(id)).toBe('submitted_to_platform');
    expect((await attempts()).map(({ errcode }) => errcode)).toEqual([0, 40007, 45065]);
    expect(await sends()).toHaveLength(1);
  });

  test('the call never arrived (HTML 500 without effect): the repeat sends it', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    expect(await statusOf(id)).toBe('unknown');
    town.clock.move(70_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toHaveLength(1);
  });

  test('is not repeated after 23 hours; a leader decides', async () => {
    await town.behaviour({ finishMode: 'drop' });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, dropAnswer: true, times: 1_000 });
    await push();
    town.clock.move(22 * HOUR);
    await push();
    const before = (await attempts()).length;
    town.clock.move(HOUR);
    for (let hour = 0; hour < 5; hour += 1) {
      await push();
      town.clock.move(HOUR);
    }
    expect(await attempts()).toHaveLength(before);
    expect(await statusOf(id)).toBe('unknown');
    expect(await town.pushes.health()).toEqual([expect.stringContaining('请分管领导认定是否已发出')]);
  });

  test('45028 after it proves nothing: stays unknown, is not tried again', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    town.clock.move(70_000);
    await town.fault({ path: SENDALL, errcode: 45028 });
    await push();
    expect(await statusOf(id)).toBe('unknown');
    town.clock.move(HOUR);
    expect(await push()).toBe(0);
  });

  test('an article withdrawn meanwhile: no repeat, which might send it; a leader decides', async () => {
    const article = town.articles.add();
    const { id } = await steps.due({ articles: [article] });
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    article.state = 'withdrawn';
    town.clock.move(70_000);
    await push();
    expect(await statusOf(id)).toBe('unknown');
    expect(await attempts()).toHaveLength(1);
  });

  test('45065 with an id that a refused attempt used up: the platform knows no such push, a leader decides', async () => {
    await town.behaviour({ refusedAttemptUsesId: true });
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, status: 500 });
    await push();
    const [draft] = (await town.control<{ drafts: { mediaId: string }[] }>('GET', '/_/state')).drafts;
    await deleteDraft(draft?.mediaId ?? '');
    town.clock.move(70_000);
    await push();
    expect((await attempts()).map(({ errcode }) => errcode)).toEqual([-1, 40007, 45065]);
    expect(await statusOf(id)).toBe('submitted_to_platform');
    await town.sweep('pushes.ask');
    expect(await statusOf(id)).toBe('unknown');
    expect(await batchOf(id)).not.toHaveProperty('msgId');
  });
});

async function deleteDraft(mediaId: string): Promise<void> {
  const { appId, appSecret, url } = town.sandbox;
  const token = await fetch(`${url}/cgi-bin/stable_token`, {
    method: 'POST',
    body: JSON.stringify({ grant_type: 'client_credential', appid: appId, secret: appSecret }),
  });
  const { access_token: access } = (await token.json()) as { access_token: string };
  const body = JSON.stringify({ media_id: mediaId });
  const answer = await fetch(`${url}/cgi-bin/draft/delete?access_token=${access}`, { method: 'POST', body });
  expect(await answer.json()).toMatchObject({ errcode: 0 });
}

describe('refusals that stand', () => {
  test('no push left (45028): back to the schedule with the reason, moved only by the dispatcher', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 45028 });
    await push();
    const held = await steps.get(id);
    expect(held).toMatchObject({ status: 'scheduled', hold: { errcode: 45028 }, overdue: false });
    town.clock.move(24 * HOUR);
    expect(await push()).toBe(0);
    await steps.byDispatcher(id, 'schedule', {});
    town.clock.move(1_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toHaveLength(1);
  });

  test('articles not allowed (48008): failed; as a text only where the dispatcher asks for it', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 48008 });
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'failed', failure: { errcode: 48008 }, textOffered: true });
    town.clock.move(HOUR);
    expect(await push()).toBe(0);
    await steps.byDispatcher(id, 'schedule', { asText: true });
    town.clock.move(1_000);
    await push();
    await statusIs(id, 'delivered');
    expect(await sends()).toMatchObject([{ msgtype: 'text' }]);
  });

  test('a text is not to be had where nothing asked for it', async () => {
    const { id } = await steps.approved();
    await expect(steps.byDispatcher(id, 'schedule', { asText: true })).rejects.toMatchObject({ code: 'invalid_input' });
  });

  test('any other refusal: failed with the platform’s word, staff told, the draft removed', async () => {
    const { id } = await steps.due();
    await town.fault({ path: SENDALL, errcode: 45064 });
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'failed', failure: { errcode: 45064 } });
    expect(town.told).toHaveLength(1);
    expect((await town.control<{ drafts: unknown[] }>('GET', '/_/state')).drafts).toEqual([]);
  });
});

describe('what changed after the approval', () => {
  test.each(['withdrawn', 'tampered'] as const)('an article %s stops the push and is named', async (how) => {
    const article = town.articles.add({ title: '要撤的公示' });
    const { id } = await steps.due({ articles: [town.articles.add(), article] });
    if (how === 'withdrawn') article.state = 'withdrawn';
    else article.hash = 'f'.repeat(64);
    await push();
    const failed = await steps.get(id);
    expect(failed.status).toBe('failed');
    expect(failed.failure?.message).toContain('要撤的公示');
    expect(await attempts()).toEqual([]);
  });

  test('the frozen content altered in the database stops the push', async () => {
    const { id } = await steps.due();
    await town.connection.collection('briefings').updateOne({}, { $set: { 'frozen.articles.0.title': '换了' } });
    await push();
    expect(await steps.get(id)).toMatchObject({ status: 'failed', failure: { code: 'content_mismatch' } });
    expect(await attempts()).toEqual([]);
  });
});

describe('accounts', () => {
  test('an unverified account fails with the package for pushing by hand', async () => {
    town = await world(database.uri, { verified: false });
    steps = stepsOf(town);
    const article = town.articles.add({ bodyHtml: `<p>正文</p>` });
    const { id } = await steps.due({ articles: [article] });
    await push();
    const failed = await steps.get(id);
    expect(failed).toMatchObject({ status: 'failed', failure: { code: 'manual_push_needed' } });
    expect(failed.manualPush).toMatchObject({ articles: [{ title: '示例公示', bodyHtml: '<p>正文</p>' }] });
    expect((await town.ledger()).calls).toEqual([]);
  });
});

/** A second process whose store stops working at its n-th write: just before the write, or just after it. */
function dying(n: number, when: 'before' | 'after') {
  const { process, connection } = town.another();
  const model = connection.models['Push'] as unknown as Record<'findOneAndUpdate', (...args: unknown[]) => Write>;
  const write = model.findOneAndUpdate.bind(model);
  let writes = 0;
  let died = false;
  model.findOneAndUpdate = (...args) => {
    writes += 1;
    const exec = async () => {
      const last = writes >= n;
      died ||= last;
      if (last && (when === 'before' || writes > n)) throw new Error('the process is gone');
      const done = await write(...args)
        .lean()
        .exec();
      if (last) throw new Error('the process is gone');
      return done;
    };
    return { lean: () => ({ exec }) };
  };
  return { process, hasDied: () => died };
}

interface Write {
  lean(): { exec(): Promise<unknown> };
}

describe('a process that dies', () => {
  test.each(['before', 'after'] as const)(
    '%s any of its writes is followed by another: one accepted push',
    async (when) => {
      const bodyHtml = `<p>见图</p><img src="/media/${'b'.repeat(24)}">`;
      let survivedAt = 0;
      for (let n = 1; survivedAt === 0; n += 1) {
        const { id } = await steps.due({ articles: [town.articles.add({ bodyHtml })] });
        const { process, hasDied } = dying(n, when);
        await town.sweep('pushes.send', process).catch(() => undefined);
        if (!hasDied()) survivedAt = n;
        town.clock.move(200_000);
        await push();
        town.clock.move(70_000);
        await push();
        await statusIs(id, 'delivered');
        expect((await sends()).filter(({ clientMsgId }) => clientMsgId.startsWith(`b${id}`))).toHaveLength(1);
        town.clock.move(24 * HOUR);
      }
      // Each write of the walk was the last of a process once.
      expect(survivedAt).toBeGreaterThanOrEqual(8);
    },
    60_000,
  );
});
