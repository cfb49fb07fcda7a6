import { z } from 'zod';
import { pageOf, pagingQuery } from '../http/index.ts';

export const auditQuery = z.strictObject({
  ...pagingQuery,
  action: z.string().max(60).optional(),
  username: z.string().max(40).optional(),
  target: z.string().max(60).optional(),
  /** Times ISO 8601; `from` is in, `to` is not. */
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});

export const auditRow = z.object({
  id: z.string(),
  at: z.string(),
  action: z.string(),
  actor: z.object({ kind: z.string(), name: z.string(), role: z.nullable(z.string()) }),
  target: z.nullable(z.object({ kind: z.string(), id: z.string() })),
  before: z.nullable(z.string()),
  after: z.nullable(z.string()),
  reason: z.nullable(z.string()),
  /** Not its place in the chain: gaps would count the entries that are left out. */
  sealed: z.boolean(),
});

export const auditPage = pageOf(auditRow);
