import { Binary, type Document, type ObjectId } from 'mongodb';
import mongoose from 'mongoose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAudit } from '../../src/audit/index.ts';
import { type Articles, createArticles } from '../../src/articles/index.ts';
import { systemClock } from '../../src/kernel/index.ts';
import { createTransact, type Transact } from '../../src/platform/mongo/index.ts';
import { createThreads } from '../../src/platform/threads/index.ts';
import { createSearchWords } from '../../src/platform/search-words/index.ts';
import { SILENT } from '../support/town.ts';
import { type ArticleAnswer, oid, openOffice, picture, sha256 } from './office.ts';

const office = openOffice();
const { approve, ask, person, published, submitted } = office;
const versions = () => office.db().collection('article_versions');

/** The articles' door as briefings have it, on the same database. */
let door: Articles;
let transact: Transact;
let alarms = 0;
let connection: mongoose.Connection;
const threads = createThreads({ log: SILENT });
beforeAll(async () => {
  connection = await mongoose.createConnection(office.uri).asPromise();
  const shared = { connection, clock: systemClock, log: SILENT };
  transact = createTransact(connection);
  const { config } = office.town();
  door = createArticles({
    ...shared,
    transact,
    audit: createAudit({ ...shared, transact, keys: { current: 'k'.repeat(32), previous: undefined } }).api,
    categories: config.categories,
    villages: config.town.villages,
    units: config.town.units,
    publicUrl: office.town().url,
    words: createSearchWords(),
    threads,
    tellStaff: async () => {},
    assertStillMay: async () => {},
    pushedWith: async () => [],
    onMismatch: () => (alarms += 1),
  }).api;
});
afterAll(() => Promise.all([connection.close(), threads.close()]));

const exactOf = async (id: string) => {
  const version = await versions().findOne({ articleId: oid(id) }, { sort: { version: -1 } });
  return { versionId: String(version?.['_id']), contentHash: String(version?.['contentHash']) };
};

/** What somebody with the database's password may write past the service: the validator cannot see that it is wrong. */
const TAMPERINGS: readonly [string, Record<string, unknown>][] = [
  ['the text', { bodyHtml: '<p>改过的金额：9999元。</p>' }],
  ['the text with its own hash', { bodyHtml: '<p>改过。</p>', bodyHash: sha256('<p>改过。</p>') }],
  ['the title', { title: '改过的标题' }],
  ['the summary', { summary: '改过的摘要' }],
  ['the category', { categoryCode: 'cw_dfsj' }],
  ['the village', { villageCode: 'v02' }],
  ['the unit', { unitCode: 'lyz' }],
  ['an image', { cover: { mediaId: oid('0'.repeat(24)), sha256: 'b'.repeat(64) } }],
];

describe('what was altered past the service', () => {
  it.each(TAMPERINGS)('is not shown, listed or pushed: %s', async (_name, change) => {
    const article = await published();
    const exact = await exactOf(article.id);
    const before = await office.alarms();
    await versions().updateOne({ articleId: oid(article.id) }, { $set: change });

    const page = await office.page(`/articles/${article.id}`);
    const html = await page.text();
    expect(page.status).toBe(503);
    expect(html).toContain('正在核对');
    expect(html).not.toContain('改过');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(await office.alarms()).toBeGreaterThan(before);

    const counted = alarms;
    await expect(door.readExact(exact)).rejects.toMatchObject({ code: 'content_mismatch' });
    await expect(door.freezeApproved([article.id])).rejects.toMatchObject({ code: 'content_mismatch' });
    expect(alarms).toBe(counted + 2);
    await versions().deleteMany({ articleId: oid(article.id) });
  });

  it('is missing from lists, search and feed where its title was touched', async () => {
    const article = await published({ title: '原来的标题' });
    await versions().updateOne({ articleId: oid(article.id) }, { $set: { title: '伪造的标题' } });
    for (const path of ['/', '/categories/cw_szqk', '/search?q=原来的标题', '/feed.xml', '/sitemap.xml'])
      expect(await (await office.page(path)).text()).not.toContain(article.id);
  });

  it('cannot be approved either', async () => {
    const article = await submitted();
    await versions().updateOne({ articleId: oid(article.id) }, { $set: { bodyHtml: '<p>换了。</p>' } });
    const order = { contentHash: article.contentHash };
    expect(await ask('leader', 'POST', `/articles/${article.id}/approve`, order)).toMatchObject({
      status: 503,
      code: 'content_mismatch',
    });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
  });

  it('is refused though all hashes were made to fit, because no leader approved that hash', async () => {
    const article = await published();
    const other = await office.write({ bodyHtml: '<p>没有审核的内容。</p>' });
    const { bodyHtml, bodyHash, contentHash, title } =
      (await versions().findOne({ articleId: oid(other.id) })) ?? ({} as Document);
    await expect(
      versions().updateOne({ articleId: oid(article.id) }, { $set: { bodyHtml, bodyHash, contentHash, title } }),
    ).rejects.toMatchObject({ code: 121 });
    expect((await office.page(`/articles/${article.id}`)).status).toBe(200);
  });

  it('is an image whose bytes are others: neither shown nor pushed', async () => {
    const media = await office.upload('editor', await picture('#0a0'));
    const article = await published({ bodyHtml: `<p>图</p><img src="${media.url}">` });
    expect((await office.page(media.url)).status).toBe(200);
    // Of the same length, so that only the hash can tell; then of another, which GridFS itself refuses to read.
    const chunks = office.db().collection<{ files_id: ObjectId; data: Binary }>('media.chunks');
    const piece = await chunks.findOne({ files_id: oid(media.id) });
    const altered = Buffer.from(piece?.data.buffer ?? []);
    altered.writeUInt8(altered.readUInt8(altered.length - 1) ^ 1, altered.length - 1);
    for (const data of [altered, altered.subarray(1)]) {
      await chunks.updateOne({ files_id: oid(media.id) }, { $set: { data: new Binary(data) } });
      const image = await office.page(media.url);
      expect(image.status).toBe(503);
      expect(image.headers.get('content-type')).not.toMatch(/^image/);
      await expect(door.readExact(await exactOf(article.id))).rejects.toMatchObject({ code: 'content_mismatch' });
    }
  });
});

