import { AppError, chinaDate } from '../kernel/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { type Article, type ArticleVersion, type CollectiveDecision, mayApprove } from './article.ts';
import { scanVersion } from './content.ts';
import { viewFinding } from './views.ts';
import { findPersonalData } from './personal-data/scan.ts';
import { refuseMissingPictures } from './missing-pictures.ts';
import {
  type ActingStaff,
  entry,
  factsOf,
  latest,
  load,
  loadUnchanged,
  moved,
  type ServiceDeps,
  verdict,
} from './service-parts.ts';

export interface ApprovalOrder {
  /** Of the version that the leader read. */
  readonly contentHash: string;
  readonly collectiveDecision: CollectiveDecision | null;
  readonly personalDataBasis: string | null;
}

const NOT_APPROVED = '只有已审核或已公开的文章可以撤回。';

/**
 * A leader's yes to exactly one hash (docs/promises.md#p1): the first two of its layers; the collection's validator is
 * the third.
 */
export async function approve(deps: ServiceDeps, by: ActingStaff, id: string, order: ApprovalOrder): Promise<void> {
  const { store } = deps;
  const { version } = await load(deps, id);
  if (version.status !== 'submitted') throw new AppError('wrong_state', { message: '只有待审核的文章可以审核。' });
  if (!mayApprove(version, by.id)) throw new AppError('self_approval');
  if (order.contentHash !== version.contentHash) throw new AppError('hash_mismatch');
  await deps.verifier.contentAsHashed(version);
  refuseMissingPictures(version);
  checkDecision(version, order.collectiveDecision, deps.clock.now());
  const places = await scanVersion(deps.rules, version);
  if (places.length > 0 && order.personalDataBasis === null) {
    throw new AppError('personal_data_found', {
      details: { places: places.map(viewFinding) },
    });
  }
  const now = deps.clock.now();
  const approval = {
    by: by.id,
    byName: by.name,
    at: now,
    contentHash: version.contentHash,
    collectiveDecision: version.majorDecision ? order.collectiveDecision : null,
    personalDataBasis: places.length > 0 ? order.personalDataBasis : null,
  };
  const goesPublic = version.publishWith === 'approval';
  await deps.transact(async (tx) => {
    await deps.assertStillMay(tx, by.id, 'articles.approve');
    const { article } = await loadUnchanged(deps, tx, id, version.version);
    // The old one leaves first: the database allows one public version of an article.
    const old = [article.approvedVersionId, goesPublic ? article.publicVersionId : null].filter(
      (each) => each !== null,
    );
    for (const versionId of old) await moved(store.moveVersion(tx, versionId, 'replace'));
    const done = goesPublic
      ? store.approveVersion(tx, version.id, 'approve_public', { approval, publishedAt: now })
      : store.approveVersion(tx, version.id, 'approve', { approval });
    await moved(done);
    const change = goesPublic ? publicNow(article, version, now) : waitingNow(version, now);
    await latest(store.changeArticle(tx, id, version.version, change));
    await deps.audit.record(tx, {
      ...entry('articles.approve', by, version, { before: 'submitted', after: goesPublic ? 'published' : 'approved' }),
      ...(approval.personalDataBasis === null ? {} : { reason: approval.personalDataBasis }),
      facts: {
        ...factsOf(version),
        personalDataPlaces: places.length,
        minutesNo: approval.collectiveDecision?.minutesNo ?? null,
        meetingDate: approval.collectiveDecision?.date ?? null,
      },
    });
  });
}

/** What the article says once this version is the public one. */
export function publicNow(article: Article, version: { readonly id: string; readonly version: number }, now: Date) {
  return {
    ...(version.version === article.latestVersion ? { status: 'published' as const } : {}),
    approvedVersionId: null,
    publicVersionId: version.id,
    publicVersion: version.version,
    firstPublishedAt: article.firstPublishedAt ?? now,
    updatedAt: now,
  };
}

function waitingNow(version: ArticleVersion, now: Date) {
  return { status: 'approved', approvedVersionId: version.id, updatedAt: now } as const;
}

