import { z } from 'zod';
import { countChars } from '../kernel/index.ts';
import { pageOf, pagingQuery } from '../http/index.ts';
import { CODE_LENGTH, PART_TYPES, TIPOFF_STATUSES } from './tipoff.ts';

const code = z.string().regex(new RegExp(`^[A-Z0-9]{${CODE_LENGTH}}$`));

export const tipoffParams = z.strictObject({ code });
export const tipoffMediaParams = z.strictObject({ code, id: z.string().regex(/^[0-9a-f]{24}$/) });
export const tipoffQuery = z.strictObject({ ...pagingQuery, status: z.enum(TIPOFF_STATUSES).optional() });
/** What one reply in chat can hold beside its frame (600 characters, 1,800 bytes): there is no page to read on. */
const ANSWER_CHARS = 420;
const ANSWER_BYTES = 1_300;
const TOO_LONG = `太长了，最多 ${ANSWER_CHARS} 个字：群众在微信里一次只能看到这么多。可以分几次答复。`;

export const answerBody = z.strictObject({
  text: z
    .string()
    .trim()
    .min(1, '请写内容')
    .refine((text) => countChars(text) <= ANSWER_CHARS && Buffer.byteLength(text) <= ANSWER_BYTES, TOO_LONG),
});

export const tipoffRow = z.object({
  code: z.string(),
  status: z.enum(TIPOFF_STATUSES),
  receivedAt: z.string(),
  dueAt: z.string(),
  overdue: z.boolean(),
});
export const tipoffPage = pageOf(tipoffRow);

export const tipoffView = tipoffRow.extend({
  messages: z.array(
    z.object({
      at: z.string(),
      type: z.enum(PART_TYPES),
      text: z.string().optional(),
      location: z.object({ lat: z.number(), lng: z.number(), label: z.string() }).optional(),
      mediaId: z.string().optional(),
      contentType: z.string().optional(),
      /** `waiting` = is being fetched, `lost` = the platform no longer had it. */
      media: z.enum(['stored', 'waiting', 'lost']).optional(),
    }),
  ),
  answers: z.array(z.object({ at: z.string(), text: z.string() })),
});
