import { z } from 'zod';
import { objectId, pageOf, pagingQuery } from '../http/index.ts';
import { countChars } from '../kernel/index.ts';
import { ARTICLE_STATES, PUBLISH_WITH, VERSION_STATES } from './article.ts';

/** Characters as people count them; a title over 32 needs a short one to be pushed (docs/wechat-platform.md#drafts). */
const TITLE_CHARS = 100;
const SHORT_TITLE_CHARS = 32;
/** The platform's digest (docs/wechat-platform.md#drafts). */
const SUMMARY_CHARS = 128;
/** As sent, before cleaning: what Word and WPS paste is mostly dress. */
const RAW_BODY_CHARS = 1_000_000;

/** One line of text: invisible and control characters out, spaces tidied, length counted in characters. */
const line = (maxChars: number) =>
  z
    .string()
    .max(maxChars * 4)
    .overwrite((text) => tidy(text).replace(/\s+/g, ' ').trim())
    .refine((text) => countChars(text) <= maxChars, `最多 ${maxChars} 个字`);
const filledLine = (maxChars: number) => line(maxChars).min(1);

/** Half characters would be stored as others than were hashed. */
function tidy(text: string): string {
  return text
    .normalize('NFC')
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B\u2028-\u202E\u2060-\u2069\uFEFF\uFFFE\uFFFF]/g, '');
}

const code = z.string().regex(/^[a-z0-9_]{1,32}$/);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const bodyHtml = z.string().min(1).max(RAW_BODY_CHARS);
const reason = filledLine(500);

const shortTitle = z.nullable(line(SHORT_TITLE_CHARS));
const villageCode = z.nullable(code);
const coverMediaId = z.nullable(objectId);
/** null = the town office itself; left out when writing anew = the writer's unit. */
const unitCode = z.nullable(code).optional();

export const articleParams = z.strictObject({ id: objectId });
export const createBody = z.strictObject({
  title: filledLine(TITLE_CHARS),
  shortTitle: shortTitle.default(null),
  categoryCode: code,
  villageCode: villageCode.default(null),
  unitCode,
  summary: line(SUMMARY_CHARS).default(''),
  bodyHtml,
  coverMediaId: coverMediaId.default(null),
  majorDecision: z.boolean().default(false),
  publishWith: z.enum(PUBLISH_WITH).default('approval'),
  /** Of the writer's choosing, unique to the article: a request sent again with it makes no second article. */
  clientKey: z
    .string()
    .regex(/^[\w-]{16,64}$/)
    .optional(),
});
export const editBody = z.strictObject({
  baseVersion: z.number().int().min(1),
  title: filledLine(TITLE_CHARS).optional(),
  shortTitle: shortTitle.optional(),
  categoryCode: code.optional(),
  villageCode: villageCode.optional(),
  unitCode,
  summary: line(SUMMARY_CHARS).optional(),
  bodyHtml: bodyHtml.optional(),
  coverMediaId: coverMediaId.optional(),
  majorDecision: z.boolean().optional(),
  publishWith: z.enum(PUBLISH_WITH).optional(),
});
export const emptyBody = z.strictObject({}).optional();
export const approveBody = z.strictObject({
  contentHash: hash,
  collectiveDecision: z.nullable(z.strictObject({ date: z.iso.date(), minutesNo: filledLine(60) })).default(null),
  /** Why personal data may be public: the law or the document that says so. */
  personalDataBasis: z.nullable(line(500).min(4)).default(null),
});
export const rejectBody = z.strictObject({
  reason,
  /** Of the version that was read: another one is not returned. */
  contentHash: hash.optional(),
});
export const withdrawBody = z.strictObject({
  reason,
  /** The public article that readers are sent to instead. */
  replacedBy: z.nullable(objectId).default(null),
});
export const listQuery = z.strictObject({
  ...pagingQuery,
  status: z.enum(ARTICLE_STATES).optional(),
  q: z.string().max(100).optional(),
  categoryCode: code.optional(),
  villageCode: code.optional(),
  mine: z.enum(['true', 'false']).optional(),
});
export const versionsQuery = z.strictObject(pagingQuery);
export const diffQuery = z.strictObject({
  from: z.coerce.number().int().min(1).optional(),
  to: z.coerce.number().int().min(1).optional(),
});

