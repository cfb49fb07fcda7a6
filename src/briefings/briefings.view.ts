import { audienceName, type TownGroups } from '../subscribers/index.ts';
import type { Batch, Briefing, Trouble } from './briefing.ts';
import { isOverdue, STATUS_NAMES } from './briefing.ts';
import type { BriefingView } from './briefings.contract.ts';
import { NO_RIGHT_FOR_TYPE } from './push-outcome.ts';

/** A briefing as the console sees it. */
export function viewOf(briefing: Briefing, town: TownGroups, now: Date): BriefingView {
  const { id, title, status, rev, contentHash, submittedBy, approval, rejection, dispatch, audience } = briefing;
  const batches = [...briefing.pastBatches, ...(briefing.batch === null ? [] : [briefing.batch])];
  return {
    id,
    title,
    status,
    rev,
    contentHash,
    submittedBy,
    statusName: STATUS_NAMES[status],
    articleIds: [...briefing.articleIds],
    audience: { ...audience, name: audienceName(audience, town) },
    articles: briefing.frozen?.articles.map((article) => ({ ...article })) ?? null,
    composers: [...briefing.composers],
    approval: approval && { ...approval, at: approval.at.toISOString() },
    rejection: rejection && { ...rejection, at: rejection.at.toISOString() },
    sendAt: iso(briefing.sendAt),
    overdue: isOverdue(briefing, now),
    hold: troubleView(briefing.hold),
    failure: troubleView(briefing.failure),
    textOffered: status === 'failed' && briefing.failure?.errcode === NO_RIGHT_FOR_TYPE,
    dispatch: {
      startedAt: iso(dispatch?.startedAt ?? null),
      tagId: dispatch?.tagId ?? null,
      headCount: dispatch?.headCount ?? null,
      batches: batches.map(batchView),
    },
    deletions: briefing.deletions.map((deletion) => ({ ...deletion, at: deletion.at.toISOString() })),
    createdAt: briefing.createdAt.toISOString(),
    updatedAt: briefing.updatedAt.toISOString(),
  };
}

function batchView(batch: Batch): BriefingView['dispatch']['batches'][number] {
  const { clientMsgId, status, attempts, msgId, counts, finishStatus } = batch;
  return {
    clientMsgId,
    status,
    attempts,
    finishStatus,
    firstAttemptAt: iso(batch.firstAttemptAt),
    lastAttemptAt: iso(batch.lastAttemptAt),
    ...(msgId === null ? {} : { msgId }),
    acceptedAt: iso(batch.acceptedAt),
    finishedAt: iso(batch.finishedAt),
    ...(counts === null ? {} : { counts: { ...counts } }),
    lastError: troubleView(batch.lastError),
  };
}

const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

const troubleView = (trouble: Trouble | null) => trouble && { ...trouble, at: trouble.at.toISOString() };
