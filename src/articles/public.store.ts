import type { Connection } from 'mongoose';
import type { ArticleVersion, VersionSummary } from './article.ts';
import { articleModels, objectId, summaryOf, versionOf, type VersionRow } from './articles.model.store.ts';
import { type Before, olderThan } from './articles.store.ts';

export interface PublicFilter {
  readonly categoryCode?: string | undefined;
  readonly villageCode?: string | undefined;
  /** All of these words in the title. */
  readonly titleWords?: readonly string[] | undefined;
  /** All of these words anywhere, but not all in the title. */
  readonly onlyTextWords?: readonly string[] | undefined;
}

/** Reads for the public: published versions and nothing else. */
export interface PublicStore {
  published(articleId: string): Promise<ArticleVersion | null>;
  /** The newest of those that had been public. */
  lastWithdrawn(articleId: string): Promise<VersionSummary | null>;
  /** Newest first. */
  list(filter: PublicFilter, before: Before | null, limit: number): Promise<VersionSummary[]>;
  /** The published versions that show this image. */
  showing(mediaId: string): Promise<VersionSummary[]>;
}

const PUBLISHED = { status: 'published' } as const;
const WITHOUT_TEXT = { bodyHtml: 0, words: 0, titleWords: 0 } as const;
/** A search that takes longer than this helps nobody and must not hold the database, ms. */
const MAX_TIME_MS = 2_000;
/** One image stands in few articles; more need not be asked to know that it is public. */
const MAX_SHOWING = 5;

export function createPublicStore(connection: Connection): PublicStore {
  const { versions } = articleModels(connection);
  return {
    published: async (articleId) => {
      const row = await versions.findOne({ articleId: objectId(articleId), ...PUBLISHED }).lean<VersionRow>();
      return row && versionOf(row);
    },
    lastWithdrawn: async (articleId) => {
      const row = await versions
        .findOne({ articleId: objectId(articleId), status: 'withdrawn', publishedAt: { $ne: null } }, WITHOUT_TEXT)
        .sort({ version: -1 })
        .lean<VersionRow>();
      return row && summaryOf(row);
    },
    list: async (filter, before, limit) => {
      const rows = await versions
        .find(
          {
            ...PUBLISHED,
            ...(filter.categoryCode === undefined ? {} : { categoryCode: filter.categoryCode }),
            ...(filter.villageCode === undefined ? {} : { villageCode: filter.villageCode }),
            ...(filter.titleWords === undefined ? {} : { titleWords: { $all: [...filter.titleWords] } }),
            ...(filter.onlyTextWords === undefined
              ? {}
              : {
                  words: { $all: [...filter.onlyTextWords] },
                  $nor: [{ titleWords: { $all: [...filter.onlyTextWords] } }],
                }),
            ...(before ? olderThan('publishedAt', before) : {}),
          },
          WITHOUT_TEXT,
        )
        .sort({ publishedAt: -1, _id: -1 })
        .limit(limit)
        .maxTimeMS(MAX_TIME_MS)
        .lean<VersionRow[]>();
      return rows.map(summaryOf);
    },
    showing: async (mediaId) => {
      const id = objectId(mediaId);
      const [inText, asCover] = await Promise.all(
        ['images.mediaId', 'cover.mediaId'].map((field) =>
          versions
            .find({ ...PUBLISHED, [field]: id }, WITHOUT_TEXT)
            .limit(MAX_SHOWING)
            .lean<VersionRow[]>(),
        ),
      );
      return [...(inText ?? []), ...(asCover ?? [])].map(summaryOf);
    },
  };
}
