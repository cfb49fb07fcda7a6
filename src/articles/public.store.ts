import type { Connection } from 'mongoose';
import type { AskedThing } from '../platform/search-words/index.ts';
import type { ArticleVersion, VersionSummary } from './article.ts';
import { articleModels, objectId, summaryOf, versionOf, type VersionRow } from './articles.model.store.ts';
import { type Before, olderThan } from './articles.store.ts';

export interface PublicFilter {
  readonly categoryCode?: string | undefined;
  readonly villageCode?: string | undefined;
  /** All of these things in the title, each by any of its names. */
  readonly inTitle?: readonly AskedThing[] | undefined;
  /** All of these things anywhere, but not all in the title. */
  readonly onlyInText?: readonly AskedThing[] | undefined;
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
            ...(filter.inTitle === undefined ? {} : holdingAll('titleWords', filter.inTitle)),
            ...(filter.onlyInText === undefined
              ? {}
              : { ...holdingAll('words', filter.onlyInText), $nor: [holdingAll('titleWords', filter.onlyInText)] }),
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

/** A thing with one name is a plain `$all`, which the index serves best; with several it is any of them. */
function holdingAll(field: 'words' | 'titleWords', things: readonly AskedThing[]): Record<string, unknown> {
  const plain = things.flatMap((names) => (names.length === 1 ? (names[0] ?? []) : []));
  const several = things.filter((names) => names.length > 1);
  return {
    ...(plain.length > 0 ? { [field]: { $all: [...new Set(plain)] } } : {}),
    ...(several.length > 0
      ? { $and: several.map((names) => ({ $or: names.map((keys) => ({ [field]: { $all: [...keys] } })) })) }
      : {}),
  };
}
