import type { Connection, QueryFilter } from 'mongoose';
import { newToken, nextState, statesAllowing } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import {
  type Approval,
  type Article,
  type ArticleStatus,
  type ArticleVersion,
  VERSION_TABLE,
  type Verdict,
  type VersionMove,
  type VersionSummary,
} from './article.ts';
import {
  articleModels,
  articleOf,
  type ArticleRow,
  objectId,
  summaryOf,
  versionOf,
  type VersionRow,
} from './articles.model.store.ts';

/** What the office's list filters by, taken from the newest version. */
export interface Listing {
  readonly title: string;
  readonly categoryCode: string;
  readonly villageCode: string | null;
  readonly authors: readonly string[];
  readonly words: readonly string[];
}

/** Words that the public's search compares. */
export interface VersionWords {
  readonly words: readonly string[];
  readonly titleWords: readonly string[];
}

export type ArticleChange = Partial<
  Pick<
    Article,
    | 'status'
    | 'latestVersion'
    | 'latestVersionId'
    | 'approvedVersionId'
    | 'publicVersionId'
    | 'publicVersion'
    | 'firstPublishedAt'
  >
> &
  Partial<Listing> & { readonly updatedAt: Date };

/** What a move writes beside the state. */
export interface VersionChange {
  readonly authors?: readonly string[];
  readonly submittedBy?: string;
  readonly submittedByName?: string;
  readonly submittedAt?: Date;
  readonly approval?: Approval;
  readonly rejection?: Verdict | null;
  readonly withdrawal?: Verdict;
  readonly publishedAt?: Date;
}

export interface ArticleFilter {
  readonly status?: ArticleStatus | undefined;
  readonly categoryCode?: string | undefined;
  readonly villageCode?: string | undefined;
  readonly author?: string | undefined;
  /** All of them. */
  readonly words?: readonly string[] | undefined;
}

/** A place in a list that runs from new to old. */
export interface Before {
  readonly at: Date;
  readonly id: string;
}

export interface ArticlesStore {
  /** Throws the driver's duplicate-key error where its creator has used `clientKey` before. */
  insertArticle(tx: Tx, article: Article, listing: Listing, clientKey?: string): Promise<void>;
  /** The article that this person made with that key. */
  articleOfKey(createdBy: string, clientKey: string): Promise<Article | null>;
  insertVersion(tx: Tx, version: ArticleVersion, words: VersionWords): Promise<void>;
  article(id: string, tx?: Tx): Promise<Article | null>;
  articlesOf(ids: readonly string[]): Promise<Article[]>;
  version(id: string, tx?: Tx): Promise<ArticleVersion | null>;
  versionNumber(articleId: string, version: number): Promise<ArticleVersion | null>;
  summariesOf(versionIds: readonly string[], tx?: Tx): Promise<VersionSummary[]>;
  /** Changes the article only if `latestVersion` is still its newest; false where it is not. */
  changeArticle(tx: Tx, id: string, latestVersion: number, change: ArticleChange): Promise<boolean>;
  /** One step of a version's life from the states that allow it; false where it is in another. */
  moveVersion(tx: Tx, id: string, move: VersionMove, change?: VersionChange): Promise<boolean>;
  /**
   * As `moveVersion`, only for exactly this hash and only for who neither wrote nor submitted it (docs/promises.md#p1).
   */
  approveVersion(tx: Tx, id: string, move: 'approve' | 'approve_public', change: ApproveChange): Promise<boolean>;
  list(filter: ArticleFilter, before: Before | null, limit: number): Promise<Article[]>;
  /** Another text each time that something becomes public or ceases to be; changes in the transaction that does it. */
  revision(): Promise<string>;
  versionsOf(articleId: string, below: number | null, limit: number): Promise<VersionSummary[]>;
}

export type ApproveChange = { readonly approval: Approval; readonly publishedAt?: Date };