const time = z.iso.datetime();
const person = z.object({ id: z.string(), name: z.string() });
const verdict = z.nullable(z.object({ by: person, at: time, reason: z.string() }));
const approval = z.nullable(
  z.object({
    by: person,
    at: time,
    contentHash: z.string(),
    collectiveDecision: z.nullable(z.object({ date: z.string(), minutesNo: z.string() })),
    personalDataBasis: z.nullable(z.string()),
  }),
);

export const versionView = z.object({
  versionId: z.string(),
  version: z.number(),
  status: z.enum(VERSION_STATES),
  contentHash: z.string(),
  publishWith: z.enum(PUBLISH_WITH),
  title: z.string(),
  shortTitle: z.nullable(z.string()),
  summary: z.string(),
  categoryCode: z.string(),
  villageCode: z.nullable(z.string()),
  /** The unit that it comes from; null = the town office itself. */
  unit: z.nullable(z.string()),
  majorDecision: z.boolean(),
  coverMediaId: z.nullable(z.string()),
  authors: z.array(z.string()),
  createdBy: person,
  createdAt: time,
  submittedBy: z.nullable(person),
  submittedAt: z.nullable(time),
  approval,
  rejection: verdict,
  withdrawal: z.nullable(verdict.unwrap().extend({ replacedBy: z.nullable(z.string()) })),
  publishedAt: z.nullable(time),
});
export const versionsPage = pageOf(versionView);

const articleFacts = {
  id: z.string(),
  status: z.enum(ARTICLE_STATES),
  /** The version that the public reads, null where none. */
  publicVersion: z.nullable(z.number()),
  publicPath: z.string(),
  firstPublishedAt: z.nullable(time),
  updatedAt: time,
};
export const articleItem = versionView.omit({ status: true }).extend(articleFacts);
export const articlesPage = pageOf(articleItem);
export const personalDataPlace = z.object({
  kind: z.enum(['id_number', 'disability_card', 'mobile', 'bank_card', 'address']),
  name: z.string(),
  place: z.string(),
  shown: z.string(),
});
/** Where in its field each place of `personalData` stands, in the same order. */
export const personalDataStretches = z.object({
  field: z.enum(['title', 'shortTitle', 'summary', 'body', 'image']),
  /** Stretches of the field's characters; of a body, of its words one after the other without markup. */
  at: z.array(z.tuple([z.number(), z.number()])),
  /** Characters, counted likewise, that a star hides. */
  stars: z.array(z.number()),
});
/** What was left out of a text, in words, how often and where. */
export const cleanedPart = z.object({ what: z.string(), count: z.number(), place: z.string() });
export const articleView = articleItem.extend({
  bodyHtml: z.string(),
  personalData: z.array(personalDataPlace),
  personalDataAt: z.array(personalDataStretches),
  /** Places of pictures that could not be taken: until they are filled or removed it cannot be submitted. */
  missingPictures: z.number(),
  /** After a write: images that were left out because they were not uploaded here first. */
  droppedImages: z.number().optional(),
  /** After a write: what was left out of the text. */
  cleaned: z.array(cleanedPart).optional(),
  /** After a create with a `clientKey` that had made this article before: nothing of this request was stored. */
  repeated: z.boolean().optional(),
});
export const cleanBodyRequest = z.strictObject({ bodyHtml });
export const cleanBodyView = z.object({
  bodyHtml: z.string(),
  cleaned: z.array(cleanedPart),
  missingPictures: z.number(),
});
export const scanRequest = z.strictObject({
  title: z.string().max(400).default(''),
  shortTitle: z.string().max(200).default(''),
  summary: z.string().max(600).default(''),
  bodyHtml: z.string().max(RAW_BODY_CHARS).default(''),
});
export const scanView = z.object({
  personalData: z.array(personalDataPlace),
  personalDataAt: z.array(personalDataStretches),
});
export const withdrawnView = articleView.extend({
  /** Messages on the phones that still carry it: `POST /briefings/:id/delete-pushed` takes one off, with its warning. */
  pushedBriefings: z.array(z.object({ id: z.string(), title: z.string() })),
});
export const diffView = z.object({
  from: z.nullable(z.number()),
  to: z.number(),
  changes: z.array(
    z.object({
      field: z.string(),
      parts: z.array(z.object({ op: z.enum(['same', 'added', 'removed']), text: z.string() })),
    }),
  ),
});
export const mediaView = z.object({ id: z.string(), url: z.string() });
