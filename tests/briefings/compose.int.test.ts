import { beforeAll, describe, expect, test } from 'vitest';
import { Types } from 'mongoose';
import type { AppError } from '../../src/kernel/index.ts';
import { testDatabase } from '../support/stores.ts';
import { callRoute, DISPATCHER, LEADER, type World, world } from './harness.ts';
import { stepsOf } from './steps.ts';

const database = testDatabase();
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeAll(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
});

const compose = async (body: unknown) => callRoute(town.briefings.routes, 'post', '/api/v1/briefings', { body });
const stored = () => town.connection.collection('briefings');

describe('composing', () => {
  test('keeps one to eight articles in their order', async () => {
    const articles = Array.from({ length: 8 }, () => town.articles.add());
    const { id, articleIds, dispatch } = await steps.compose({ articles: articles.toReversed() });
    expect(articleIds).toEqual(articles.toReversed().map(({ frozen }) => frozen.articleId));
    expect(dispatch).toEqual({ startedAt: null, tagId: null, headCount: null, batches: [] });
    await steps.byDispatcher(id, 'submit');
    expect((await steps.get(id)).articles?.map(({ articleId }) => articleId)).toEqual(articleIds);
  });

  test.each([
    ['no article', () => []],
    ['nine articles', () => Array.from({ length: 9 }, () => town.articles.add())],
    ['the same article twice', () => Array.from({ length: 2 }).fill(town.articles.add())],
  ])('refuses %s and keeps nothing', async (_what, make) => {
    const articleIds = (make() as ReturnType<typeof town.articles.add>[]).map(({ frozen }) => frozen.articleId);
    const body = { title: '简报', articleIds, audience: { kind: 'all' } };
    const [rows, audited] = [await stored().countDocuments(), town.audit.length];
    await expect(compose(body)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await stored().countDocuments()).toBe(rows);
    expect(town.audit).toHaveLength(audited);
  });

  test.each([
    ['an unknown village', { kind: 'village', code: 'v99' }],
    ['a topic that the town does not list', { kind: 'topic', code: 'sport' }],
    ['a village without its code', { kind: 'village' }],
    ['everybody with a village beside it', { kind: 'all', code: 'v01' }],
    ['an operator', { kind: { $ne: 'all' } }],
  ])('refuses %s as audience', async (_what, audience) => {
    const articleIds = [town.articles.add().frozen.articleId];
    const rows = await stored().countDocuments();
    await expect(compose({ title: '简报', articleIds, audience })).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await stored().countDocuments()).toBe(rows);
  });

  test('names an article that was withdrawn, at composing, submitting and approving', async () => {
    const article = town.articles.add({ title: '要撤的公示' });
    const gone = { code: 'wrong_state', message: expect.stringContaining('要撤的公示') as string };
    article.state = 'withdrawn';
    await expect(steps.compose({ articles: [article] })).rejects.toMatchObject(gone);
    article.state = 'approved';
    const { id } = await steps.compose({ articles: [article] });
    article.state = 'withdrawn';
    await expect(steps.byDispatcher(id, 'submit')).rejects.toMatchObject(gone);
    article.state = 'approved';
    await steps.byDispatcher(id, 'submit');
    article.state = 'withdrawn';
    await expect(steps.act(id, 'approve')).rejects.toMatchObject(gone);
    expect((await steps.get(id)).status).toBe('submitted');
  });

  test('refuses a text whose hash is not the approved one', async () => {
    const article = town.articles.add();
    const { id } = await steps.compose({ articles: [article] });
    article.hash = 'e'.repeat(64);
    await expect(steps.byDispatcher(id, 'submit')).rejects.toMatchObject({ code: 'content_mismatch' });
  });

  test('refuses to submit a title that does not fit, and a text that the platform would not take', async () => {
    const long = await steps.compose({ articles: [town.articles.add({ title: '长'.repeat(33) })] });
    await expect(steps.byDispatcher(long.id, 'submit')).rejects.toMatchObject({
      message: expect.stringContaining('短标题') as string,
    });
    const short = await steps.compose({ articles: [town.articles.add({ title: '长'.repeat(33), shortTitle: '短' })] });
    expect((await steps.byDispatcher(short.id, 'submit')).status).toBe('submitted');
    const huge = await steps.compose({ articles: [town.articles.add({ bodyHtml: `<p>${'字'.repeat(20_000)}</p>` })] });
    await expect(steps.byDispatcher(huge.id, 'submit')).rejects.toMatchObject({ code: 'invalid_input' });
  });
});

