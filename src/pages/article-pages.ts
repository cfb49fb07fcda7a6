import { chinaDate, escapeMarkup, formatChinaDate, isAppError } from '../kernel/index.ts';
import type { Articles, PublicItem } from '../articles/index.ts';
import type { RawAnswer } from '../http/index.ts';
import type { Category, Town } from '../platform/config/index.ts';
import { page, type PageFrame } from './layout.ts';

export interface ArticlePagesDeps {
  readonly frame: PageFrame;
  readonly town: Town;
  readonly categories: readonly Category[];
  readonly articles: Pick<Articles, 'latestPublic' | 'searchPublic' | 'publicView'>;
}

export interface ArticlePages {
  home(): Promise<RawAnswer>;
  article(id: string): Promise<RawAnswer>;
  category(code: string, cursor: string | undefined): Promise<RawAnswer | null>;
  village(code: string, cursor: string | undefined): Promise<RawAnswer | null>;
  search(words: string, cursor: string | undefined): Promise<RawAnswer>;
}

const LISTED = 20;

export function createArticlePages(deps: ArticlePagesDeps): ArticlePages {
  const { frame, town, categories, articles } = deps;
  const categoryName = (code: string): string => categories.find((category) => category.code === code)?.name ?? '';
  const villageName = (code: string | null): string =>
    town.villages.find((village) => village.code === code)?.name ?? '';

  const list = (items: readonly PublicItem[]): string =>
    items.length === 0
      ? '<p>还没有公开的信息。</p>'
      : `<ul class="list">${items.map((item) => listItem(item, categoryName(item.categoryCode), villageName(item.villageCode))).join('')}</ul>`;
  const more = (path: string, cursor: string | null): string =>
    cursor === null
      ? ''
      : `<p><a href="${escapeMarkup(path)}${path.includes('?') ? '&amp;' : '?'}cursor=${encodeURIComponent(cursor)}">下一页</a></p>`;

  return {
    home: async () => {
      const { items } = await articles.latestPublic({ limit: LISTED });
      const tiles = (group: string): string =>
        categories
          .filter((category) => category.group === group)
          .map((category) => `<li><a href="/categories/${category.code}">${escapeMarkup(category.name)}</a></li>`)
          .join('');
      const body = `<h1>${escapeMarkup(town.name)}政务公开</h1>${searchForm('')}<h2>最新公开</h2>${list(items)}
<h2>村务公开</h2><ul class="tiles">${tiles('village')}</ul><h2>政务公开</h2><ul class="tiles">${tiles('government')}</ul>
<h2>反映问题</h2><p>在微信里打开公众号“${escapeMarkup(town.account)}”，回复“投诉”。不会打字，可以直接发语音或照片。</p>`;
      return page(frame, { title: '首页', body });
    },
    article: async (id) => {
      try {
        const found = await articles.publicView(id);
        const day = formatChinaDate(chinaDate(found.publishedAt));
        const facts = [day, categoryName(found.categoryCode), villageName(found.villageCode)]
          .filter(Boolean)
          .join(' · ');
        const body = `<article><h1>${escapeMarkup(found.title)}</h1><p class="meta">${escapeMarkup(`${frame.office} · ${facts}`)}</p>${found.bodyHtml}</article>`;
        return page(frame, { title: found.title, description: found.summary, body });
      } catch (error) {
        if (!isAppError(error, 'withdrawn')) throw error;
        return page(frame, { title: '已撤回', status: 410, body: tombstone(error.details) });
      }
    },
    category: async (code, cursor) => {
      const name = categoryName(code);
      if (name === '') return null;
      const found = await articles.latestPublic({ limit: LISTED, categoryCode: code, cursor });
      return page(frame, {
        title: name,
        body: `<h1>${escapeMarkup(name)}</h1>${list(found.items)}${more(`/categories/${code}`, found.nextCursor)}`,
      });
    },
    village: async (code, cursor) => {
      const name = villageName(code);
      if (name === '') return null;
      const found = await articles.latestPublic({ limit: LISTED, villageCode: code, cursor });
      return page(frame, {
        title: name,
        body: `<h1>${escapeMarkup(name)}</h1>${list(found.items)}${more(`/villages/${code}`, found.nextCursor)}`,
      });
    },
    search: async (words, cursor) => {
      const found =
        words === '' ? { items: [], nextCursor: null } : await articles.searchPublic({ words, limit: LISTED, cursor });
      const result =
        words === ''
          ? ''
          : found.items.length === 0
            ? `<p>没有找到和“${escapeMarkup(words)}”有关的信息。换几个字再试试。</p>`
            : list(found.items) + more(`/search?q=${encodeURIComponent(words)}`, found.nextCursor);
      return page(frame, {
        title: words === '' ? '查找' : `查找：${words}`,
        body: `<h1>查找</h1>${searchForm(words)}${result}`,
      });
    },
  };
}

function listItem(item: PublicItem, category: string, village: string): string {
  const facts = [formatChinaDate(chinaDate(item.publishedAt)), category, village].filter(Boolean).join(' · ');
  return `<li><a href="/articles/${item.id}">${escapeMarkup(item.title)}<span class="meta">${escapeMarkup(facts)}</span></a></li>`;
}

function searchForm(words: string): string {
  return `<form class="search" action="/search"><input name="q" maxlength="40" value="${escapeMarkup(words)}" aria-label="要找什么" placeholder="比如：低保"><button>查找</button></form>`;
}

function tombstone(details: unknown): string {
  const { withdrawnAt = '', reason = '' } = (details ?? {}) as { withdrawnAt?: string; reason?: string };
  const day = withdrawnAt === '' ? '' : formatChinaDate(chinaDate(new Date(withdrawnAt)));
  return `<h1>这条信息已撤回</h1><p class="note">${escapeMarkup(day)}撤回。原因：${escapeMarkup(reason)}</p><p><a href="/">看其他信息</a></p>`;
}
