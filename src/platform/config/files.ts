import { z } from 'zod';
import { startOfChinaDate } from '../../kernel/index.ts';
import { chatSchema } from './chat.ts';

const code = z.string().regex(/^[a-z0-9_]{1,32}$/, 'use 1–32 small letters, digits or _');
const name = z.string().trim().min(1).max(60);
const phone = z.strictObject({ name, number: z.string().regex(/^[\d-]{3,20}$/, 'digits and - only') });
const named = z.strictObject({ code, name });
const positive = z.number().positive();
const hour = z.number().int().min(0).max(23);
const day = z.string().refine((text) => {
  try {
    startOfChinaDate(text);
    return true;
  } catch {
    return false;
  }
}, 'must be a day, YYYY-MM-DD');

function uniqueCodes(items: readonly { code: string }[]): boolean {
  return new Set(items.map((item) => item.code)).size === items.length;
}

/** The platform allows 100 tags (45056); a village and a topic need one each (wechat-protocol §1.5). */
const MAX_TAGS = 100;
/** Tags that one follower may carry (45059; wechat-protocol §1.5). */
const MAX_TAGS_A_RESIDENT = 20;

export const townSchema = z
  .strictObject({
    name,
    county: name,
    account: name,
    office: name,
    units: z.array(named).min(1).refine(uniqueCodes, 'codes must differ'),
    villagesNote: z.string().optional(),
    villages: z.array(named).min(1).refine(uniqueCodes, 'codes must differ'),
    topics: z.array(named).refine(uniqueCodes, 'codes must differ'),
    emergencyWords: z.array(z.string().min(2)).min(1),
    emergencyNumbers: z.array(phone).min(1),
    hotline: phone,
    disciplineHotline: phone,
  })
  .refine((town) => town.topics.length <= MAX_TAGS_A_RESIDENT - 1, {
    message: `at most ${MAX_TAGS_A_RESIDENT - 1}: a resident carries at most ${MAX_TAGS_A_RESIDENT} platform tags, one is the village`,
    path: ['topics'],
  })
  .refine((town) => town.villages.length + town.topics.length <= MAX_TAGS, {
    message: `villages and topics together must not exceed ${MAX_TAGS}: each needs a platform tag`,
    path: ['villages'],
  });
export type Town = z.output<typeof townSchema>;

export const categoriesSchema = z.strictObject({
  categories: z
    .array(
      z.strictObject({
        code,
        name,
        group: z.enum(['village', 'government']),
        explains: z.string().optional(),
        majorDecision: z.boolean().optional(),
      }),
    )
    .min(1)
    .refine(uniqueCodes, 'codes must differ'),
});
export type Category = z.output<typeof categoriesSchema>['categories'][number];

const bytes = (max: number): z.ZodString =>
  z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text) <= max, `at most ${max} bytes of UTF-8 (a Chinese character is 3)`);

/** Menu limits of the platform (wechat-protocol §1.5): name ≤16 / sub ≤60 bytes, key ≤128, url ≤1024. */
const leaf = (nameBytes: number) =>
  z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('click'), name: bytes(nameBytes), key: bytes(128) }),
    z.strictObject({ type: z.literal('view'), name: bytes(nameBytes), url: bytes(1024) }),
  ]);
export const menuSchema = z.strictObject({
  button: z
    .array(z.union([leaf(16), z.strictObject({ name: bytes(16), sub_button: z.array(leaf(60)).min(1).max(5) })]))
    .min(1)
    .max(3),
});
export type Menu = z.output<typeof menuSchema>;

const clock = z.strictObject({ days: z.number().int().min(1).max(365), unit: z.enum(['working', 'calendar']) });
export const clocksSchema = z.strictObject({
  version: z.string().min(1).max(40),
  note: z.string().optional(),
  triage: clock,
  return: clock,
  kinds: z.strictObject({
    consult: clock,
    help: clock,
    complain: clock.extend({ ceiling: clock }),
    suggest: clock,
  }),
  tipoff: clock,
  extension: z.strictObject({ maxWorkingDays: z.number().int().min(1).max(60) }),
  remindAt: z.array(z.number().min(0).max(1)),
  escalateAfterWorkingDays: z.strictObject({ leader: z.number().int().min(0), supervisor: z.number().int().min(0) }),
});
export type Clocks = z.output<typeof clocksSchema>;
export type ClockRule = z.output<typeof clock>;

/** Numbers may be fractions, so that a test can let a day pass in seconds. */
export const limitsSchema = z.strictObject({
  conversation: z.strictObject({ idleMinutes: positive, dropDays: positive, lateMediaSeconds: positive }),
  complaints: z.strictObject({ perDay: z.number().int().min(1), reopenDays: positive, ticketLinkDays: positive }),
  rate: z.strictObject({
    perOpenidPerMinute: z.number().int().min(1),
    perIpPerMinute: z.number().int().min(1),
    loginPer15Minutes: z.number().int().min(1),
  }),
  sessionHours: positive,
  /**
   * Days until what residents left is removed or made nameless, by kind (docs/privacy.md): `inbox` after receipt,
   * `notices` after they were told, `conversations` after the last word, `complaints` (openid, phone, media) after
   * closing, `tipoffs` (all of it) after the last answer.
   */
  retentionDays: z.strictObject({
    inbox: positive,
    notices: positive,
    conversations: positive,
    complaints: positive,
    tipoffs: positive,
  }),
  /** May be left out: an installation from before these existed keeps running. */
  notices: z
    .strictObject({
      /** Hours after which a notice that no channel could carry is put on the clerk's list of calls. */
      callAfterHours: positive.default(24),
      /** The office's group hears nothing but urgent lines from this hour of the China day … */
      quietFromHour: hour.default(21),
      /** … until this one; both equal = never quiet. */
      quietUntilHour: hour.default(8),
      /** Seconds for which lines to the office's group gather into one message. */
      groupSeconds: positive.default(60),
    })
    .prefault({}),
});
export type Limits = z.output<typeof limitsSchema>;

export const calendarSchema = z
  .strictObject({
    year: z.number().int().min(2000).max(2100),
    source: z.string().min(1),
    holidays: z.array(z.strictObject({ name, from: day, to: day }).refine((h) => h.from <= h.to, 'from is after to')),
    workingWeekends: z.array(day),
  })
  .refine(
    (calendar) =>
      [...calendar.workingWeekends, ...calendar.holidays.flatMap((h) => [h.from, h.to])].every((d) =>
        d.startsWith(`${calendar.year}-`),
      ),
    { message: 'holds a day of another year', path: ['year'] },
  );
export type YearCalendar = z.output<typeof calendarSchema>;

export const fileSchemas = {
  'town.json': townSchema,
  'categories.json': categoriesSchema,
  'menu.json': menuSchema,
  'chat.zh.json': chatSchema,
  'clocks.json': clocksSchema,
  'limits.json': limitsSchema,
} as const;
