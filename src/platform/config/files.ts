import { z } from 'zod';
import { chinaWeekday, startOfChinaDate } from '../../kernel/index.ts';
import { chatSchema } from './chat.ts';
import { keywordsSchema } from './keywords.ts';
import { menuSchema } from './menu.ts';

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

/** Refuses a second item with the same `field`, at its own path. */
function unique<F extends string>(field: F) {
  return (items: readonly Readonly<Record<F, string>>[], context: z.core.$RefinementCtx): void => {
    const seen = new Set<string>();
    for (const [index, { [field]: value }] of items.entries()) {
      if (seen.has(value)) {
        context.addIssue({ code: 'custom', path: [index, field], message: `"${value}" stands here twice: change one` });
      }
      seen.add(value);
    }
  };
}
const namedList = z.array(named).superRefine(unique('code')).superRefine(unique('name'));

/** The platform allows 100 tags; a village and a topic need one each (docs/wechat-platform.md#tags). */
const MAX_TAGS = 100;
/** Tags that one follower may carry (docs/wechat-platform.md#tags). */
const MAX_TAGS_A_RESIDENT = 20;

export const townSchema = z
  .strictObject({
    name,
    county: name,
    account: name,
    office: name,
    units: namedList.min(1, 'at least one'),
    villagesNote: z.string().optional(),
    villages: namedList.min(1, 'at least one'),
    topics: namedList,
    /** Words that mean danger in this town alone, beside those of understanding.zh.json. */
    emergencyWords: z.array(z.string().min(2)).default([]),
    emergencyNumbers: z.array(phone).min(1),
    /** Where and when the office is open; what a town leaves out is not shown. */
    contact: z
      .strictObject({ address: name, hours: name, phone: z.string().regex(/^[\d-]{3,20}$/, 'digits and - only') })
      .partial()
      .optional(),
    hotline: phone,
    disciplineHotline: phone,
  })
  .refine((town) => town.topics.length <= MAX_TAGS_A_RESIDENT - 1, {
    message: `at most ${MAX_TAGS_A_RESIDENT - 1}: a resident carries at most ${MAX_TAGS_A_RESIDENT} platform tags, one is the village`,
    path: ['topics'],
  })
  .refine((town) => town.villages.length + town.topics.length <= MAX_TAGS, {
    message: `villages and topics together are more than ${MAX_TAGS}, and each needs a platform tag: leave some out`,
    path: ['villages'],
  });
export type Town = z.output<typeof townSchema>;

/** Words that mean something in chat (src/conversation/README.md): a category of that name could not be called. */
const CHAT_WORDS = new Set(
  '帮助 取消 完成 确认 跳过 查询 投诉 我要投诉 我的投诉 评价 重办 订阅 最新 绑定 举报'.split(' '),
);

const category = z.strictObject({
  code,
  name: name.refine((text) => !CHAT_WORDS.has(text), 'is a word with a meaning of its own in chat: take another'),
  group: z.enum(['village', 'government']),
  explains: z.string().optional(),
  majorDecision: z.boolean().optional(),
});
export const categoriesSchema = z.strictObject({
  categories: z.array(category).min(1, 'at least one').superRefine(unique('code')).superRefine(unique('name')),
});
export type Category = z.output<typeof categoriesSchema>['categories'][number];

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
  retentionDays: z
    .strictObject({
      inbox: positive.default(180),
      notices: positive.default(180),
      conversations: positive.default(180),
      complaints: positive.default(730),
      tipoffs: positive.default(1_095),
    })
    .prefault({}),
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

const holiday = z
  .strictObject({ name, from: day, to: day })
  .refine((h) => h.from <= h.to, { message: 'from is after to: swap them', path: ['from'] });

export const calendarSchema = z
  .strictObject({
    year: z.number().int().min(2000).max(2100),
    source: z.string().min(1),
    holidays: z.array(holiday),
    workingWeekends: z.array(
      day.refine((date) => [0, 6].includes(chinaWeekday(date)), 'is no Saturday or Sunday: check the day'),
    ),
  })
  .superRefine(({ year, holidays, workingWeekends }, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    const foreign = (date: string): boolean => !date.startsWith(`${year}-`);
    for (const [index, { name, from, to }] of holidays.entries()) {
      if (foreign(from) || foreign(to)) refuse(['holidays', index], 'is of another year: split it at New Year');
      const other = holidays.slice(0, index).find((earlier) => earlier.from <= to && from <= earlier.to);
      if (other) refuse(['holidays', index], `${name} overlaps ${other.name}: check the days`);
    }
    for (const [index, date] of workingWeekends.entries()) {
      if (foreign(date)) refuse(['workingWeekends', index], 'is of another year: move it to that year’s file');
      const off = holidays.find(({ from, to }) => from <= date && date <= to);
      if (off) refuse(['workingWeekends', index], `lies in ${off.name}: a day is worked or free, not both`);
    }
  });
export type YearCalendar = z.output<typeof calendarSchema>;

export const fileSchemas = {
  'town.json': townSchema,
  'categories.json': categoriesSchema,
  'menu.json': menuSchema,
  'chat.zh.json': chatSchema,
  'keywords.json': keywordsSchema,
  'clocks.json': clocksSchema,
  'limits.json': limitsSchema,
} as const;
