import { z } from 'zod';

const count = z.number().int();
/** When something was last published, and how many days of China ago; null = never. */
const last = { lastAt: z.nullable(z.string()), daysSince: z.nullable(count) };

export const countsView = z.object({
  /** Wait for a leader's review. */
  submitted: count,
  /** Returned, of those that the caller wrote. */
  returnedToMe: count,
  ...last,
  /** An account that publishes nothing for this many days counts as silent (国办秘函〔2019〕19号). */
  silentAfterDays: count,
});

export const articleFiguresQuery = z
  .strictObject({
    /** First and last day in China, both counted; at most 366 days. */
    from: z.iso.date(),
    to: z.iso.date(),
  })
  .refine(({ from, to }) => from <= to, '开始的日期要在结束的日期之前。')
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 366 * 86_400_000, '一次最多看一年。');

const row = z.object({
  code: z.string(),
  /** Articles that became public for the first time in the period; a correction is no new article. */
  published: count,
  ...last,
});
export const articleFiguresView = z.object({
  all: row.omit({ code: true }),
  /** Every category of the town, also those with nothing. */
  categories: z.array(row),
});
