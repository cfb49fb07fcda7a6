import { z } from 'zod';
import { phoneAlone } from '../kernel/index.ts';
import { pageOf, pagingQuery } from '../http/index.ts';
import { COMPLAINT_KINDS, COMPLAINT_STATUSES, SOURCES } from './complaint.ts';
import { MEDIA_STATES } from './media.ts';

const code = z.string().regex(/^[a-z0-9_]{1,32}$/);
const reason = z.string().trim().min(1, '请写原因').max(500);
const text = z.string().trim().min(1, '请写内容').max(5_000);

export const ticketParams = z.strictObject({ ticket: z.string().regex(/^\d{8}-\d{4,10}$/) });
export const mediumParams = ticketParams.extend({ id: z.string().regex(/^[0-9a-f]{24}$/) });
/** In place of a unit's code: complaints that no unit holds. */
export const NO_UNIT = '-';
export const countsQuery = z.strictObject({
  unit: code.or(z.literal(NO_UNIT)).optional(),
  kind: z.enum(COMPLAINT_KINDS).optional(),
  villageCode: code.optional(),
  overdue: z.enum(['true', 'false']).optional(),
  /** Open and due today or tomorrow in China. */
  dueSoon: z.enum(['true', 'false']).optional(),
  /** Those whose residents a clerk should call. */
  callNeeded: z.enum(['true', 'false']).optional(),
  q: z.string().trim().max(100).optional(),
});
export const complaintQuery = countsQuery.extend({ ...pagingQuery, status: z.enum(COMPLAINT_STATUSES).optional() });
export const enterBody = z.strictObject({
  kind: z.enum(COMPLAINT_KINDS),
  villageCode: code,
  text,
  /** In any way of writing it: full-width, with brackets, blanks, +86; kept as digits. */
  phone: z
    .string()
    .max(60)
    .transform((written, context) => {
      const number = phoneAlone(written);
      if (number !== undefined) return number;
      context.addIssue({ code: 'custom', message: '电话不对：手机 11 位，座机带区号；分机和是谁的电话，请写在内容里' });
      return z.NEVER;
    })
    .optional(),
  source: z.enum(SOURCES).exclude(['chat']),
});
export const acceptBody = z.strictObject({ kind: z.enum(COMPLAINT_KINDS).optional() });
export const reasonBody = z.strictObject({ reason });
export const assignBody = z.strictObject({ unit: code });
export const textBody = z.strictObject({ text });
export const emptyBody = z.strictObject({});
export const extendBody = z.strictObject({ days: z.number().int().min(1).max(60), reason });
export const calledBody = z.strictObject({ result: z.string().trim().min(1).max(500) });

const place = z.object({ lat: z.number(), lng: z.number(), label: z.string() });
const message = z.object({
  at: z.string(),
  from: z.enum(['resident', 'staff']),
  type: z.string(),
  text: z.string().optional(),
  /** Only once it is stored: for `GET …/media/:id`. */
  mediaId: z.string().optional(),
  /** Present for what is no text. */
  mediaState: z.enum(MEDIA_STATES).optional(),
  /** Why it could not be had, in Chinese. */
  mediaNote: z.string().optional(),
  contentType: z.string().optional(),
  location: place.optional(),
});

export const complaintRow = z.object({
  ticket: z.string(),
  kind: z.nullable(z.enum(COMPLAINT_KINDS)),
  status: z.enum(COMPLAINT_STATUSES),
  source: z.enum(SOURCES),
  villageCode: z.string(),
  unit: z.nullable(z.string()),
  receivedAt: z.string(),
  dueAt: z.string(),
  overdue: z.boolean(),
  overDaily: z.boolean(),
  callNeeded: z.boolean(),
  /** The first words, for the list. */
  excerpt: z.string(),
  phone: z.nullable(z.string()),
});
export const complaintPage = pageOf(complaintRow);
const count = z.number().int();
export const complaintCountsView = z.object({
  all: count,
  /** How many each tab would show under the filters that were asked for. */
  statuses: z.record(z.enum(COMPLAINT_STATUSES), count),
  /** These four without regard to dueSoon, overdue and callNeeded of the question. */
  dueSoon: count,
  overdue: count,
  callNeeded: count,
  /** Of those to call, the ones that no unit holds: the office's own calls. */
  callNeededNoUnit: count,
  /** A number of this size means: so many or more. `all` adds the statuses up. */
  countedUpTo: count,
});
export const answerPreview = z.object({
  /** What the resident will get, word for word but for the link; by telephone the answer alone. */
  text: z.string(),
  /** Longer than chat carries; the rest stands on the ticket's page. */
  cut: z.boolean(),
  /** `call` where the ticket has nobody in chat. */
  channel: z.enum(['wechat', 'call']),
});
export const complaintView = complaintRow.omit({ excerpt: true, overdue: true }).extend({
  dueWhy: z.string(),
  /** Counted through a year whose calendar is not there yet. */
  dueAssumed: z.boolean(),
  ruleVersion: z.string(),
  extended: z.boolean(),
  messages: z.array(message),
  notes: z.array(z.object({ at: z.string(), by: z.string(), text: z.string() })),
  answers: z.array(z.object({ at: z.string(), text: z.string(), unit: z.string() })),
  rating: z.object({ stars: z.number(), text: z.string(), at: z.string() }).optional(),
  history: z.array(
    z.object({ at: z.string(), move: z.string(), status: z.string(), by: z.string(), reason: z.string().optional() }),
  ),
  /** Open complaints of the same village that may be about the same thing. */
  similar: z.array(z.object({ ticket: z.string(), status: z.string(), excerpt: z.string(), why: z.string() })),
  notices: z.array(z.object({ kind: z.string(), state: z.string(), waiting: z.boolean(), at: z.string() })),
});