const PUBLIC = { _id: 'public' };
const WITHOUT_TEXT = { bodyHtml: 0, words: 0, titleWords: 0 } as const;

/** Articles and versions of the office. The only writer of both collections. */
export function createArticlesStore(connection: Connection): ArticlesStore {
  const { articles, versions } = articleModels(connection);
  const revisions = () => connection.collection<{ _id: string; mark: string }>('article_revisions');
  const session = (tx?: Tx) => (tx ? { session: tx } : {});

  const move = async (
    tx: Tx,
    filter: QueryFilter<VersionRow>,
    step: VersionMove,
    change: VersionChange,
  ): Promise<boolean> => {
    const from = statesAllowing(VERSION_TABLE, step);
    const to = from[0] && nextState(VERSION_TABLE, from[0], step);
    const done = await versions.updateOne(
      { ...filter, status: { $in: from } },
      { $set: { ...versionChange(change), status: to } },
      { session: tx, runValidators: false },
    );
    if (done.modifiedCount === 1 && (to === 'published' || from.includes('published'))) {
      await revisions().updateOne(PUBLIC, { $set: { mark: newToken(9) } }, { session: tx, upsert: true });
    }
    return done.modifiedCount === 1;
  };

  return {
    revision: async () => (await revisions().findOne(PUBLIC))?.mark ?? '',
    insertArticle: async (tx, article, listing, clientKey) => {
      const row = { ...articleRow(article, listing), ...(clientKey === undefined ? {} : { clientKey }) };
      await articles.create([row], { session: tx });
    },
    articleOfKey: async (createdBy, clientKey) => {
      const row = await articles.findOne({ createdBy: objectId(createdBy), clientKey }).lean<ArticleRow>();
      return row && articleOf(row);
    },
    insertVersion: async (tx, version, words) => {
      await versions.create([versionRow(version, words)], { session: tx });
    },
    article: async (id, tx) => {
      const row = await articles.findById(objectId(id), null, session(tx)).lean<ArticleRow>();
      return row && articleOf(row);
    },
    articlesOf: async (ids) => {
      const rows = await articles.find({ _id: { $in: ids.map(objectId) } }).lean<ArticleRow[]>();
      return rows.map(articleOf);
    },
    version: async (id, tx) => {
      const row = await versions.findById(objectId(id), null, session(tx)).lean<VersionRow>();
      return row && versionOf(row);
    },
    versionNumber: async (articleId, version) => {
      const row = await versions.findOne({ articleId: objectId(articleId), version }).lean<VersionRow>();
      return row && versionOf(row);
    },
    summariesOf: async (ids, tx) => {
      const rows = await versions
        .find({ _id: { $in: ids.map(objectId) } }, WITHOUT_TEXT, session(tx))
        .lean<VersionRow[]>();
      return rows.map(summaryOf);
    },
    changeArticle: async (tx, id, latestVersion, change) => {
      const done = await articles.updateOne(
        { _id: objectId(id), latestVersion },
        { $set: articleChange(change) },
        { session: tx },
      );
      return done.matchedCount === 1;
    },
    moveVersion: (tx, id, step, change = {}) => move(tx, { _id: objectId(id) }, step, change),
    approveVersion: (tx, id, step, change) => {
      const by = objectId(change.approval.by);
      const exactly = { contentHash: change.approval.contentHash, authors: { $ne: by }, submittedBy: { $ne: by } };
      return move(tx, { _id: objectId(id), ...exactly }, step, change);
    },
    list: async (filter, before, limit) => {
      const rows = await articles
        .find({ ...articleFilter(filter), ...(before ? olderThan('updatedAt', before) : {}) }, { words: 0 })
        .sort({ updatedAt: -1, _id: -1 })
        .limit(limit)
        .lean<ArticleRow[]>();
      return rows.map(articleOf);
    },
    versionsOf: async (articleId, below, limit) => {
      const rows = await versions
        .find({ articleId: objectId(articleId), ...(below === null ? {} : { version: { $lt: below } }) }, WITHOUT_TEXT)
        .sort({ version: -1 })
        .limit(limit)
        .lean<VersionRow[]>();
      return rows.map(summaryOf);
    },
  };
}

