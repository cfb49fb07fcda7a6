import { z } from 'zod';

export const healthView = z.object({
  ok: z.boolean(),
  /** What somebody must look at, in Chinese words. */
  problems: z.array(z.string()),
  stores: z.object({ mongo: z.boolean(), redis: z.nullable(z.boolean()) }),
  inbox: z.object({ open: z.number(), failed: z.number(), spooled: z.number() }),
  sweeps: z.array(z.object({ name: z.string(), lastRunAt: z.nullable(z.string()), lastError: z.nullable(z.string()) })),
});