describe('editing', () => {
  test('takes back submission and approval and puts the editor among the composers', async () => {
    const { id } = await steps.approved();
    const other = { ...DISPATCHER, id: new Types.ObjectId().toHexString() };
    const edited = await callRoute<Awaited<ReturnType<typeof steps.get>>>(
      town.briefings.routes,
      'patch',
      '/api/v1/briefings/:id',
      { params: { id }, body: { title: '另一个名字' }, caller: other },
    );
    expect(edited).toMatchObject({ status: 'draft', approval: null, submittedBy: null, contentHash: null });
    expect(edited.composers).toEqual([DISPATCHER.id, other.id]);
    await expect(steps.byDispatcher(id, 'schedule', {})).rejects.toMatchObject({ code: 'wrong_state' });
  });

  test('is possible while it waits for the leader; then the leader approves nothing unseen', async () => {
    const { id } = await steps.compose();
    const { contentHash } = await steps.byDispatcher(id, 'submit');
    await steps.edit(id, { title: '改了' });
    await expect(steps.act(id, 'approve', { contentHash })).rejects.toMatchObject({ code: 'wrong_state' });
    await steps.byDispatcher(id, 'submit');
    await expect(steps.act(id, 'approve', { contentHash })).rejects.toMatchObject({ code: 'hash_mismatch' });
  });

  test('by two at once: the later one is told', async () => {
    const { id, rev } = await steps.compose();
    await steps.edit(id, { title: '先', baseRev: rev });
    await expect(steps.edit(id, { title: '后', baseRev: rev })).rejects.toMatchObject({ code: 'stale_version' });
    const both = await Promise.allSettled([steps.edit(id, { title: '甲' }), steps.edit(id, { title: '乙' })]);
    const { title } = await steps.get(id);
    const codes = both.flatMap((result) => (result.status === 'rejected' ? [(result.reason as AppError).code] : []));
    expect(codes.filter((code) => code !== 'stale_version')).toEqual([]);
    expect(codes.length).toBeLessThan(2);
    expect(['甲', '乙']).toContain(title);
  });

  test.each([{}, { status: 'approved' }, { approval: {} }, { articleIds: [] }, { title: '' }])(
    'refuses %j',
    async (body) => {
      const { id } = await steps.compose();
      await expect(steps.edit(id, body)).rejects.toMatchObject({ code: 'invalid_input' });
    },
  );
});

describe('approval', () => {
  test('is a leader’s who neither composed, edited nor submitted', async () => {
    const { id } = await steps.compose();
    await callRoute(town.briefings.routes, 'patch', '/api/v1/briefings/:id', {
      params: { id },
      body: { title: '领导改过' },
      caller: LEADER,
    });
    await steps.byDispatcher(id, 'submit');
    await expect(steps.act(id, 'approve')).rejects.toMatchObject({ code: 'self_approval' });
    const second = await steps.compose();
    await steps.act(second.id, 'submit', undefined, LEADER);
    await expect(steps.act(second.id, 'approve')).rejects.toMatchObject({ code: 'self_approval' });
    const another = { ...LEADER, id: new Types.ObjectId().toHexString() };
    expect((await steps.act(id, 'approve', undefined, another)).approval).toMatchObject({ by: another.id });
  });

  test('is of exactly the hash that the leader saw', async () => {
    const { id } = await steps.compose();
    const { contentHash } = await steps.byDispatcher(id, 'submit');
    const wrong = { contentHash: 'a'.repeat(64) };
    await expect(steps.act(id, 'approve', wrong)).rejects.toMatchObject({ code: 'hash_mismatch' });
    expect((await steps.act(id, 'approve', { contentHash })).status).toBe('approved');
  });

  test('sent back with a reason, it may be submitted again; the office hears of each', async () => {
    const { id } = await steps.compose();
    const told = town.reviews.length;
    await steps.byDispatcher(id, 'submit');
    expect(town.reviews).toHaveLength(told + 1);
    await expect(steps.act(id, 'reject', { reason: ' ' })).rejects.toMatchObject({ code: 'invalid_input' });
    expect((await steps.act(id, 'reject', { reason: '顺序不对' })).rejection?.reason).toBe('顺序不对');
    expect((await steps.byDispatcher(id, 'submit')).rejection).toBeNull();
    expect(town.reviews).toHaveLength(told + 2);
  });

  test('of a briefing with an article that was approved anew is refused', async () => {
    const article = town.articles.add();
    const { id } = await steps.compose({ articles: [article] });
    await steps.byDispatcher(id, 'submit');
    article.newer = { ...article.frozen, versionId: 'c'.repeat(24), version: 2, contentHash: 'c'.repeat(64) };
    await expect(steps.act(id, 'approve')).rejects.toMatchObject({ code: 'wrong_state' });
  });
});

describe('the database refuses a state that no leader approved', () => {
  const person = new Types.ObjectId();
  const other = new Types.ObjectId();
  const hash = 'a'.repeat(64);
  const good = () => ({
    title: '简报',
    status: 'scheduled',
    rev: 1,
    composers: [person],
    submittedBy: person,
    articleIds: ['b'.repeat(24)],
    audience: { kind: 'all' },
    contentHash: hash,
    approval: { by: other, at: new Date(), contentHash: hash },
    frozen: { articles: [{}] },
  });

  test('and takes one that was approved', async () => {
    expect((await stored().insertOne(good())).acknowledged).toBe(true);
  });

  test.each([
    ['without approval', { approval: null }],
    ['approved by its composer', { approval: { by: person, at: new Date(), contentHash: hash } }],
    ['approved by who submitted it', { submittedBy: other }],
    ['approved for another hash', { contentHash: 'b'.repeat(64) }],
    ['with an approver as text', { approval: { by: other.toHexString(), at: new Date(), contentHash: hash } }],
    ['without composers', { composers: [] }],
    ['in a state that is none', { status: 'Scheduled' }],
    ['in a state as a list', { status: ['scheduled'] }],
    ['with nothing frozen', { frozen: { articles: [] } }],
    ['with nine articles', { articleIds: Array.from({ length: 9 }, (_, at) => `${at}`) }],
  ])('%s, by insert, update and replace', async (_what, forgery) => {
    const row = { ...good(), ...forgery };
    await expect(stored().insertOne({ ...row })).rejects.toMatchObject({ code: 121 });
    const { id } = await steps.compose();
    const _id = new Types.ObjectId(id);
    await expect(stored().updateOne({ _id }, { $set: row })).rejects.toMatchObject({ code: 121 });
    await expect(stored().replaceOne({ _id }, row)).rejects.toMatchObject({ code: 121 });
    await expect(stored().bulkWrite([{ updateOne: { filter: { _id }, update: { $set: row } } }])).rejects.toMatchObject(
      { code: 121 },
    );
    expect((await steps.get(id)).status).toBe('draft');
  });
});
