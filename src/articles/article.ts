import { canonicalJson, sha256Hex, type StateTable } from '../kernel/index.ts';

/**
 * Life of one version (docs/promises.md#p1). `approved` waits for its briefing, `published` is public, `replaced` was
 * overtaken by a newer version. There is no way to `approved` or `published` but through `submitted`.
 */
export const VERSION_STATES = [
  'draft',
  'submitted',
  'rejected',
  'approved',
  'published',
  'withdrawn',
  'replaced',
] as const;
export type VersionStatus = (typeof VERSION_STATES)[number];

/** What an article shows as its status: that of its newest version, or `withdrawn`. */
export const ARTICLE_STATES = ['draft', 'submitted', 'rejected', 'approved', 'published', 'withdrawn'] as const;
export type ArticleStatus = (typeof ARTICLE_STATES)[number];

export type VersionMove = 'submit' | 'reject' | 'approve' | 'approve_public' | 'publish' | 'withdraw' | 'replace';

export const VERSION_TABLE: StateTable<VersionStatus, VersionMove> = {
  draft: { submit: 'submitted', replace: 'replaced' },
  submitted: { approve: 'approved', approve_public: 'published', reject: 'rejected', replace: 'replaced' },
  rejected: { submit: 'submitted', replace: 'replaced' },
  approved: { publish: 'published', withdraw: 'withdrawn', replace: 'replaced' },
  published: { withdraw: 'withdrawn', replace: 'replaced' },
  withdrawn: {},
  replaced: {},
};

/** `briefing`: approval makes it ready, the push makes it public. */
export const PUBLISH_WITH = ['approval', 'briefing'] as const;
export type PublishWith = (typeof PUBLISH_WITH)[number];

/** One image that a version shows, by its bytes. */
export interface ImageRef {
  readonly mediaId: string;
  readonly sha256: string;
}

/** The record of collective discussion that a major decision (三重一大) needs. */
export interface CollectiveDecision {
  /** Day of the meeting in China. */
  readonly date: string;
  readonly minutesNo: string;
}

/** What a version says to the public: everything here is hashed. */
export interface Content {
  readonly title: string;
  readonly shortTitle: string | null;
  readonly summary: string;
  readonly categoryCode: string;
  readonly villageCode: string | null;
  /** Code of the unit (站所) that it comes from; null = the town office itself. */
  readonly unitCode: string | null;
  readonly majorDecision: boolean;
  readonly bodyHtml: string;
  /** Of the body, in the order of their first appearance. */
  readonly images: readonly ImageRef[];
  readonly cover: ImageRef | null;
}

export interface Approval {
  readonly by: string;
  readonly byName: string;
  readonly at: Date;
  readonly contentHash: string;
  readonly collectiveDecision: CollectiveDecision | null;
  readonly personalDataBasis: string | null;
}

/** Who turned a version back or took it away, when and why. */
export interface Verdict {
  readonly by: string;
  readonly byName: string;
  readonly at: Date;
  readonly reason: string;
  /** Of a withdrawal: the article that stands for this one now. */
  readonly replacedBy?: string;
}

export interface ArticleVersion extends Content {
  readonly id: string;
  readonly articleId: string;
  /** Counts from 1 within the article. */
  readonly version: number;
  readonly status: VersionStatus;
  readonly publishWith: PublishWith;
  /** SHA-256 of the body alone, so that a list can check a title without reading the text. */
  readonly bodyHash: string;
  readonly contentHash: string;
  /** Everyone who wrote this version or one that it came from, or submitted it and was turned back. */
  readonly authors: readonly string[];
  readonly createdBy: string;
  readonly createdByName: string;
  readonly createdAt: Date;
  readonly submittedBy: string | null;
  readonly submittedByName: string | null;
  readonly submittedAt: Date | null;
  readonly approval: Approval | null;
  readonly rejection: Verdict | null;
  readonly withdrawal: Verdict | null;
  readonly publishedAt: Date | null;
  /** Pictures of what was sent that could not be taken; not part of what is hashed. */
  readonly droppedPictures: number;
}

/** A version as lists show it: without its text. */
export type VersionSummary = Omit<ArticleVersion, 'bodyHtml'>;

/** The article as the office sees it: which version is the newest, which one the public has. */
export interface Article {
  readonly id: string;
  readonly status: ArticleStatus;
  readonly latestVersion: number;
  readonly latestVersionId: string;
  /** Approved and waiting for its briefing. */
  readonly approvedVersionId: string | null;
  readonly publicVersionId: string | null;
  readonly publicVersion: number | null;
  readonly firstPublishedAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What the hash covers when the body is known only by its own hash. */
export type HashedParts = Omit<Content, 'bodyHtml'> & { readonly bodyHash: string };

/**
 * SHA-256 of the canonical form (docs/promises.md#p1): title, short title, summary, category, village, unit,
 * majorDecision, the body's SHA-256 and that of every image. The body goes in by its hash, so that whoever has a list's
 * fields can check them and whoever has the body can check all. `form` is raised when the form changes.
 */
export function contentHashOf(parts: HashedParts): string {
  return sha256Hex(
    canonicalJson({
      form: 1,
      title: parts.title,
      shortTitle: parts.shortTitle,
      summary: parts.summary,
      category: parts.categoryCode,
      village: parts.villageCode,
      unit: parts.unitCode,
      majorDecision: parts.majorDecision,
      body: parts.bodyHash,
      cover: parts.cover === null ? null : parts.cover.sha256,
      images: parts.images.map((image) => image.sha256),
    }),
  );
}

/** SHA-256 of the body's text as stored. */
export function bodyHashOf(bodyHtml: string): string {
  return sha256Hex(bodyHtml);
}

/** All images of a version, the cover first; each once. */
export function imagesOf(content: Pick<Content, 'cover' | 'images'>): readonly ImageRef[] {
  const { cover, images } = content;
  return cover === null || images.some((image) => image.mediaId === cover.mediaId) ? images : [cover, ...images];
}

/**
 * True where this person may decide on the version: nobody who wrote any part of it or submitted it
 * (docs/promises.md#p1).
 */
export function mayApprove(version: Pick<ArticleVersion, 'authors' | 'submittedBy'>, staffId: string): boolean {
  return !version.authors.includes(staffId) && version.submittedBy !== staffId;
}

/**
 * What keeps a stored version from being shown or pushed, as an English fact for the log; null where everything that
 * can be seen without its images is as a leader approved it. Recomputes the hash; trusts no stored one.
 */
export function whyNotAsApproved(version: ArticleVersion | (VersionSummary & { bodyHtml?: undefined })): string | null {
  const { approval } = version;
  if (approval === null) return 'no approval';
  if (version.authors.length === 0 || !mayApprove(version, approval.by)) return 'approved by an author or submitter';
  if (version.bodyHtml !== undefined && bodyHashOf(version.bodyHtml) !== version.bodyHash) return 'body differs';
  if (contentHashOf(version) !== version.contentHash) return 'content differs from its hash';
  if (approval.contentHash !== version.contentHash) return 'approved another hash';
  return version.majorDecision && approval.collectiveDecision === null ? 'no record of collective discussion' : null;
}
