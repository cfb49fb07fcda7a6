import { AppError } from '../kernel/index.ts';
import { type AskedThing, type SearchWords, shownKey } from '../platform/search-words/index.ts';
import { decodeCursor, encodeCursor, type Page } from '../http/index.ts';
import type { ArticleVersion, CollectiveDecision, VersionSummary } from './article.ts';
import type { ArticlesStore, Before } from './articles.store.ts';
import type { CheckedImage } from './media.ts';
import type { Papers } from './papers.ts';
import type { PublicStore } from './public.store.ts';
import type { Verifier } from './verify.ts';

/** An article in a list for the public. */
export interface PublicItem {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly categoryCode: string;
  readonly villageCode: string | null;
  readonly coverMediaId: string | null;
  readonly publishedAt: Date;
}

/** An article as the public reads it. */
export interface PublicArticle extends PublicItem {
  readonly versionId: string;
  readonly version: number;
  readonly contentHash: string;
  readonly shortTitle: string | null;
  /** Code of the unit that it comes from; null = the town office itself. */
  readonly unitCode: string | null;
  /** When a leader approved exactly this version. */
  readonly approvedAt: Date;
  readonly majorDecision: boolean;
  readonly collectiveDecision: CollectiveDecision | null;
  /** Clean HTML; images are `/media/<id>`. */
  readonly bodyHtml: string;
  /** When its first version became public; later than that means it was corrected. */
  readonly firstPublishedAt: Date;
}

/** Where a withdrawn article stood: what the 410 page says. */
export interface Tombstone {
  readonly withdrawnAt: string;
  readonly reason: string;
  /** What stands for it now; left out where that is not public (any more). */
  readonly replacement?: { readonly id: string; readonly title: string };
}

/** What a search found, and the words by which: for marking them. */
export interface FoundPage extends Page<PublicItem> {
  readonly words: readonly string[];
  /** Nothing held all that was asked for: these hold the most of it. */
  readonly partial: boolean;
}

interface PublicQuery {
  readonly words: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly villageCode?: string | undefined;
}

export interface PublicReads {
  /**
   * What holds all that was asked for; those that match in the title come first, each part newest first. Where nothing
   * does, what holds the most of it. Empty words find nothing. `villageCode` = that village's before all others.
   */
  searchPublic(query: PublicQuery): Promise<FoundPage>;
  /** Newest first. */
  latestPublic(query: {
    limit: number;
    categoryCode?: string | undefined;
    villageCode?: string | undefined;
    cursor?: string | undefined;
  }): Promise<Page<PublicItem>>;
  /** AppError not_found; withdrawn with a Tombstone as details; content_mismatch where the stored text is not the approved one. */
  publicView(id: string): Promise<PublicArticle>;
  /** An image of a published version, its bytes checked against the approved hash. AppError not_found, content_mismatch. */
  media(id: string): Promise<CheckedImage>;
}

interface PublicDeps {
  readonly store: ArticlesStore;
  readonly publicStore: PublicStore;
  readonly verifier: Verifier;
  readonly words: SearchWords;
  readonly papers: Papers;
}

const ID = /^[0-9a-f]{24}$/;

export function createPublicReads(deps: PublicDeps): PublicReads {
  const { publicStore, verifier } = deps;
  return {
    latestPublic: async ({ limit, categoryCode, villageCode, cursor }) => {
      const filter = { categoryCode, villageCode };
      const before = cursor === undefined ? null : placeOf(decodeCursor(cursor, ['number', 'string'] as const));
      const rows = await publicStore.list(filter, before, limit + 1);
      const last = rows.length > limit ? rows[limit - 1] : undefined;
      return { items: shown(verifier, rows.slice(0, limit)), nextCursor: last ? encodeCursor(positionOf(last)) : null };
    },
    searchPublic: (query) => search(deps, query),
    publicView: async (id) => {
      if (!ID.test(id)) throw new AppError('not_found');
      const version = await publicStore.published(id);
      if (!version) throw await whyGone(publicStore, id);
      verifier.textAsApproved(version);
      const article = await deps.store.article(id);
      return {
        ...viewOf(version, await deps.papers.shown(version.bodyHtml, version.bodyHash)),
        firstPublishedAt: article?.firstPublishedAt ?? publishedAt(version),
      };
    },
    media: async (id) => {
      if (!ID.test(id)) throw new AppError('not_found');
      const showing = await publicStore.showing(id);
      const ref = showing
        .filter((version) => verifier.listable(version))
        .flatMap((version) => [...version.images, ...(version.cover ? [version.cover] : [])])
        .find((image) => image.mediaId === id);
      if (!ref) throw new AppError('not_found');
      return verifier.image(ref);
    },
  };
}

/** Fewer of the things that were asked for are tried in at most so many ways. */
const MAX_PARTIAL = 12;

async function search(deps: PublicDeps, query: PublicQuery): Promise<FoundPage> {
  const things = deps.words.things(query.words);
  const words = [...new Set(things.flat(2))].map(shownKey);
  if (things.length === 0) return { items: [], nextCursor: null, words, partial: false };
  const whole = await searchFor(deps, things, query);
  if (whole.items.length > 0 || query.cursor !== undefined || things.length === 1) {
    const own = query.villageCode === undefined ? [] : (await searchFor(deps, things, query, query.villageCode)).items;
    return { ...whole, items: merged(own, whole.items, query.limit), words, partial: false };
  }
  return { items: await searchPartly(deps, things, query), nextCursor: null, words, partial: true };
}

