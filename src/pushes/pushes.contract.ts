import { z } from 'zod';

const count = z.number().int();
export const trouble = z.object({ at: z.string(), code: z.string(), message: z.string(), errcode: count.nullable() });
const batch = z.object({
  clientMsgId: z.string(),
  status: z.enum(['preparing', 'sending', 'unknown', 'submitted', 'delivered', 'failed', 'not_sent']),
  attempts: count,
  firstAttemptAt: z.string().nullable(),
  lastAttemptAt: z.string().nullable(),
  msgId: z.string().optional(),
  acceptedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  finishStatus: z.string().nullable(),
  /** As the platform counted; absent until it said so. */
  counts: z.object({ total: count, filtered: count, sent: count, failed: count }).optional(),
  lastError: trouble.nullable(),
});

/** What staff see of a push beside what was approved. */
export const pushView = {
  sendAt: z.string().nullable(),
  /** True where it should have gone out two minutes ago or more. */
  overdue: z.boolean(),
  hold: trouble.nullable(),
  failure: trouble.nullable(),
  /** True where the platform takes no articles from this account: schedule with `asText` sends titles and links. */
  textOffered: z.boolean(),
  dispatch: z.object({
    startedAt: z.string().nullable(),
    tagId: count.nullable(),
    headCount: count.nullable(),
    batches: z.array(batch),
  }),
  deletions: z.array(
    z.object({
      articleId: z.string().nullable(),
      by: z.string(),
      at: z.string(),
      reason: z.string(),
      outcome: z.enum(['asked', 'done', 'refused', 'unknown']),
      message: z.string().nullable(),
    }),
  ),
};
const pushViewObject = z.object(pushView);
export type PushView = z.output<typeof pushViewObject>;
export type BatchView = z.output<typeof batch>;
