import { z } from 'zod';

const group = z.object({ code: z.string(), name: z.string(), count: z.number().int() });

const importShape = z.object({
  state: z.enum(['running', 'done', 'failed']),
  startedAt: z.string(),
  finishedAt: z.string().nullable(),
  imported: z.number().int(),
  total: z.number().int().nullable(),
  /** Followers of ours whom the platform did not list. */
  left: z.number().int().nullable(),
  trouble: z.string().nullable(),
});
export type ImportView = z.output<typeof importShape>;

export const summaryResponse = z.object({
  following: z.number().int(),
  withoutVillage: z.number().int(),
  villages: z.array(group),
  topics: z.array(group),
  /** Followers whose platform tags are not yet as chosen. */
  waitingForTags: z.number().int(),
  import: importShape.nullable(),
});
export type SubscribersSummary = z.output<typeof summaryResponse>;

export const growthResponse = z.object({
  /** The last 26 weeks, oldest first. */
  weeks: z.array(
    z.object({
      /** ISO 8601, `2026-W48`; weeks of China time. */
      week: z.string(),
      /** Its Monday. */
      from: z.string(),
      /** Whoever still follows and began in that week: who left again is not among them. */
      follows: z.number().int(),
      /** Departures; null where none were counted yet. */
      leaves: z.nullable(z.number().int()),
    }),
  ),
  /** The first day whose departures were counted. */
  leavesKnownFrom: z.nullable(z.string()),
});
export type GrowthView = z.output<typeof growthResponse>;

export const importRequest = z.strictObject({}).optional();
export const importResponse = z.object({ import: importShape });
