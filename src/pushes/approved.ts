import { canonicalJson, countChars, sha256Hex } from '../kernel/index.ts';
import type { Audience } from '../subscribers/index.ts';

/** One article exactly as it was approved when what carries it was submitted. */
export interface FrozenArticle {
  readonly articleId: string;
  readonly versionId: string;
  readonly version: number;
  readonly contentHash: string;
  readonly title: string;
  readonly shortTitle: string | null;
  readonly summary: string;
  readonly coverMediaId: string | null;
  /** Path of the public page, e.g. `/articles/<id>`. */
  readonly publicPath: string;
}

/** What a leader approves: exact versions in their order, and for whom. */
export interface FrozenContent {
  readonly title: string;
  readonly audience: Audience;
  readonly articles: readonly FrozenArticle[];
}

/** Characters of a title on the platform. */
const TITLE_CHARS = 32;

/** SHA-256 over everything that the leader sees and the push sends. */
export function frozenHash({ title, audience, articles }: FrozenContent): string {
  return sha256Hex(
    canonicalJson({
      title,
      audience: { ...audience },
      articles: articles.map(
        ({ articleId, versionId, version, contentHash, title, shortTitle, summary, coverMediaId, publicPath }) => ({
          articleId,
          versionId,
          version,
          contentHash,
          title,
          shortTitle,
          summary,
          coverMediaId,
          publicPath,
        }),
      ),
    }),
  );
}

/** The title as it is pushed; null where it is too long and no short one was given. */
export function pushTitle({ title, shortTitle }: Pick<FrozenArticle, 'title' | 'shortTitle'>): string | null {
  return [title, shortTitle].find((text) => text !== null && countChars(text) <= TITLE_CHARS) ?? null;
}
