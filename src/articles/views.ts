import type { z } from 'zod';
import type { Article, ArticleVersion, Verdict, VersionSummary } from './article.ts';
import type { articleItem, articleView, diffView, personalDataPlace, versionView } from './articles.contract.ts';
import { plainText } from './body-text.ts';
import { compareWords } from './diff.ts';
import { type Finding, PERSONAL_DATA_NAMES } from './personal-data.ts';

/** What the staff API answers: dates as ISO 8601, people with their names as of then. */
export function viewVersion(version: VersionSummary): z.output<typeof versionView> {
  const { approval } = version;
  return {
    versionId: version.id,
    version: version.version,
    status: version.status,
    contentHash: version.contentHash,
    publishWith: version.publishWith,
    title: version.title,
    shortTitle: version.shortTitle,
    summary: version.summary,
    categoryCode: version.categoryCode,
    villageCode: version.villageCode,
    unit: version.unitCode,
    majorDecision: version.majorDecision,
    coverMediaId: version.cover?.mediaId ?? null,
    authors: [...version.authors],
    createdBy: { id: version.createdBy, name: version.createdByName },
    createdAt: version.createdAt.toISOString(),
    submittedBy: version.submittedBy === null ? null : { id: version.submittedBy, name: version.submittedByName ?? '' },
    submittedAt: iso(version.submittedAt),
    approval: approval && {
      by: { id: approval.by, name: approval.byName },
      at: approval.at.toISOString(),
      contentHash: approval.contentHash,
      collectiveDecision: approval.collectiveDecision,
      personalDataBasis: approval.personalDataBasis,
    },
    rejection: viewVerdict(version.rejection),
    withdrawal: viewWithdrawal(version.withdrawal),
    publishedAt: iso(version.publishedAt),
  };
}

export function viewItem(article: Article, latest: VersionSummary): z.output<typeof articleItem> {
  return {
    ...viewVersion(latest),
    id: article.id,
    status: article.status,
    publicVersion: article.publicVersion,
    publicPath: `/articles/${article.id}`,
    firstPublishedAt: iso(article.firstPublishedAt),
    updatedAt: article.updatedAt.toISOString(),
  };
}

export function viewArticle(
  article: Article,
  latest: ArticleVersion,
  found: readonly Finding[],
): z.output<typeof articleView> {
  return { ...viewItem(article, latest), bodyHtml: latest.bodyHtml, personalData: found.map(viewFinding) };
}

export function viewFinding(found: Finding): z.output<typeof personalDataPlace> {
  return { ...found, name: PERSONAL_DATA_NAMES[found.kind] };
}

const FIELDS: readonly [string, (version: ArticleVersion) => string][] = [
  ['title', (version) => version.title],
  ['shortTitle', (version) => version.shortTitle ?? ''],
  ['summary', (version) => version.summary],
  ['categoryCode', (version) => version.categoryCode],
  ['villageCode', (version) => version.villageCode ?? ''],
  ['unitCode', (version) => version.unitCode ?? ''],
  ['majorDecision', (version) => String(version.majorDecision)],
  ['cover', (version) => version.cover?.sha256 ?? ''],
  ['body', (version) => plainText(version.bodyHtml)],
  ['images', (version) => version.images.map((image) => image.sha256).join('\n')],
];

/** What a leader must look at: the fields that differ, in words, not markup. `from` null compares with nothing. */
export function viewDiff(from: ArticleVersion | null, to: ArticleVersion): z.output<typeof diffView> {
  const changes = FIELDS.flatMap(([field, read]) => {
    const [before, after] = [from === null ? '' : read(from), read(to)];
    return before === after ? [] : [{ field, parts: compareWords(before, after) }];
  });
  return { from: from?.version ?? null, to: to.version, changes };
}

function viewVerdict(verdict: Verdict | null): z.output<typeof versionView>['rejection'] {
  return (
    verdict && { by: { id: verdict.by, name: verdict.byName }, at: verdict.at.toISOString(), reason: verdict.reason }
  );
}

function viewWithdrawal(verdict: Verdict | null): z.output<typeof versionView>['withdrawal'] {
  const view = viewVerdict(verdict);
  return view && { ...view, replacedBy: verdict?.replacedBy ?? null };
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null;
}
