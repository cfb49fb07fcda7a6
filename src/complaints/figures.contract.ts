import { z } from 'zod';

const count = z.number().int();

export const figuresQuery = z
  .strictObject({
    /** First and last day in China, both counted; at most 366 days. */
    from: z.iso.date(),
    to: z.iso.date(),
  })
  .refine(({ from, to }) => from <= to, '开始的日期要在结束的日期之前。')
  .refine(({ from, to }) => Date.parse(to) - Date.parse(from) <= 366 * 86_400_000, '一次最多看一年。');

const row = z.object({
  code: z.nullable(z.string()),
  total: count,
  answered: count,
  onTime: count,
  late: count,
  reopened: count,
  rated: count,
  /** Mean of the ratings, 1 to 5; null where nobody rated. */
  satisfaction: z.nullable(z.number()),
});
export const figuresResponse = z.object({
  all: row.omit({ code: true }),
  villages: z.array(row),
  kinds: z.array(row),
  units: z.array(row),
});
