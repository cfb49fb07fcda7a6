import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type ArticleAnswer, openOffice, writing } from './office.ts';

const { ask, db, idOf, person } = openOffice();
const newKey = (): string => randomBytes(16).toString('hex');
const counted = async (): Promise<readonly number[]> =>
  Promise.all(['articles', 'article_versions', 'audit_log'].map((name) => db().collection(name).countDocuments()));

describe('a create whose answer was lost, sent again with its key', () => {
  it('answers the article that the first one made and stores nothing', async () => {
    const body = writing({ clientKey: newKey() });
    const first = await person('editor').post<ArticleAnswer>('/articles', body);
    const before = await counted();
    const again = await person('editor').post<ArticleAnswer>('/articles', { ...body, title: '后来又改的标题' });
    expect(again).toMatchObject({ id: first.id, contentHash: first.contentHash, version: 1, repeated: true });
    expect(await counted()).toEqual(before);
    expect(first).not.toHaveProperty('repeated');
  });

  it('ten times at once makes one article', async () => {
    const body = writing({ clientKey: newKey() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('editor', 'POST', '/articles', body)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect(new Set(answers.map((one) => (one.body as ArticleAnswer).id)).size).toBe(1);
    const mine = { title: body['title'], createdBy: { $exists: true } };
    expect(await db().collection('articles').countDocuments(mine)).toBe(1);
  });

  it('is one’s own: another writer with the same key writes another article', async () => {
    const body = writing({ clientKey: newKey() });
    const mine = await person('editor').post<ArticleAnswer>('/articles', body);
    const theirs = await person('second').post<ArticleAnswer>('/articles', body);
    expect(theirs.id).not.toBe(mine.id);
    expect(theirs.authors).toEqual([await idOf('second')]);
  });

  it.each(['short', 'with a blank in it, twenty', { $ne: '' }])('refuses the key %j', async (clientKey) => {
    expect(await ask('editor', 'POST', '/articles', writing({ clientKey }))).toMatchObject({ status: 400 });
  });
});
