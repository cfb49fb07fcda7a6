import { type Connection, type Model, Schema, Types } from 'mongoose';
import type { Approval, Article, ArticleVersion, ImageRef, Verdict, VersionSummary } from './article.ts';

type Row<T, Ids extends keyof T> = Omit<T, Ids | 'id'> & { readonly [K in Ids]: Stored<T[K]> };
type Stored<V> = V extends readonly string[]
  ? readonly Types.ObjectId[]
  : V extends string
    ? Types.ObjectId
    : V extends null
      ? null
      : never;

type ImageRow = Row<ImageRef, 'mediaId'>;
type VerdictRow = Row<Omit<Verdict, 'replacedBy'>, 'by'> & { readonly replacedBy?: Types.ObjectId };
type ApprovalRow = Row<Approval, 'by'>;

/** A version as MongoDB holds it: people and things by ObjectId, so that the validator can compare them. */
export interface VersionRow
  extends Omit<
    Row<ArticleVersion, 'articleId' | 'createdBy' | 'submittedBy' | 'authors'>,
    'images' | 'cover' | 'approval' | 'rejection' | 'withdrawal'
  > {
  readonly _id: Types.ObjectId;
  readonly images: readonly ImageRow[];
  readonly cover: ImageRow | null;
  readonly approval: ApprovalRow | null;
  readonly rejection: VerdictRow | null;
  readonly withdrawal: VerdictRow | null;
  readonly words: readonly string[];
  readonly titleWords: readonly string[];
}

/** An article with what lists of the office filter by, taken from its newest version. */
export interface ArticleRow
  extends Row<Article, 'latestVersionId' | 'approvedVersionId' | 'publicVersionId' | 'createdBy'> {
  readonly _id: Types.ObjectId;
  readonly title: string;
  readonly categoryCode: string;
  readonly villageCode: string | null;
  readonly authors: readonly Types.ObjectId[];
  readonly words: readonly string[];
  /** Of the request that made it; absent where that had none. */
  readonly clientKey?: string;
}

const part = { _id: false, strict: 'throw' } as const;
const text = { type: String, required: true };
const textOrNull = { type: String, default: null };
const date = { type: Date, required: true };
const dateOrNull = { type: Date, default: null };
const id = { type: Schema.Types.ObjectId, required: true };
const idOrNull = { type: Schema.Types.ObjectId, default: null };
const one = (schema: Schema) => ({ type: schema, default: null });

const image = new Schema({ mediaId: id, sha256: text }, part);
const verdict = new Schema({ by: id, byName: text, at: date, reason: text }, part);
const withdrawal = new Schema(
  { by: id, byName: text, at: date, reason: text, replacedBy: Schema.Types.ObjectId },
  part,
);
const decision = new Schema({ date: text, minutesNo: text }, part);
const approval = new Schema(
  {
    by: id,
    byName: text,
    at: date,
    contentHash: text,
    collectiveDecision: one(decision),
    personalDataBasis: textOrNull,
  },
  part,
);

const options = { strict: 'throw', versionKey: false, autoIndex: false } as const;
const versionSchema = new Schema(
  {
    articleId: id,
    version: { type: Number, required: true },
    status: text,
    publishWith: text,
    title: text,
    shortTitle: textOrNull,
    summary: { type: String, default: '' },
    categoryCode: text,
    villageCode: textOrNull,
    unitCode: textOrNull,
    majorDecision: { type: Boolean, required: true },
    bodyHtml: text,
    images: { type: [image], default: [] },
    cover: one(image),
    bodyHash: text,
    contentHash: text,
    authors: { type: [Schema.Types.ObjectId], required: true },
    createdBy: id,
    createdByName: text,
    createdAt: date,
    submittedBy: idOrNull,
    submittedByName: textOrNull,
    submittedAt: dateOrNull,
    approval: one(approval),
    rejection: one(verdict),
    withdrawal: one(withdrawal),
    publishedAt: dateOrNull,
    droppedPictures: { type: Number, default: 0 },
    words: [String],
    titleWords: [String],
  },
  { ...options, collection: 'article_versions' },
);

