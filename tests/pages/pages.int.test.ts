import { parseStringPromise } from 'xml2js';
import { describe, expect, it } from 'vitest';
import { bodyHashOf, contentHashOf, type HashedParts } from '../../src/articles/article.ts';
import { oid, openOffice, picture } from '../articles/office.ts';

const office = openOffice();
const { page, person, published, upload } = office;
const LONG_TABLE = `<table>${Array.from({ length: 120 }, (_, i) => `<tr><td>示例${i}</td><td>示例一村</td><td>每月520.00元</td></tr>`).join('')}</table>`;
const MARKUP = '"><script>alert(1)</script>&\'<img src=x onerror=alert(1)>';

const VOID = new Set(['meta', 'link', 'img', 'br', 'hr', 'col', 'input']);

interface FeedEntry {
  readonly id: string[];
  readonly updated: string[];
}
interface Feed extends FeedEntry {
  readonly $: object;
  readonly title: string[];
  readonly author: object[];
  readonly link: { $: { rel?: string; href: string } }[];
  readonly entry: FeedEntry[];
}
interface Element {
  readonly name: string;
  readonly attribs: Record<string, string>;
  readonly text: string;
}

const TOKEN = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z:-]+(?:="[^"]*")?)*)\s*\/?>|[^<]+|</g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const decoded = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole);

