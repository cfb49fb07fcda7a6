import { z } from 'zod';
import { pageOf, pagingQuery } from '../http/index.ts';
import { pushView } from '../pushes/index.ts';
import { BRIEFING_STATUSES, MAX_ARTICLES } from './briefing.ts';

const id = z.string().regex(/^[0-9a-f]{24}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const code = z.string().regex(/^[a-z0-9_]{1,32}$/);
const reason = z.string().trim().min(1).max(500);
const time = z.iso.datetime({ offset: true });

const audience = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('village'), code }),
  z.strictObject({ kind: z.literal('topic'), code }),
]);
const title = z.string().trim().min(1, '请填写简报名称').max(100, '简报名称最多100个字');
const articleIds = z
  .array(id)
  .min(1, '至少选1篇文章')
  .max(MAX_ARTICLES, `最多选${MAX_ARTICLES}篇文章`)
  .refine((ids) => new Set(ids).size === ids.length, '同一篇文章不能放两次');

export const briefingParams = z.strictObject({ id });
export const composeRequest = z.strictObject({ title, articleIds, audience });
export const editRequest = z
  .strictObject({
    title: title.optional(),
    articleIds: articleIds.optional(),
    audience: audience.optional(),
    /** The `rev` that the editor saw; refused with stale_version where it is no longer the newest. */
    baseRev: z.number().int().min(1).optional(),
  })
  .refine((body) => body.title !== undefined || body.articleIds !== undefined || body.audience !== undefined);
export const emptyRequest = z.strictObject({}).optional();
export const approveRequest = z
  .strictObject({
    contentHash: hash.optional(),
  })
  .optional();
export const rejectRequest = z.strictObject({
  reason,
  /** Of the content that was read: other content is not returned. */
  contentHash: hash.optional(),
});
export const scheduleRequest = z
  .strictObject({
    sendAt: time.optional(),
    /** Titles and links as a text: where the account may not push articles. */
    asText: z.boolean().optional(),
  })
  .optional();
export const previewRequest = z
  .strictObject({
    openid: z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .optional(),
  })
  .optional();
export const resolveRequest = z.strictObject({
  outcome: z.enum(['sent', 'not_sent']),
  msgId: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  reason,
});
export const deletePushedRequest = z.strictObject({
  reason,
  /** Only this article of the message; absent = all of it. */
  articleId: id.optional(),
});
export const listQuery = z.strictObject({
  ...pagingQuery,
  status: z.enum(BRIEFING_STATUSES).optional(),
  /** Briefings with this article: what was pushed with an article that is being withdrawn. */
  articleId: id.optional(),
});
export const quotaQuery = z.strictObject({
  /** The period that holds this instant; default now. */
  at: time.optional(),
});

export const calendarQuery = z.strictObject({
  /** `YYYY-MM`, China time. */
  month: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
  /** The briefing that a time is sought for: its audience counts, its own old time does not. */
  for: id.optional(),
});

export type ComposeRequest = z.output<typeof composeRequest>;
export type EditRequest = z.output<typeof editRequest>;
export type ScheduleRequest = NonNullable<z.output<typeof scheduleRequest>>;
export type ResolveRequest = z.output<typeof resolveRequest>;

const count = z.number().int();
const frozenArticle = z.object({
  articleId: z.string(),
  versionId: z.string(),
  version: count,
  contentHash: z.string(),
  title: z.string(),
  shortTitle: z.string().nullable(),
  summary: z.string(),
  coverMediaId: z.string().nullable(),
  publicPath: z.string(),
});

export const briefingResponse = z.object({
  id: z.string(),
  title: z.string(),
  status: z.enum(BRIEFING_STATUSES),
  statusName: z.string(),
  rev: count,
  articleIds: z.array(z.string()),
  audience: z.object({ kind: z.enum(['all', 'village', 'topic']), code: z.string().optional(), name: z.string() }),
  /** The exact versions; null before the first submit. */
  articles: z.array(frozenArticle).nullable(),
  contentHash: z.string().nullable(),
  composers: z.array(z.string()),
  submittedBy: z.string().nullable(),
  approval: z.object({ by: z.string(), at: z.string(), contentHash: z.string() }).nullable(),
  rejection: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
  ...pushView,
  createdAt: z.string(),
  updatedAt: z.string(),
});
export type BriefingView = z.output<typeof briefingResponse>;

/** What a person copies into the platform's own site where the account may not push by interface. */
const manualPush = z.object({
  steps: z.array(z.string()),
  articles: z.array(
    z.object({
      title: z.string(),
      digest: z.string(),
      bodyHtml: z.string(),
      sourceUrl: z.string(),
      coverUrl: z.string().nullable(),
      imageUrls: z.array(z.string()),
    }),
  ),
});
/** What may be taken off the phones, with what that means. */
const deletePushedOffer = z.object({
  warning: z.string(),
  articles: z.array(
    z.object({ articleId: z.string(), title: z.string(), withdrawn: z.boolean(), deleted: z.boolean() }),
  ),
});
export const briefingDetailResponse = briefingResponse.extend({
  manualPush: manualPush.optional(),
  deletePushed: deletePushedOffer.optional(),
});
export const scheduledResponse = briefingResponse.extend({ warnings: z.array(z.string()) });
export const briefingsResponse = pageOf(briefingResponse);

export const quotaResponse = z.object({
  accountType: z.enum(['subscription', 'service']),
  period: z.enum(['day', 'month']),
  /** First day of the period, China time. */
  from: z.string(),
  limit: count,
  used: count,
  left: count,
  note: z.string(),
});
export type QuotaView = z.output<typeof quotaResponse>;

export const calendarResponse = z.object({
  month: z.string(),
  accountType: z.enum(['subscription', 'service']),
  /** Pushes of a day (subscription) or of a month (service). */
  limit: count,
  /** False where nobody has put that year's holidays into the configuration yet. */
  holidaysKnown: z.boolean(),
  days: z.array(
    z.object({
      date: z.string(),
      holiday: z.string().nullable(),
      /** A Saturday or Sunday that is worked. */
      worked: z.boolean(),
      /** Pushes left for this audience on that day, or in its month. */
      left: count,
      briefings: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          status: z.enum(BRIEFING_STATUSES),
          sendAt: z.string().nullable(),
        }),
      ),
    }),
  ),
});
export type CalendarView = z.output<typeof calendarResponse>;
