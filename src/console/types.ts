import type { z } from 'zod';
import type { healthView } from '../app/health.contract.ts';
import type { metaView } from '../app/meta.contract.ts';
import type {
  articleItem,
  articleView,
  diffView,
  personalDataPlace,
  versionView,
} from '../articles/articles.contract.ts';
import type { articleFiguresView, countsView } from '../articles/figures.contract.ts';
import type { auditRow } from '../audit/audit.contract.ts';
import type {
  briefingDetailResponse,
  briefingResponse,
  calendarResponse,
  quotaResponse,
} from '../briefings/briefings.contract.ts';
import type { figuresResponse } from '../complaints/figures.contract.ts';
import type {
  answerPreview,
  complaintCountsView,
  complaintRow,
  complaintView,
} from '../complaints/complaints.contract.ts';
import type { menuResponse } from '../menu/menu.contract.ts';
import type { callerView, sessionView, staffView } from '../staff/staff.contract.ts';
import type { growthResponse, summaryResponse } from '../subscribers/subscribers.contract.ts';
import type { tipoffRow, tipoffView } from '../tipoffs/tipoffs.contract.ts';

/** The staff API's shapes, from the very contracts that check them. */
export type Meta = z.output<typeof metaView>;
export type Caller = z.output<typeof callerView>;
export type Session = z.output<typeof sessionView>;
export type ArticleItem = z.output<typeof articleItem>;
export type Article = z.output<typeof articleView>;
export type ArticleVersion = z.output<typeof versionView>;
export type ArticleDiff = z.output<typeof diffView>;
export type PersonalDataPlace = z.output<typeof personalDataPlace>;
export type ArticleFigures = z.output<typeof articleFiguresView>;
export type ArticleCounts = z.output<typeof countsView>;
export type ComplaintItem = z.output<typeof complaintRow>;
export type ComplaintCounts = z.output<typeof complaintCountsView>;
export type AnswerPreview = z.output<typeof answerPreview>;
export type Complaint = z.output<typeof complaintView>;
export type Briefing = z.output<typeof briefingResponse>;
export type BriefingDetail = z.output<typeof briefingDetailResponse>;
export type SubscribersGrowth = z.output<typeof growthResponse>;
export type SubscribersSummary = z.output<typeof summaryResponse>;
export type StaffRow = z.output<typeof staffView>;
export type AuditRow = z.output<typeof auditRow>;
export type Health = z.output<typeof healthView>;
export type MenuState = z.output<typeof menuResponse>;
export type TipoffItem = z.output<typeof tipoffRow>;
export type Tipoff = z.output<typeof tipoffView>;
export type ComplaintFigures = z.output<typeof figuresResponse>;
export type Quota = z.output<typeof quotaResponse>;
export type BriefingCalendar = z.output<typeof calendarResponse>;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