/** Elements in order with their text; fails where a tag is no tag, is left open or closed twice. */
function elements(html: string): Element[] {
  const found: { name: string; attribs: Record<string, string>; text: string }[] = [];
  const open: typeof found = [];
  const wrong: string[] = [];
  for (const [token, closing, name, attributes = ''] of html.matchAll(TOKEN)) {
    if (token === '<') wrong.push('a bare <');
    else if (name === undefined) for (const element of open) element.text += decoded(token);
    else if (closing === '/') {
      const last = open.pop();
      if (last?.name !== name) wrong.push(`${name} closes ${last?.name ?? 'nothing'}`);
    } else {
      const pairs = [...attributes.matchAll(/([a-z:-]+)(?:="([^"]*)")?/g)];
      const attribs = Object.fromEntries(pairs.map(([, key = '', value = '']) => [key, decoded(value)]));
      const element = { name, attribs, text: '' };
      found.push(element);
      if (!VOID.has(name)) open.push(element);
    }
  }
  expect([...wrong, ...open.map((element) => `${element.name} is open`)]).toEqual([]);
  return found;
}

const one = (all: readonly Element[], name: string): Element => {
  const found = all.filter((element) => element.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as Element;
};
const meta = (all: readonly Element[], name: string): string | undefined =>
  all.find(({ attribs }) => attribs['property'] === name || attribs['name'] === name)?.attribs['content'];
const PATHS = ['/', '/categories/cw_szqk', '/villages/v01', '/search?q=公示', '/search'];

describe('every page', () => {
  it('is whole HTML in Chinese that works without a script, under 50 KB', async () => {
    const { id } = await published({ bodyHtml: LONG_TABLE, villageCode: 'v01' });
    for (let i = 0; i < 21; i += 1) await published({ title: `关于示例事项公示的通知第${i}期`, villageCode: 'v01' });
    for (const path of [...PATHS, `/articles/${id}`, '/articles/nothing']) {
      const answer = await page(path);
      const html = await answer.text();
      const all = elements(html);
      expect(answer.headers.get('content-type'), path).toBe('text/html; charset=utf-8');
      expect(one(all, 'html').attribs['lang']).toBe('zh-CN');
      expect(one(all, 'title').text).toContain(office.town().config.town.account);
      one(all, 'h1');
      one(all, 'main');
      expect(all.filter(({ name }) => name === 'script' || name === 'iframe')).toEqual([]);
      expect(all.flatMap(({ attribs }) => Object.keys(attribs)).filter((name) => name.startsWith('on'))).toEqual([]);
      expect(Buffer.byteLength(html), path).toBeLessThan(50_000);
    }
  });

  it('may be kept for a minute and asked for again cheaply', async () => {
    const { id } = await published();
    for (const path of [...PATHS, `/articles/${id}`, '/feed.xml', '/sitemap.xml', '/robots.txt']) {
      const first = await page(path);
      expect(first.headers.get('cache-control'), path).toMatch(/^public, max-age=\d+$/);
      const etag = first.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
      const again = await page(path, { 'if-none-match': etag });
      expect([again.status, await again.text()], path).toEqual([304, '']);
    }
  });

  it('changes its ETag with its content', async () => {
    const before = (await page('/categories/cw_zdhd')).headers.get('etag');
    await published({ categoryCode: 'cw_zdhd' });
    const after = await page('/categories/cw_zdhd', { 'if-none-match': before ?? '' });
    expect(after.status).toBe(200);
  });

  it('forbids to be framed and to run anything', async () => {
    const { headers } = await page('/');
    for (const rule of ["script-src 'self'", "frame-ancestors 'none'", "object-src 'none'"])
      expect(headers.get('content-security-policy')?.split(';')).toContain(rule);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('markup in what people wrote', () => {
  it('is text wherever it is shown', async () => {
    const { id } = await published({
      title: `标题${MARKUP}`,
      summary: MARKUP,
      categoryCode: 'cw_jszb',
      villageCode: 'v08',
    });
    const paths = [
      '/',
      '/categories/cw_jszb',
      '/villages/v08',
      `/articles/${id}`,
      `/search?q=${encodeURIComponent(MARKUP)}`,
      '/search?q=标题',
    ];
    for (const path of paths) {
      const all = elements(await (await page(path)).text());
      expect(
        all.filter(({ name }) => name === 'script'),
        path,
      ).toEqual([]);
      expect(
        all.filter(({ attribs }) => 'onerror' in attribs),
        path,
      ).toEqual([]);
    }
    const all = elements(await (await page(`/articles/${id}`)).text());
    expect(one(all, 'h1').text).toBe(`标题${MARKUP}`);
    expect(meta(all, 'og:title')).toBe(`标题${MARKUP}`);
    await person('leader').post(`/articles/${id}/withdraw`, { reason: MARKUP });
    const gone = elements(await (await page(`/articles/${id}`)).text());
    expect(gone.filter(({ name }) => name === 'script' || name === 'img')).toEqual([]);
  });

  it('is cleaned again at output, whatever the store holds', async () => {
    const { id } = await published();
    const versions = office.db().collection('article_versions');
    const stored = (await versions.findOne({ articleId: oid(id) })) as unknown as HashedParts;
    // As if an older release had let it through and a leader had approved it.
    const bodyHtml = '<p onclick="alert(1)">正文</p><script>alert(1)</script><a href="javascript:alert(1)">看</a>';
    const contentHash = contentHashOf({ ...stored, bodyHash: bodyHashOf(bodyHtml) });
    const approved = { bodyHtml, bodyHash: bodyHashOf(bodyHtml), contentHash, 'approval.contentHash': contentHash };
    await versions.updateOne({ articleId: oid(id) }, { $set: approved });
    const answer = await page(`/articles/${id}`);
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain('<p>正文</p>看');
    expect(html).not.toContain('alert');
  });
});

describe('the page of an article', () => {
  it('says from where, of which day and category, and that a leader approved it', async () => {
    const { id } = await published({
      title: '低保公示',
      categoryCode: 'cw_shjz',
      villageCode: 'v02',
      summary: '公示七天',
    });
    const all = elements(await (await page(`/articles/${id}`)).text());
    const { text } = one(all, 'article');
    for (const words of ['低保公示', '来源：民政办', '社会救助花名册', '示例二村', '本文已经分管领导审核'])
      expect(text).toContain(words);
    expect(text).toMatch(/\d{4}年\d{1,2}月\d{1,2}日/);
    expect(text).not.toContain('已更正');
    for (const href of ['/categories/cw_shjz', '/villages/v02'])
      expect(all.some(({ name, attribs }) => name === 'a' && attribs['href'] === href)).toBe(true);
  });

  it('of somebody without a unit comes from the town office', async () => {
    const leaders = await office.submitted({}, 'leader');
    await office.approve(leaders, {}, 'otherLeader');
    expect(await (await page(`/articles/${leaders.id}`)).text()).toContain(`来源：${office.town().config.town.office}`);
  });

  it('gives a shared link its title, words and picture, and one address', async () => {
    const cover = await upload('editor', await picture('#0b5'));
    const { id } = await published({ title: '分享', summary: '看一看', coverMediaId: cover.id });
    const all = elements(await (await page(`/articles/${id}?from=timeline`)).text());
    const { url } = office.town();
    expect(meta(all, 'og:title')).toBe('分享');
    expect(meta(all, 'og:description')).toBe('看一看');
    expect(meta(all, 'og:type')).toBe('article');
    expect(meta(all, 'og:image')).toBe(`${url}/media/${cover.id}`);
    expect(all.find(({ attribs }) => attribs['rel'] === 'canonical')?.attribs['href']).toBe(`${url}/articles/${id}`);
  });

  it('keeps tables readable and loads images late', async () => {
    const { url } = await upload('editor', await picture('#05b'));
    const { id } = await published({ bodyHtml: `<table><tr><td>格</td></tr></table><img src="${url}" alt="图">` });
    const all = elements(await (await page(`/articles/${id}`)).text());
    const table = all.findIndex(({ name }) => name === 'table');
    expect(all[table - 1]?.attribs).toMatchObject({ class: 'scroll' });
    expect(one(all, 'img').attribs).toMatchObject({ src: url, alt: '图', loading: 'lazy' });
  });
});

describe('what is not there', () => {
  it.each([
    ['/articles/0123456789abcdef01234567', 404],
    ['/articles/1', 404],
    ['/categories/nothing', 404],
    ['/villages/nothing', 404],
    ['/media/0123456789abcdef01234567', 404],
    ['/nowhere', 404],
    ['/?cursor=broken', 400],
    ['/search?q=a&q=b', 400],
  ])('%s answers %i in words, in the look of the others, kept by nobody', async (path, status) => {
    const answer = await page(path);
    const html = await answer.text();
    const all = elements(html);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(one(all, 'h1').text).toMatch(/[\u4e00-\u9fa5]{3}/);
    expect(one(all, 'footer').text).toContain('12345');
    expect(all.some(({ name, attribs }) => name === 'a' && attribs['href'] === '/')).toBe(true);
  });

  it('long questions are cut and not refused', async () => {
    expect((await page(`/search?q=${'低保'.repeat(300)}`)).status).toBe(200);
  });
});

describe('pages for machines', () => {
  it('the feed is Atom with every newest article once', async () => {
    const { id } = await published({ title: '订阅<b>&', summary: '甲 & 乙' });
    const answer = await page('/feed.xml');
    expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8');
    const { feed } = (await parseStringPromise(await answer.text())) as { feed: Feed };
    const { url } = office.town();
    expect(feed.$).toMatchObject({ xmlns: 'http://www.w3.org/2005/Atom' });
    for (const needed of ['id', 'title', 'updated', 'author'] as const) expect(feed[needed], needed).toHaveLength(1);
    expect(feed.link.find((link) => link.$.rel === 'self')?.$.href).toBe(`${url}/feed.xml`);
    const entry = feed.entry.find((one) => one.id[0] === `${url}/articles/${id}`);
    expect(entry).toMatchObject({
      title: ['订阅<b>&'],
      summary: ['甲 & 乙'],
      link: [{ $: { href: `${url}/articles/${id}` } }],
    });
    expect(new Date(entry?.updated[0] ?? '').toISOString()).toBe(entry?.updated[0]);
    expect(new Set(feed.entry.map((one) => one.id[0])).size).toBe(feed.entry.length);
    expect(feed.updated[0]).toBe(feed.entry[0]?.updated[0]);
  });

  it('the sitemap names lists and articles, and robots keep out of what is not theirs', async () => {
    const { id } = await published();
    const { urlset } = (await parseStringPromise(await (await page('/sitemap.xml')).text())) as {
      urlset: { url: { loc: string[] }[] };
    };
    const places = urlset.url.map((one) => one.loc[0]);
    const { url } = office.town();
    for (const path of ['/', '/categories/cw_szqk', '/villages/v01', `/articles/${id}`])
      expect(places).toContain(url + path);
    const robots = await (await page('/robots.txt')).text();
    for (const path of ['/complaints/', '/console/', '/api/', '/search'])
      expect(robots).toContain(`Disallow: ${path}\n`);
    expect(robots).toContain(`Sitemap: ${url}/sitemap.xml`);
    expect(meta(elements(await (await page('/search?q=公示')).text()), 'robots')).toBe('noindex');
  });
});