const articleSchema = new Schema(
  {
    status: text,
    latestVersion: { type: Number, required: true },
    latestVersionId: id,
    approvedVersionId: idOrNull,
    publicVersionId: idOrNull,
    publicVersion: { type: Number, default: null },
    firstPublishedAt: dateOrNull,
    title: text,
    categoryCode: text,
    villageCode: textOrNull,
    authors: { type: [Schema.Types.ObjectId], required: true },
    words: [String],
    createdBy: id,
    createdAt: date,
    updatedAt: date,
    clientKey: String,
  },
  { ...options, collection: 'articles' },
);

export interface ArticleModels {
  readonly articles: Model<ArticleRow>;
  readonly versions: Model<VersionRow>;
}

/** The two models on this connection; made once. */
export function articleModels(connection: Connection): ArticleModels {
  const made: Readonly<Record<string, unknown>> = connection.models;
  return {
    articles: (made['Article'] ?? connection.model('Article', articleSchema)) as Model<ArticleRow>,
    versions: (made['ArticleVersion'] ?? connection.model('ArticleVersion', versionSchema)) as Model<VersionRow>,
  };
}

/** A checked id as ObjectId. Throws where it is none: contracts have refused that before. */
export function objectId(hex: string): Types.ObjectId {
  return Types.ObjectId.createFromHexString(hex);
}

/** A new id, for documents that must know each other before they are written. */
export function newObjectId(): string {
  return new Types.ObjectId().toHexString();
}

export function articleOf(row: ArticleRow): Article {
  return {
    id: row._id.toHexString(),
    status: row.status,
    latestVersion: row.latestVersion,
    latestVersionId: row.latestVersionId.toHexString(),
    approvedVersionId: row.approvedVersionId?.toHexString() ?? null,
    publicVersionId: row.publicVersionId?.toHexString() ?? null,
    publicVersion: row.publicVersion,
    firstPublishedAt: row.firstPublishedAt,
    createdBy: row.createdBy.toHexString(),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

const imageOf = (row: ImageRow): ImageRef => ({ mediaId: row.mediaId.toHexString(), sha256: row.sha256 });
const verdictOf = (row: VerdictRow | null): Verdict | null => {
  if (row === null) return null;
  const { by, replacedBy, ...rest } = row;
  return { ...rest, by: by.toHexString(), ...(replacedBy ? { replacedBy: replacedBy.toHexString() } : {}) };
};

/** Takes stored fields one by one: what a forger adds does not travel on. */
export function summaryOf(row: Omit<VersionRow, 'bodyHtml' | 'words' | 'titleWords'>): VersionSummary {
  return {
    id: row._id.toHexString(),
    articleId: row.articleId.toHexString(),
    version: row.version,
    status: row.status,
    publishWith: row.publishWith,
    title: row.title,
    shortTitle: row.shortTitle,
    summary: row.summary,
    categoryCode: row.categoryCode,
    villageCode: row.villageCode,
    unitCode: row.unitCode,
    majorDecision: row.majorDecision,
    images: row.images.map(imageOf),
    cover: row.cover && imageOf(row.cover),
    bodyHash: row.bodyHash,
    contentHash: row.contentHash,
    authors: row.authors.map((author) => author.toHexString()),
    createdBy: row.createdBy.toHexString(),
    createdByName: row.createdByName,
    createdAt: row.createdAt,
    submittedBy: row.submittedBy?.toHexString() ?? null,
    submittedByName: row.submittedByName,
    submittedAt: row.submittedAt,
    approval: row.approval && { ...row.approval, by: row.approval.by.toHexString() },
    rejection: verdictOf(row.rejection),
    withdrawal: verdictOf(row.withdrawal),
    publishedAt: row.publishedAt,
    // Versions from before this was kept have none.
    droppedPictures: row.droppedPictures ?? 0,
  };
}

export function versionOf(row: VersionRow): ArticleVersion {
  return { ...summaryOf(row), bodyHtml: row.bodyHtml };
}
