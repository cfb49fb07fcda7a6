import { fileCollections } from '../platform/files/index.ts';
import type { CollectionManifest, IndexDeclaration } from '../platform/mongo/index.ts';
import { ARTICLE_STATES, PUBLISH_WITH, VERSION_STATES, type VersionStatus } from './article.ts';

/** GridFS bucket of the images. */
export const MEDIA_BUCKET = 'media';

const ID = { bsonType: 'objectId' };
const ID_OR_NULL = { bsonType: ['objectId', 'null'] };
const TEXT = { bsonType: 'string', minLength: 1 };
const TEXT_OR_NULL = { bsonType: ['string', 'null'] };
const DATE = { bsonType: 'date' };
const DATE_OR_NULL = { bsonType: ['date', 'null'] };
const COUNT = { bsonType: 'number', minimum: 1 };
const COUNT_OR_NULL = { bsonType: ['number', 'null'], minimum: 1 };
/** A pattern's `$` lets a line end pass; the length does not. */
const HASH = { bsonType: 'string', pattern: '^[0-9a-f]{64}$', maxLength: 64 };
const WORDS = { bsonType: 'array', items: TEXT };

/** Every field must be there and no other: a missing one would compare as nothing, an odd one could hide a meaning. */
const closed = (properties: Record<string, unknown>): Record<string, unknown> => ({
  bsonType: 'object',
  required: Object.keys(properties),
  properties,
  additionalProperties: false,
});
const orNull = (schema: Record<string, unknown>): Record<string, unknown> => ({
  anyOf: [{ bsonType: 'null' }, schema],
});

const IMAGE = closed({ mediaId: ID, sha256: HASH });
const VERDICT = closed({ by: ID, byName: TEXT, at: DATE, reason: TEXT });
const WITHDRAWAL = { ...VERDICT, properties: { by: ID, byName: TEXT, at: DATE, reason: TEXT, replacedBy: ID } };
const APPROVAL = closed({
  by: ID,
  byName: TEXT,
  at: DATE,
  contentHash: HASH,
  collectiveDecision: orNull(closed({ date: TEXT, minutesNo: TEXT })),
  personalDataBasis: TEXT_OR_NULL,
});

const VERSION_FACTS = closed({
  _id: ID,
  articleId: ID,
  version: COUNT,
  status: { bsonType: 'string', enum: [...VERSION_STATES] },
  publishWith: { bsonType: 'string', enum: [...PUBLISH_WITH] },
  title: TEXT,
  shortTitle: TEXT_OR_NULL,
  summary: { bsonType: 'string' },
  categoryCode: TEXT,
  villageCode: TEXT_OR_NULL,
  unitCode: TEXT_OR_NULL,
  majorDecision: { bsonType: 'bool' },
  bodyHtml: TEXT,
  images: { bsonType: 'array', items: IMAGE },
  cover: orNull(IMAGE),
  bodyHash: HASH,
  contentHash: HASH,
  authors: { bsonType: 'array', minItems: 1, uniqueItems: true, items: ID },
  createdBy: ID,
  createdByName: TEXT,
  createdAt: DATE,
  submittedBy: ID_OR_NULL,
  submittedByName: TEXT_OR_NULL,
  submittedAt: DATE_OR_NULL,
  approval: orNull(APPROVAL),
  rejection: orNull(VERDICT),
  withdrawal: orNull(WITHDRAWAL),
  publishedAt: DATE_OR_NULL,
  words: WORDS,
  titleWords: WORDS,
});
/** Versions from before pictures were counted do not say it. */
const VERSION_SHAPE = {
  ...VERSION_FACTS,
  properties: {
    ...(VERSION_FACTS['properties'] as object),
    droppedPictures: { bsonType: ['int', 'long', 'double'], minimum: 0 },
  },
};

const UNAPPROVED: readonly VersionStatus[] = ['draft', 'submitted', 'rejected'];
const isNull = (field: string): object => ({ $eq: [{ $type: field }, 'null'] });
const ifThen = (condition: object, then: object): object => ({ $or: [{ $not: [condition] }, then] });
const statusIs = (...states: readonly VersionStatus[]): object => ({ $in: ['$status', [...states]] });

/**
 * P1's last layer but one: whatever command writes a version, an approved state needs the approval of a person who
 * neither wrote any part nor submitted it, for exactly this hash. The shape above pins every type first, because
 * comparisons alone would let a string pass for an id and an array for a state.
 */