describe('the door for briefings', () => {
  const waiting = (over: object = {}): Promise<ArticleAnswer> =>
    published({ publishWith: 'briefing', shortTitle: '短', ...over });
  const SYSTEM = { kind: 'system', part: 'push' } as const;

  it('freezes what is approved, in the order asked for, and names what is not', async () => {
    const [first, second, draft] = await Promise.all([waiting(), published(), office.write({ title: '还是草稿' })]);
    expect((await door.freezeApproved([second.id, first.id])).map(({ articleId }) => articleId)).toEqual([
      second.id,
      first.id,
    ]);
    await expect(door.freezeApproved([first.id, draft.id])).rejects.toMatchObject({
      code: 'wrong_state',
      message: expect.stringContaining('还是草稿') as string,
    });
    await expect(door.freezeApproved(['0'.repeat(24)])).rejects.toMatchObject({ code: 'not_found' });
  });

  it('reads exactly the frozen version, with the bytes of its images', async () => {
    const media = await office.upload('editor', await picture('#00a'));
    const article = await waiting({ bodyHtml: `<p>正文</p><img src="${media.url}">`, coverMediaId: media.id });
    const exact = await door.readExact(await exactOf(article.id));
    expect(exact).toMatchObject({
      articleId: article.id,
      version: 1,
      contentHash: article.contentHash,
      coverMediaId: media.id,
    });
    expect(exact.images.map(({ mediaId, bytes, sha256: hash }) => [mediaId, sha256(bytes) === hash])).toEqual([
      [media.id, true],
    ]);
  });

  it('reads no other version in its place', async () => {
    const article = await waiting();
    const frozen = await exactOf(article.id);
    const edited = await ask('editor', 'PATCH', `/articles/${article.id}`, { baseVersion: 1, summary: '新' });
    await person('editor').post(`/articles/${article.id}/submit`);
    await expect(door.readExact(frozen)).resolves.toMatchObject({ version: 1 });
    await approve(edited.body as ArticleAnswer);
    await expect(door.readExact(frozen)).rejects.toMatchObject({ code: 'wrong_state' });
    await expect(door.readExact({ ...frozen, contentHash: 'a'.repeat(64) })).rejects.toMatchObject({
      code: 'wrong_state',
    });
    await person('leader').post(`/articles/${article.id}/withdraw`, { reason: '示例' });
    expect(await door.withdrawnAmong([article.id, '0'.repeat(24)])).toEqual(new Set([article.id]));
  });

  it('publishes the frozen version by the push, and only that', async () => {
    const article = await waiting();
    const { versionId } = await exactOf(article.id);
    const order = { articleIds: [article.id], actor: SYSTEM };
    await transact((tx) => door.publishReleased(tx, { ...order, versionIds: ['0'.repeat(24)] }));
    expect((await office.page(`/articles/${article.id}`)).status).toBe(404);
    await transact((tx) => door.publishReleased(tx, { ...order, versionIds: [versionId] }));
    expect((await office.page(`/articles/${article.id}`)).status).toBe(200);
    await transact((tx) => door.publishReleased(tx, order));
    expect(await person('editor').get(`/articles/${article.id}`)).toMatchObject({
      status: 'published',
      publicVersion: 1,
    });
  });

  it('leaves a withdrawn article withdrawn', async () => {
    const article = await waiting();
    await person('leader').post(`/articles/${article.id}/withdraw`, { reason: '示例' });
    await transact((tx) => door.publishReleased(tx, { articleIds: [article.id], actor: SYSTEM }));
    expect(await person('editor').get(`/articles/${article.id}`)).toMatchObject({
      status: 'withdrawn',
      publicVersion: null,
    });
  });
});