/** A keyset page: the first condition bounds the index, the second drops what was shown already at the same instant. */
export function olderThan(field: 'updatedAt' | 'publishedAt', before: Before): Record<string, unknown> {
  return {
    [field]: { $lte: before.at },
    $or: [{ [field]: { $lt: before.at } }, { _id: { $lt: objectId(before.id) } }],
  };
}

function articleFilter(filter: ArticleFilter): QueryFilter<ArticleRow> {
  return {
    ...(filter.status === undefined ? {} : { status: filter.status }),
    ...(filter.categoryCode === undefined ? {} : { categoryCode: filter.categoryCode }),
    ...(filter.villageCode === undefined ? {} : { villageCode: filter.villageCode }),
    ...(filter.author === undefined ? {} : { authors: objectId(filter.author) }),
    ...(filter.words === undefined ? {} : { words: { $all: [...filter.words] } }),
  };
}

const idOrNull = (id: string | null) => (id === null ? null : objectId(id));
const personIn = <T extends { readonly by: string }>(what: T) => ({ ...what, by: objectId(what.by) });

function verdictIn({ replacedBy, ...verdict }: Verdict) {
  return { ...personIn(verdict), ...(replacedBy === undefined ? {} : { replacedBy: objectId(replacedBy) }) };
}

function articleChange(change: ArticleChange): Record<string, unknown> {
  const set: Record<string, unknown> = { ...change };
  if (change.latestVersionId !== undefined) set['latestVersionId'] = objectId(change.latestVersionId);
  if (change.approvedVersionId !== undefined) set['approvedVersionId'] = idOrNull(change.approvedVersionId);
  if (change.publicVersionId !== undefined) set['publicVersionId'] = idOrNull(change.publicVersionId);
  if (change.authors !== undefined) set['authors'] = change.authors.map(objectId);
  return set;
}

function versionChange(change: VersionChange): Record<string, unknown> {
  const set: Record<string, unknown> = { ...change };
  if (change.authors !== undefined) set['authors'] = change.authors.map(objectId);
  if (change.submittedBy !== undefined) set['submittedBy'] = objectId(change.submittedBy);
  if (change.approval !== undefined) set['approval'] = personIn(change.approval);
  if (change.rejection) set['rejection'] = verdictIn(change.rejection);
  if (change.withdrawal !== undefined) set['withdrawal'] = verdictIn(change.withdrawal);
  return set;
}

function articleRow({ id, ...article }: Article, listing: Listing): Omit<ArticleRow, never> {
  return {
    ...article,
    ...listing,
    _id: objectId(id),
    latestVersionId: objectId(article.latestVersionId),
    approvedVersionId: idOrNull(article.approvedVersionId),
    publicVersionId: idOrNull(article.publicVersionId),
    createdBy: objectId(article.createdBy),
    authors: listing.authors.map(objectId),
  };
}

function versionRow({ id, ...version }: ArticleVersion, words: VersionWords): VersionRow {
  return {
    ...version,
    ...words,
    _id: objectId(id),
    articleId: objectId(version.articleId),
    images: version.images.map((image) => ({ ...image, mediaId: objectId(image.mediaId) })),
    cover: version.cover && { ...version.cover, mediaId: objectId(version.cover.mediaId) },
    authors: version.authors.map(objectId),
    createdBy: objectId(version.createdBy),
    submittedBy: idOrNull(version.submittedBy),
    approval: version.approval && personIn(version.approval),
    rejection: version.rejection && verdictIn(version.rejection),
    withdrawal: version.withdrawal && verdictIn(version.withdrawal),
  };
}
