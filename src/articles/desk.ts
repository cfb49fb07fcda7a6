import { decodeCursor, encodeCursor, type Page } from '../http/index.ts';
import { AppError } from '../kernel/index.ts';
import type { SearchWords } from '../platform/search-words/index.ts';
import type { z } from 'zod';
import type { Article, ArticleStatus, ArticleVersion, VersionSummary } from './article.ts';
import type { articleItem, articleView, diffView, versionView } from './articles.contract.ts';
import type { ArticlesStore } from './articles.store.ts';
import { scanVersion } from './content.ts';
import type { ImageFiles } from './media.ts';
import type { Papers } from './papers.ts';
import { viewArticle, viewDiff, viewItem, viewVersion } from './views.ts';

export interface DeskQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly status?: ArticleStatus | undefined;
  readonly q?: string | undefined;
  readonly categoryCode?: string | undefined;
  readonly villageCode?: string | undefined;
  /** Articles with this author. */
  readonly author?: string | undefined;
}

/** What staff read. */
export interface Desk {
  list(query: DeskQuery): Promise<Page<z.output<typeof articleItem>>>;
  one(id: string): Promise<z.output<typeof articleView>>;
  versions(
    id: string,
    query: { limit: number; cursor?: string | undefined },
  ): Promise<Page<z.output<typeof versionView>>>;
  /** Without numbers: the newest version against the one that the public reads, else against the one before it. */
  diff(id: string, query: { from?: number | undefined; to?: number | undefined }): Promise<z.output<typeof diffView>>;
}

export function createDesk(deps: {
  store: ArticlesStore;
  files: ImageFiles;
  words: SearchWords;
  papers: Papers;
}): Desk {
  const { store } = deps;
  const find = async (id: string): Promise<Article> => {
    const article = await store.article(id);
    if (!article) throw new AppError('not_found');
    return article;
  };
  const numbered = async (id: string, version: number): Promise<ArticleVersion> => {
    const found = await store.versionNumber(id, version);
    if (!found) throw new AppError('not_found', { message: '没有这个版本。' });
    return found;
  };
  return {
    list: (query) => list(deps, query),
    one: async (id) => {
      const article = await find(id);
      const latest = await numbered(id, article.latestVersion);
      return viewArticle(article, latest, await scanVersion(deps, latest));
    },
    versions: async (id, { limit, cursor }) => {
      await find(id);
      const [below] = cursor === undefined ? [null] : decodeCursor(cursor, ['number'] as const);
      const rows = await store.versionsOf(id, below, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return {
        items: rows.slice(0, limit).map(viewVersion),
        nextCursor: last ? encodeCursor([last.version]) : null,
      };
    },
    diff: async (id, query) => {
      const article = await find(id);
      const to = query.to ?? article.latestVersion;
      const published = article.publicVersion !== null && article.publicVersion < to ? article.publicVersion : null;
      const from = query.from ?? published ?? to - 1;
      return viewDiff(deps.papers, from < 1 ? null : await numbered(id, from), await numbered(id, to));
    },
  };
}

async function list(
  { store, words }: { store: ArticlesStore; words: SearchWords },
  query: DeskQuery,
): Promise<Page<z.output<typeof articleItem>>> {
  const asked = query.q === undefined || query.q.trim() === '' ? undefined : words.asked(query.q);
  if (asked?.length === 0) return { items: [], nextCursor: null };
  const { status, categoryCode, villageCode, author, cursor, limit } = query;
  const place = cursor === undefined ? null : decodeCursor(cursor, ['number', 'string'] as const);
  if (place && !(Number.isSafeInteger(place[0]) && /^[0-9a-f]{24}$/.test(place[1])))
    throw new AppError('invalid_input');
  const rows = await store.list(
    { status, categoryCode, villageCode, author, words: asked },
    place && { at: new Date(place[0]), id: place[1] },
    limit + 1,
  );
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const shown = rows.slice(0, limit);
  const latest = new Map<string, VersionSummary>(
    (await store.summariesOf(shown.map((article) => article.latestVersionId))).map((version) => [version.id, version]),
  );
  return {
    items: shown.flatMap((article) => {
      const version = latest.get(article.latestVersionId);
      return version ? [viewItem(article, version)] : [];
    }),
    nextCursor: last ? encodeCursor([last.updatedAt.getTime(), last.id]) : null,
  };
}
