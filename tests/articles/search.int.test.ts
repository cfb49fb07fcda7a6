import type { Document } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { type ArticleAnswer, openOffice } from './office.ts';

const office = openOffice();
const { person, published, write } = office;

interface Page {
  readonly items: readonly ArticleAnswer[];
  readonly nextCursor: string | null;
}

/** Ids of the articles that a resident's page lists, in its order, through all its pages. */
async function listed(path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const html = await (await office.page(next)).text();
    ids.push(...[...html.matchAll(/href="\/articles\/([0-9a-f]{24})"/g)].map(([, id]) => id ?? ''));
    next = /rel="next" href="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  }
  return ids;
}
const search = (words: string): Promise<string[]> => listed(`/search?q=${encodeURIComponent(words)}`);

describe('the search of the residents', () => {
  it('shows titles first and then the newest; where nothing holds every word, what holds most of them', async () => {
    const inText = await published({ title: '关于花名册的通知', bodyHtml: '<p>高龄津贴每月发放。</p>' });
    const older = await published({ title: '高龄津贴申请办法' });
    const newer = await published({ title: '高龄津贴发放名单' });
    const newestInText = await published({ title: '又一个通知', summary: '高龄津贴' });
    await published({ title: '高龄老人体检' });
    await write({ title: '高龄津贴的草稿' });
    const all = [newer.id, older.id, newestInText.id, inText.id];
    expect(await search('高龄津贴')).toEqual(all);
    expect(await search('高龄津贴怎么申请？')).toEqual(all);
    expect(await search('高龄津贴 花名册')).toEqual([inText.id]);
    expect((await search('高龄津贴 根本没有的词语')).slice(0, 4)).toEqual(all);
    expect(await search('怎么办')).toEqual([]);
  });

  it('finds an article by the names of its category and village', async () => {
    const { id } = await published({ title: '一事', categoryCode: 'cw_tdzy', villageCode: 'v03' });
    expect(await search('土地征用')).toContain(id);
    expect(await search('示例三村')).toContain(id);
  });

  it('goes through its pages once each, while new ones come', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 25; i += 1) {
      const title = i % 2 === 0 ? `退耕还林通知${i}` : `通知${i}`;
      ids.push(
        (await published({ title, bodyHtml: '<p>退耕还林补贴</p>', categoryCode: 'cw_lzbt', villageCode: 'v05' })).id,
      );
    }
    const first = await (await office.page('/search?q=退耕还林')).text();
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replaceAll('&amp;', '&') ?? '';
    const shown = [...first.matchAll(/\/articles\/([0-9a-f]{24})/g)].map(([, id]) => id ?? '');
    const late = await published({ title: '退耕还林最新', categoryCode: 'cw_lzbt', villageCode: 'v05' });
    const rest = await listed(next);
    const titlesFirst = [
      ...ids.filter((_, i) => i % 2 === 0).reverse(),
      ...ids.filter((_, i) => i % 2 === 1).reverse(),
    ];
    expect([...shown, ...rest]).toEqual(titlesFirst);
    expect(await listed('/categories/cw_lzbt')).toEqual([late.id, ...ids.toReversed()]);
    expect(await listed('/villages/v05')).toEqual([late.id, ...ids.toReversed()]);
    expect((await office.page('/search?q=退耕还林&cursor=WyJ4eHgiLDEsIngiXQ')).status).toBe(400);
    expect((await office.page('/categories/cw_lzbt?cursor=x')).status).toBe(400);
  });
});

describe('the list of the office', () => {
  it('filters by state, words, category, village and author, and pages without loss', async () => {
    const made: string[] = [];
    for (let i = 0; i < 5; i += 1)
      made.push((await write({ title: `防汛值班${i}`, categoryCode: 'zw_rdnd', villageCode: 'v07' }, 'second')).id);
    const by = (query: string): Promise<Page> => person('second').get(`/articles?${query}`);
    const found: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Page = await by(`categoryCode=zw_rdnd&limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(made.toReversed());
    const ids = async (query: string): Promise<string[]> => (await by(query)).items.map(({ id }) => id);
    expect(await ids(`q=${encodeURIComponent('防汛')}&status=draft&villageCode=v07&mine=true`)).toEqual(
      made.toReversed(),
    );
    expect(await ids(`q=${encodeURIComponent('防汛')}&status=published`)).toEqual([]);
    const others = await person('editor').get<Page>('/articles?categoryCode=zw_rdnd&mine=true');
    expect(others.items).toEqual([]);
  });
});

describe('no list scans a collection', () => {
  const stages = (plan: Document): string[] => [
    String(plan['stage']),
    ...((plan['inputStages'] ?? (plan['inputStage'] ? [plan['inputStage']] : [])) as Document[]).flatMap(stages),
  ];
  const plans = async (run: () => Promise<unknown>): Promise<readonly Document[]> => {
    const db = office.db();
    await db.command({ profile: 2 });
    await run();
    await db.command({ profile: 0 });
    const rows = await db
      .collection('system.profile')
      .find({ ns: { $regex: /\.article/ }, op: { $in: ['query', 'getmore'] } })
      .toArray();
    await db.collection('system.profile').drop();
    return rows;
  };

  // Rare words, category and village: what finds few must look at few.
  it.each([
    ['/', ['publishedAt']],
    ['/feed.xml', ['publishedAt']],
    ['/categories/cw_jycy', ['categoryCode']],
    ['/villages/v11', ['villageCode']],
    ['/search?q=防汛抗旱物资', ['titleWords', ' words']],
    [`/articles/${'0'.repeat(24)}`, ['articleId']],
  ])('%s', async (path, keys) => {
    await published({ title: '防汛抗旱物资', categoryCode: 'cw_jycy', villageCode: 'v11' });
    await published();
    const rows = await plans(() => office.page(path));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row['planSummary'], JSON.stringify(row['command'])).toMatch(/^(?:IXSCAN|IDHACK|EOF)/);
      expect(row['hasSortStage'] ?? false).toBe(false);
      expect(stages((row['execStats'] ?? {}) as Document)).not.toContain('COLLSCAN');
    }
    const used = rows.map((row) => String(row['planSummary'])).join('\n');
    for (const key of keys) expect(used).toContain(`${key}: `);
  });

  it.each([
    '',
    '?status=draft',
    '?categoryCode=cw_szqk',
    '?villageCode=v01',
    '?mine=true',
    '?q=公示',
    '?status=published&q=公示',
  ])('/api/v1/articles%s', async (query) => {
    await published();
    const rows = await plans(() => person('editor').get(`/articles${query}`));
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows)
      expect(row['planSummary'], JSON.stringify(row['command'])).toMatch(/^(?:IXSCAN|IDHACK|EOF)/);
  });
});