/** What holds all but one of the things, then what holds only one: the first that finds anything. */
async function searchPartly(
  deps: PublicDeps,
  things: readonly AskedThing[],
  query: PublicQuery,
): Promise<PublicItem[]> {
  const allButOne = things.map((_, left) => things.filter((_thing, at) => at !== left));
  const single = things.map((thing) => [thing]);
  for (const tries of things.length > 2 ? [allButOne, single] : [single]) {
    const found: PublicItem[] = [];
    for (const some of tries.slice(0, MAX_PARTIAL)) {
      const own = query.villageCode === undefined ? [] : (await searchFor(deps, some, query, query.villageCode)).items;
      found.push(...own, ...(await searchFor(deps, some, query)).items);
      if (found.length >= query.limit) break;
    }
    if (found.length > 0) return merged([], found, query.limit);
  }
  return [];
}

function merged(first: readonly PublicItem[], then: readonly PublicItem[], limit: number): PublicItem[] {
  const byId = new Map([...first, ...then].map((item) => [item.id, item]));
  return [...byId.values()].slice(0, limit);
}

/**
 * Two lists one after the other: title matches, then the others. The cursor names the list and the place in it.
 */
async function searchFor(
  deps: PublicDeps,
  asked: readonly AskedThing[],
  query: PublicQuery,
  villageCode?: string,
): Promise<Page<PublicItem>> {
  const start = query.cursor === undefined ? null : searchPlaceOf(query.cursor);
  const found: { part: SearchPart; row: VersionSummary }[] = [];
  for (const part of start?.part === 'text' ? (['text'] as const) : (['title', 'text'] as const)) {
    const filter = { ...(part === 'title' ? { inTitle: asked } : { onlyInText: asked }), villageCode };
    const before = start?.part === part ? start.before : null;
    const rows = await deps.publicStore.list(filter, before, query.limit + 1 - found.length);
    found.push(...rows.map((row) => ({ part, row })));
    if (found.length > query.limit) break;
  }
  const last = found.length > query.limit ? found[query.limit - 1] : undefined;
  return {
    items: shown(
      deps.verifier,
      found.slice(0, query.limit).map(({ row }) => row),
    ),
    nextCursor: last ? encodeCursor([last.part, ...positionOf(last.row)]) : null,
  };
}

type SearchPart = 'title' | 'text';

function searchPlaceOf(cursor: string): { part: SearchPart; before: Before } {
  const [part, at, id] = decodeCursor(cursor, ['string', 'number', 'string'] as const);
  if (part !== 'title' && part !== 'text') throw new AppError('invalid_input');
  return { part, before: placeOf([at, id]) };
}

function shown(verifier: Verifier, rows: readonly VersionSummary[]): PublicItem[] {
  return rows.filter((row) => verifier.listable(row)).map(itemOf);
}

function itemOf(version: VersionSummary): PublicItem {
  return {
    id: version.articleId,
    title: version.title,
    summary: version.summary,
    categoryCode: version.categoryCode,
    villageCode: version.villageCode,
    coverMediaId: coverOf(version),
    publishedAt: publishedAt(version),
  };
}

function viewOf(version: ArticleVersion, bodyHtml: string): Omit<PublicArticle, 'firstPublishedAt'> {
  return {
    ...itemOf(version),
    versionId: version.id,
    version: version.version,
    contentHash: version.contentHash,
    shortTitle: version.shortTitle,
    unitCode: version.unitCode,
    approvedAt: version.approval?.at ?? publishedAt(version),
    majorDecision: version.majorDecision,
    collectiveDecision: version.approval?.collectiveDecision ?? null,
    bodyHtml,
  };
}

/** The cover, or the first image of the text where none was chosen. */
export function coverOf(version: Pick<VersionSummary, 'cover' | 'images'>): string | null {
  return version.cover?.mediaId ?? version.images[0]?.mediaId ?? null;
}

function publishedAt(version: VersionSummary): Date {
  return version.publishedAt ?? version.createdAt;
}

async function whyGone(publicStore: PublicStore, articleId: string): Promise<AppError> {
  const version = await publicStore.lastWithdrawn(articleId);
  if (!version?.withdrawal) return new AppError('not_found');
  const { at, reason, replacedBy } = version.withdrawal;
  const replacement = replacedBy === undefined ? null : await publicStore.published(replacedBy);
  const details: Tombstone = {
    withdrawnAt: at.toISOString(),
    reason,
    ...(replacement === null ? {} : { replacement: { id: replacement.articleId, title: replacement.title } }),
  };
  return new AppError('withdrawn', { details });
}

function positionOf(version: VersionSummary): [number, string] {
  return [publishedAt(version).getTime(), version.id];
}

function placeOf([at, id]: readonly [number, string]): Before {
  if (!ID.test(id) || !Number.isSafeInteger(at)) throw new AppError('invalid_input');
  return { at: new Date(at), id };
}
