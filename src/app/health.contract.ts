import { z } from 'zod';

const callMemory = z.object({
  lastOkAt: z.nullable(z.string()),
  lastFailedAt: z.nullable(z.string()),
  words: z.nullable(z.string()),
});

/** Numbers of the features, in the blocks that they name. */
export const figuresView = z.object({
  inbox: z.object({ open: z.number(), failed: z.number(), spooled: z.number() }),
  /** Mass sends that the account may still make now. */
  quota: z.object({ left: z.number(), limit: z.number() }),
});

export const healthView = z.object({
  ok: z.boolean(),
  /** What somebody must look at, in Chinese words. */
  problems: z.array(z.string()),
  stores: z.object({ mongo: z.boolean(), redis: z.nullable(z.boolean()) }),
  /** Calls of the platform by the process that answers, since its start. */
  platform: z.object({ token: callMemory, calls: callMemory }),
  ...figuresView.shape,
  sweeps: z.array(z.object({ name: z.string(), lastRunAt: z.nullable(z.string()), lastError: z.nullable(z.string()) })),
});