const VERSION_RULES = {
  $and: [
    { $in: ['$createdBy', '$authors'] },
    ifThen(statusIs(...UNAPPROVED), isNull('$approval')),
    ifThen(statusIs('approved', 'published', 'withdrawn'), { $not: [isNull('$approval')] }),
    ifThen(statusIs('submitted', 'rejected'), { $not: [isNull('$submittedBy')] }),
    ifThen(statusIs('rejected'), { $not: [isNull('$rejection')] }),
    ifThen(statusIs('withdrawn'), { $not: [isNull('$withdrawal')] }),
    ifThen(statusIs('published'), { $not: [isNull('$publishedAt')] }),
    ifThen(
      { $not: [isNull('$approval')] },
      {
        $and: [
          { $not: [isNull('$submittedBy')] },
          { $not: [{ $in: ['$approval.by', '$authors'] }] },
          { $ne: ['$approval.by', '$submittedBy'] },
          { $eq: ['$approval.contentHash', '$contentHash'] },
          ifThen({ $eq: ['$majorDecision', true] }, { $not: [isNull('$approval.collectiveDecision')] }),
        ],
      },
    ),
  ],
};

/** `key` of the public's indexes: only published versions are in them, so they stay small and hold nothing else. */
const publicIndex = (name: string, key: Record<string, 1 | -1>, unique = false): IndexDeclaration => ({
  name,
  key,
  partialFilterExpression: { status: 'published' },
  ...(unique ? { unique } : {}),
});

const versions: CollectionManifest = {
  name: 'article_versions',
  validator: { $jsonSchema: VERSION_SHAPE, $expr: VERSION_RULES },
  indexes: [
    { name: 'number', key: { articleId: 1, version: -1 }, unique: true },
    { name: 'ever_published', key: { publishedAt: 1, articleId: 1, categoryCode: 1 } },
    publicIndex('one_public', { articleId: 1 }, true),
    publicIndex('public_newest', { publishedAt: -1, _id: -1 }),
    publicIndex('public_category', { categoryCode: 1, publishedAt: -1, _id: -1 }),
    publicIndex('public_village', { villageCode: 1, publishedAt: -1, _id: -1 }),
    publicIndex('public_title_words', { titleWords: 1, publishedAt: -1, _id: -1 }),
    publicIndex('public_words', { words: 1, publishedAt: -1, _id: -1 }),
    publicIndex('public_images', { 'images.mediaId': 1 }),
    publicIndex('public_cover', { 'cover.mediaId': 1 }),
  ],
};

const ARTICLE_FIELDS = closed({
  _id: ID,
  status: { bsonType: 'string', enum: [...ARTICLE_STATES] },
  latestVersion: COUNT,
  latestVersionId: ID,
  approvedVersionId: ID_OR_NULL,
  publicVersionId: ID_OR_NULL,
  publicVersion: COUNT_OR_NULL,
  firstPublishedAt: DATE_OR_NULL,
  title: TEXT,
  categoryCode: TEXT,
  villageCode: TEXT_OR_NULL,
  authors: { bsonType: 'array', minItems: 1, uniqueItems: true, items: ID },
  words: WORDS,
  createdBy: ID,
  createdAt: DATE,
  updatedAt: DATE,
});
/** The one field that need not be there. */
const ARTICLE_SHAPE = {
  ...ARTICLE_FIELDS,
  properties: { ...(ARTICLE_FIELDS['properties'] as object), clientKey: TEXT },
};

/** The office's list. What is public is decided by the versions alone; this must only never say what they do not. */
const articles: CollectionManifest = {
  name: 'articles',
  validator: {
    $jsonSchema: ARTICLE_SHAPE,
    $expr: {
      $and: [
        ifThen({ $eq: ['$status', 'published'] }, { $eq: ['$publicVersionId', '$latestVersionId'] }),
        ifThen({ $eq: ['$status', 'approved'] }, { $eq: ['$approvedVersionId', '$latestVersionId'] }),
      ],
    },
  },
  indexes: [
    { name: 'newest', key: { updatedAt: -1, _id: -1 } },
    { name: 'by_status', key: { status: 1, updatedAt: -1, _id: -1 } },
    { name: 'by_category', key: { categoryCode: 1, updatedAt: -1, _id: -1 } },
    { name: 'by_village', key: { villageCode: 1, updatedAt: -1, _id: -1 } },
    { name: 'by_author', key: { authors: 1, updatedAt: -1, _id: -1 } },
    { name: 'by_word', key: { words: 1, updatedAt: -1, _id: -1 } },
    {
      name: 'once_a_key',
      key: { createdBy: 1, clientKey: 1 },
      unique: true,
      partialFilterExpression: { clientKey: { $exists: true } },
    },
  ],
};

/** What `npm run migrate` makes and the start compares. */
/** One document: which state of the public's texts is the present one (`ArticlesStore.revision`). */
const revisions: CollectionManifest = {
  name: 'article_revisions',
  validator: { $jsonSchema: closed({ _id: TEXT, mark: TEXT }) },
  indexes: [],
};

export const articlesCollections: readonly CollectionManifest[] = [
  articles,
  versions,
  revisions,
  ...fileCollections(MEDIA_BUCKET),
];