/** Why a version goes back to its writer; `contentHash` is that of the version that the leader read. */
export interface RejectOrder {
  readonly reason: string;
  readonly contentHash?: string | undefined;
}

/** Back to the writer, with the reason. AppError hash_mismatch where a newer version stands there than was read. */
export async function reject(deps: ServiceDeps, by: ActingStaff, id: string, order: RejectOrder): Promise<void> {
  const { reason, contentHash } = order;
  const { article, version } = await load(deps, id);
  if (contentHash !== undefined && contentHash !== version.contentHash) throw new AppError('hash_mismatch');
  const now = deps.clock.now();
  await deps.transact(async (tx) => {
    await deps.assertStillMay(tx, by.id, 'articles.approve');
    const rejection = verdict(by, now, reason);
    await moved(deps.store.moveVersion(tx, version.id, 'reject', { rejection }), '只有待审核的文章可以退回。');
    await latest(deps.store.changeArticle(tx, id, article.latestVersion, { status: 'rejected', updatedAt: now }));
    const change = { before: 'submitted', after: 'rejected', reason };
    await deps.audit.record(tx, entry('articles.reject', by, version, change));
  });
}

/** Why an article is taken back, and the public article that stands for it now, where there is one. */
export interface WithdrawOrder {
  readonly reason: string;
  readonly replacedBy: string | null;
}

/** Takes the public version and one that waits for its briefing away at once; for good. */
export async function withdraw(deps: ServiceDeps, by: ActingStaff, id: string, order: WithdrawOrder): Promise<void> {
  const { reason, replacedBy } = order;
  const { store } = deps;
  if (findPersonalData(reason).length > 0) {
    throw new AppError('invalid_input', { message: '撤回理由会公开，请不要写个人信息。' });
  }
  const now = deps.clock.now();
  await deps.transact(async (tx) => {
    const { article, version: newest } = await load(deps, id, tx);
    await checkReplacement(deps, id, replacedBy, tx);
    const approved = [article.publicVersionId, article.approvedVersionId].filter((each) => each !== null);
    if (approved.length === 0) throw new AppError('wrong_state', { message: NOT_APPROVED });
    const change = {
      status: 'withdrawn',
      approvedVersionId: null,
      publicVersionId: null,
      publicVersion: null,
    } as const;
    await latest(store.changeArticle(tx, id, article.latestVersion, { ...change, updatedAt: now }));
    for (const versionId of approved) {
      const withdrawal = { ...verdict(by, now, reason), ...(replacedBy === null ? {} : { replacedBy }) };
      await moved(store.moveVersion(tx, versionId, 'withdraw', { withdrawal }));
    }
    if (newest.approval === null) await moved(store.moveVersion(tx, newest.id, 'replace'));
    const audited = entry('articles.withdraw', by, newest, { before: article.status, after: 'withdrawn', reason });
    await deps.audit.record(tx, audited);
  });
}

/** A reader who is sent on must arrive somewhere. */
async function checkReplacement(deps: ServiceDeps, id: string, replacedBy: string | null, tx: Tx): Promise<void> {
  if (replacedBy === null) return;
  const found = replacedBy === id ? null : await deps.store.article(replacedBy, tx);
  if (found?.publicVersionId != null) return;
  throw new AppError('invalid_input', {
    message: '代替它的信息必须是另一条已经公开的信息。',
    details: [{ path: 'replacedBy', problem: 'not public' }],
  });
}

/** 三重一大 needs the record of the meeting, which lies in the past. */
function checkDecision(version: ArticleVersion, decision: CollectiveDecision | null, now: Date): void {
  if (!version.majorDecision) return;
  if (decision === null) {
    throw new AppError('invalid_input', {
      message: '重大事项（三重一大）须填写集体研究的日期和会议纪要编号。',
      details: [{ path: 'collectiveDecision', problem: 'required' }],
    });
  }
  if (decision.date > chinaDate(now)) {
    throw new AppError('invalid_input', {
      message: '集体研究的日期不能晚于今天。',
      details: [{ path: 'collectiveDecision.date', problem: 'in the future' }],
    });
  }
}
