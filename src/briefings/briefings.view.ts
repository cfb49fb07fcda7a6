import type { PushView } from '../pushes/index.ts';
import { audienceName, type TownGroups } from '../subscribers/index.ts';
import { type Briefing, type BriefingStatus, STATUS_NAMES } from './briefing.ts';
import type { BriefingView } from './briefings.contract.ts';

/** Before it was scheduled, also after an edit, an earlier time says nothing any more. */
const WITHOUT_TIME: ReadonlySet<BriefingStatus> = new Set(['draft', 'submitted', 'rejected', 'approved']);

/** A briefing as the console sees it, with what became of its push. */
export function viewOf(briefing: Briefing, push: PushView, town: TownGroups): BriefingView {
  const { id, title, status, rev, contentHash, submittedBy, approval, rejection, audience } = briefing;
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
    ...push,
    sendAt: WITHOUT_TIME.has(status) ? null : push.sendAt,
    createdAt: briefing.createdAt.toISOString(),
    updatedAt: briefing.updatedAt.toISOString(),
  };
}
