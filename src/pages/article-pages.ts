import { escapeMarkup, isAppError } from '../kernel/index.ts';
import type { Articles, PublicItem } from '../articles/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { articleBody, tombstoneBody } from './article-page.ts';
import { splitBody } from './body-parts.ts';
import { page, type PageFrame } from './layout.ts';
import { marked } from './marks.ts';
import { articleSheet, listSheet } from './print-sheet.ts';
import type { Reader } from './reader.ts';
import { createWords, timeTag, type Words } from './words.ts';

export interface ArticlePagesDeps {
  readonly frame: PageFrame;
  readonly town: Town;
  readonly categories: readonly Category[];
  readonly articles: Pick<Articles, 'latestPublic' | 'searchPublic' | 'publicView'>;
  /** PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string;
}

/** A category or a village, as lists and sheets are made of it. */
export interface ListPlace {
  readonly kind: 'categories' | 'villages';
  readonly code: string;
}

export interface ArticlePages {
  home(reader: Reader, cursor: string | undefined): Promise<RawAnswer>;
  /** `part` of a long one, from 1. 410 with when and why where it was withdrawn. AppError not_found, content_mismatch. */
  article(reader: Reader, id: string, part: number): Promise<RawAnswer>;
  /** The whole article as A4 for the notice board. */
  printArticle(reader: Reader, id: string): Promise<RawAnswer>;
  /** Null where the town has no such category or village. */
  list(reader: Reader, place: ListPlace, cursor: string | undefined): Promise<RawAnswer | null>;
  /** The newest of a list as A4; null as above. */
  printList(place: ListPlace): Promise<RawAnswer | null>;
  search(reader: Reader, words: string, cursor: string | undefined): Promise<RawAnswer>;
}

const LISTED = 20;
/** On the first page the categories should come into sight soon. */
const LISTED_AT_HOME = 6;
/** As many as fit on two A4 pages. */
const PRINTED = 50;
/** With the page around it this stays under 50 KB. */
const BODY_BYTES = 40_000;
const TRAIL = '<nav class="trail" aria-label="位置"><a href="/">首页</a></nav>';

export function createArticlePages(deps: ArticlePagesDeps): ArticlePages {
  const { frame, articles, publicUrl } = deps;
  const words = createWords(deps.town, deps.categories);
  const nameOf = ({ kind, code }: ListPlace): string =>
    kind === 'categories' ? words.category(code) : words.village(code);
  const filterOf = ({ kind, code }: ListPlace): object =>
    kind === 'categories' ? { categoryCode: code } : { villageCode: code };
  const gone = (reader: Reader, error: unknown): RawAnswer => {
    if (!isAppError(error, 'withdrawn')) throw error;
    return page(frame, reader, { title: '已撤回', status: 410, unlisted: true, body: tombstoneBody(error.details) });
  };
  return {
    home: (reader, cursor) => home(deps, words, reader, cursor),
    article: async (reader, id, part) => {
      try {
        const found = await articles.publicView(id);
        return articlePage(deps, words, reader, { found, part });
      } catch (error) {
        return gone(reader, error);
      }
    },
    printArticle: async (reader, id) => {
      try {
        return articleSheet(frame, await articles.publicView(id), words, publicUrl);
      } catch (error) {
        return gone(reader, error);
      }
    },
    list: async (reader, place, cursor) => {
      const name = nameOf(place);
      if (name === '') return null;
      const path = `/${place.kind}/${place.code}`;
      const found = await articles.latestPublic({ limit: LISTED, cursor, ...filterOf(place) });
      const print = found.items.length === 0 ? '' : `<p><a class="next" href="${path}/print">打印张贴（A4）</a></p>`;
      return page(frame, reader, {
        title: name,
        description: `${frame.town}${name}：公开的信息。`,
        body: `${TRAIL}<h1>${escapeMarkup(name)}</h1>${list(words, found.items)}${more(path, found.nextCursor)}${print}`,
        ...(cursor === undefined ? { share: { url: publicUrl + path, type: 'website' } } : { unlisted: true }),
      });
    },
    printList: async (place) => {
      const name = nameOf(place);
      if (name === '') return null;
      const { items } = await articles.latestPublic({ limit: PRINTED, ...filterOf(place) });
      return listSheet(frame, { name, path: `/${place.kind}/${place.code}`, items, words }, publicUrl);
    },
    search: (reader, asked, cursor) => search(deps, words, reader, { asked, cursor }),
  };
}

function articlePage(
  { frame, publicUrl }: ArticlePagesDeps,
  words: Words,
  reader: Reader,
  { found, part }: { found: Awaited<ReturnType<Articles['publicView']>>; part: number },
): RawAnswer {
  const { id, title, summary, coverMediaId, firstPublishedAt } = found;
  const parts = splitBody(found.bodyHtml, BODY_BYTES);
  const number = Math.min(part, parts.length);
  const image = coverMediaId === null ? {} : { imageUrl: `${publicUrl}/media/${coverMediaId}` };
  const shown = { html: parts[number - 1] ?? '', number, of: parts.length };
  return page(frame, reader, {
    title,
    description: summary || `${words.unit(found.unitCode)}：${title}`,
    body: articleBody(found, words, shown),
    ...(number === 1
      ? { share: { url: `${publicUrl}/articles/${id}`, type: 'article', ...image, publishedAt: firstPublishedAt } }
      : { unlisted: true }),
  });
}

async function home(
  deps: ArticlePagesDeps,
  words: Words,
  reader: Reader,
  cursor: string | undefined,
): Promise<RawAnswer> {
  const { frame, town, categories, publicUrl } = deps;
  if (cursor !== undefined) {
    const older = await deps.articles.latestPublic({ limit: LISTED, cursor });
    const body = `${TRAIL}<h1>全部公开信息</h1>${list(words, older.items)}${more('/', older.nextCursor)}`;
    return page(frame, reader, { title: '全部公开信息', body, unlisted: true });
  }
  const { items, nextCursor } = await deps.articles.latestPublic({ limit: LISTED_AT_HOME });
  const tiles = (group: string): string =>
    categories
      .filter((category) => category.group === group)
      .map((category) => `<li><a href="/categories/${category.code}">${escapeMarkup(category.name)}</a></li>`)
      .join('');
  const villages = town.villages
    .map((village) => `<li><a href="/villages/${village.code}">${escapeMarkup(village.name)}</a></li>`)
    .join('');
  const body = `<h1>${escapeMarkup(town.name)}政务公开</h1>${searchForm('')}<h2>最新公开</h2>${list(words, items)}${more('/', nextCursor, '更多信息')}
<p class="call">有事要反映？在微信里打开公众号“${escapeMarkup(town.account)}”，回复“投诉”。不会打字，发语音或照片也行。<a class="next" href="/about#complain">怎样提诉求</a></p>
<h2>村务公开</h2><ul class="tiles">${tiles('village')}</ul><h2>政务公开</h2><ul class="tiles">${tiles('government')}</ul>
<h2>按村查看</h2><ul class="tiles">${villages}</ul>`;
  const description = `${town.name}公开的信息：公示、公告、办事指南，每条都经分管领导审核。`;
  return page(frame, reader, {
    title: `${town.name}政务公开`,
    description,
    body,
    share: { url: `${publicUrl}/`, type: 'website' },
  });
}

async function search(
  { frame, articles }: ArticlePagesDeps,
  words: Words,
  reader: Reader,
  { asked, cursor }: { asked: string; cursor: string | undefined },
): Promise<RawAnswer> {
  const found = asked === '' ? null : await articles.searchPublic({ words: asked, limit: LISTED, cursor });
  const nothing = `<p class="note">没有找到和“${escapeMarkup(asked)}”有关的信息。</p><p>换一个短一点的词，比如“低保”“补贴”；或者在<a class="next" href="/">首页</a>按类别找。要办的事没有公开，可以<a class="next" href="/about#complain">提诉求</a>来问。</p>`;
  const result = !found
    ? ''
    : found.items.length === 0
      ? nothing
      : list(words, found.items, found.words) + more(`/search?q=${encodeURIComponent(asked)}`, found.nextCursor);
  return page(frame, reader, {
    title: asked === '' ? '查找' : `查找：${asked}`,
    body: `${TRAIL}<h1>查找</h1>${searchForm(asked)}${result}`,
    unlisted: true,
  });
}

/** `found` are the words of a search: marked in titles and summaries. */
function list(words: Words, items: readonly PublicItem[], found: readonly string[] = []): string {
  return items.length === 0
    ? '<p>还没有公开的信息。</p>'
    : `<ul class="list">${items.map((item) => listItem(words, item, found)).join('')}</ul>`;
}

function listItem(words: Words, item: PublicItem, found: readonly string[]): string {
  const facts = [words.category(item.categoryCode), words.village(item.villageCode)].filter(Boolean).map(escapeMarkup);
  const summary =
    found.length === 0 || item.summary === '' ? '' : `<span class="sum">${marked(item.summary, found)}</span>`;
  return `<li><a href="/articles/${item.id}"><span class="name">${marked(item.title, found)}</span>${summary}<span class="meta">${[timeTag(item.publishedAt), ...facts].join(' · ')}</span></a></li>`;
}

function more(path: string, cursor: string | null, name = '下一页'): string {
  if (cursor === null) return '';
  const mark = path.includes('?') ? '&amp;' : '?';
  return `<p><a class="next" rel="next" href="${escapeMarkup(path)}${mark}cursor=${encodeURIComponent(cursor)}">${name}</a></p>`;
}

function searchForm(asked: string): string {
  return `<form class="search" action="/search" role="search"><input type="search" name="q" maxlength="40" value="${escapeMarkup(asked)}" aria-label="要找什么" placeholder="比如：低保"><button>查找</button></form>`;
}
