import { escapeMarkup, isAppError } from '../kernel/index.ts';
import type { Articles, PublicItem } from '../articles/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { articleBody, tombstoneBody } from './article-page.ts';
import { page, type PageFrame } from './layout.ts';
import { createWords, timeTag, type Words } from './words.ts';

export interface ArticlePagesDeps {
  readonly frame: PageFrame;
  readonly town: Town;
  readonly categories: readonly Category[];
  readonly articles: Pick<Articles, 'latestPublic' | 'searchPublic' | 'publicView'>;
  /** PUBLIC_URL, without a slash at the end. */
  readonly publicUrl: string;
}

export interface ArticlePages {
  home(cursor: string | undefined): Promise<RawAnswer>;
  /** 410 with when and why where it was withdrawn. AppError not_found, content_mismatch. */
  article(id: string): Promise<RawAnswer>;
  /** Null where the town has no such category. */
  category(code: string, cursor: string | undefined): Promise<RawAnswer | null>;
  village(code: string, cursor: string | undefined): Promise<RawAnswer | null>;
  search(words: string, cursor: string | undefined): Promise<RawAnswer>;
}

const LISTED = 20;

export function createArticlePages(deps: ArticlePagesDeps): ArticlePages {
  const { frame, articles, publicUrl } = deps;
  const words = createWords(deps.town, deps.categories);
  const listed = async (name: string, path: string, filter: object, cursor: string | undefined): Promise<RawAnswer> => {
    const found = await articles.latestPublic({ limit: LISTED, cursor, ...filter });
    return page(frame, {
      title: name,
      body: `<nav class="trail" aria-label="位置"><a href="/">首页</a></nav><h1>${escapeMarkup(name)}</h1>${list(words, found.items)}${more(path, found.nextCursor)}`,
      ...(cursor === undefined ? { share: { url: publicUrl + path, type: 'website' } } : { unlisted: true }),
    });
  };
  return {
    home: (cursor) => home(deps, words, cursor),
    article: async (id) => {
      try {
        const found = await articles.publicView(id);
        const { title, summary: description, coverMediaId, firstPublishedAt } = found;
        const image = coverMediaId === null ? {} : { imageUrl: `${publicUrl}/media/${coverMediaId}` };
        return page(frame, {
          title,
          description,
          body: articleBody(found, words),
          share: { url: `${publicUrl}/articles/${id}`, type: 'article', ...image, publishedAt: firstPublishedAt },
        });
      } catch (error) {
        if (!isAppError(error, 'withdrawn')) throw error;
        return page(frame, { title: '已撤回', status: 410, unlisted: true, body: tombstoneBody(error.details) });
      }
    },
    category: async (code, cursor) => {
      const name = words.category(code);
      return name === '' ? null : listed(name, `/categories/${code}`, { categoryCode: code }, cursor);
    },
    village: async (code, cursor) => {
      const name = words.village(code);
      return name === '' ? null : listed(name, `/villages/${code}`, { villageCode: code }, cursor);
    },
    search: (asked, cursor) => search(deps, words, asked, cursor),
  };
}

async function home(deps: ArticlePagesDeps, words: Words, cursor: string | undefined): Promise<RawAnswer> {
  const { frame, town, categories, publicUrl } = deps;
  const { items, nextCursor } = await deps.articles.latestPublic({ limit: LISTED, cursor });
  const tiles = (group: string): string =>
    categories
      .filter((category) => category.group === group)
      .map((category) => `<li><a href="/categories/${category.code}">${escapeMarkup(category.name)}</a></li>`)
      .join('');
  const villages = town.villages
    .map((village) => `<li><a href="/villages/${village.code}">${escapeMarkup(village.name)}</a></li>`)
    .join('');
  const body = `<h1>${escapeMarkup(town.name)}政务公开</h1>${searchForm('')}<h2>最新公开</h2>${list(words, items)}${more('/', nextCursor)}
<h2>村务公开</h2><ul class="tiles">${tiles('village')}</ul><h2>政务公开</h2><ul class="tiles">${tiles('government')}</ul>
<h2>按村查看</h2><ul class="tiles">${villages}</ul>
<h2>反映问题</h2><p>在微信里打开公众号“${escapeMarkup(town.account)}”，回复“投诉”。不会打字，可以直接发语音或照片。</p>`;
  const share =
    cursor === undefined ? { share: { url: `${publicUrl}/`, type: 'website' as const } } : { unlisted: true };
  return page(frame, { title: '首页', body, ...share });
}

async function search(
  { frame, articles }: ArticlePagesDeps,
  words: Words,
  asked: string,
  cursor: string | undefined,
): Promise<RawAnswer> {
  const found = asked === '' ? null : await articles.searchPublic({ words: asked, limit: LISTED, cursor });
  const nothing = `<p>没有找到和“${escapeMarkup(asked)}”有关的信息。换几个字再试试。</p>`;
  const result = !found
    ? ''
    : found.items.length === 0
      ? nothing
      : list(words, found.items) + more(`/search?q=${encodeURIComponent(asked)}`, found.nextCursor);
  return page(frame, {
    title: asked === '' ? '查找' : `查找：${asked}`,
    body: `<nav class="trail" aria-label="位置"><a href="/">首页</a></nav><h1>查找</h1>${searchForm(asked)}${result}`,
    unlisted: true,
  });
}

function list(words: Words, items: readonly PublicItem[]): string {
  return items.length === 0
    ? '<p>还没有公开的信息。</p>'
    : `<ul class="list">${items.map((item) => listItem(words, item)).join('')}</ul>`;
}

function listItem(words: Words, item: PublicItem): string {
  const facts = [words.category(item.categoryCode), words.village(item.villageCode)].filter(Boolean).map(escapeMarkup);
  return `<li><a href="/articles/${item.id}">${escapeMarkup(item.title)}<span class="meta">${[timeTag(item.publishedAt), ...facts].join(' · ')}</span></a></li>`;
}

function more(path: string, cursor: string | null): string {
  if (cursor === null) return '';
  const mark = path.includes('?') ? '&amp;' : '?';
  return `<p><a class="next" rel="next" href="${escapeMarkup(path)}${mark}cursor=${encodeURIComponent(cursor)}">下一页</a></p>`;
}

function searchForm(asked: string): string {
  return `<form class="search" action="/search" role="search"><input type="search" name="q" maxlength="40" value="${escapeMarkup(asked)}" aria-label="要找什么" placeholder="比如：低保"><button>查找</button></form>`;
}
