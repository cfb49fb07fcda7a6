import type { z } from 'zod';
import type { Article, ArticleVersion, Verdict, VersionSummary } from './article.ts';
import type {
  articleItem,
  articleView,
  diffView,
  personalDataPlace,
  personalDataStretches,
  versionView,
} from './articles.contract.ts';
import { missingPictures } from './missing-pictures.ts';
import type { Papers } from './papers.ts';
import type { Finding } from './scan-body.ts';

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
  return {
    ...viewItem(article, latest),
    bodyHtml: latest.bodyHtml,
    missingPictures: missingPictures(latest),
    personalData: found.map(viewFinding),
    personalDataAt: found.map(viewStretches),
  };
}

export function viewFinding(found: Finding): z.output<typeof personalDataPlace> {
  const { kind, name, place, shown } = found;
  return { kind, name, place, shown };
}

export function viewStretches({ field, at, stars }: Finding): z.output<typeof personalDataStretches> {
  return { field, at: at.map(([from, to]) => [from, to]), stars: [...stars] };
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
  ['body', (version) => version.bodyHtml],
  ['images', (version) => version.images.map((image) => image.sha256).join('\n')],
];

/** What a leader must look at: the fields that differ, in words, not markup. `from` null compares with nothing. */
export async function viewDiff(
  papers: Pick<Papers, 'compare'>,
  from: ArticleVersion | null,
  to: ArticleVersion,
): Promise<z.output<typeof diffView>> {
  const differing = FIELDS.map(([field, read]) => ({
    field,
    before: from === null ? '' : read(from),
    after: read(to),
    markup: field === 'body',
  })).filter(({ before, after }) => before !== after);
  const compared = await papers.compare(differing.map(({ before, after, markup }) => ({ before, after, markup })));
  const changes = differing.map(({ field }, i) => ({ field, parts: compared[i] ?? [] }));
  // Two bodies may differ in markup alone.
  const telling = changes.filter(({ parts }) => parts.some(({ op }) => op !== 'same'));
  return { from: from?.version ?? null, to: to.version, changes: telling };
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
