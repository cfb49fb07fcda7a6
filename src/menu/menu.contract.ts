import { z } from 'zod';
import { menuSchemaIn } from '../platform/config/index.ts';

const leaf = z.object({
  name: z.string(),
  type: z.string().optional(),
  key: z.string().optional(),
  url: z.string().optional(),
});
const button = leaf.extend({ sub_button: z.array(leaf).optional() });

/** 0 where nothing has been saved yet. */
const version = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Within the platform's limits, the very schema that reads the configuration; refused in the office's words. */
const menu = menuSchemaIn({
  blank: '请写上文字',
  tooLong: (bytes) => `太长了：最多 ${bytes} 个字节，一个汉字算 3 个`,
  link: '网址要以 https:// 或 http:// 开头，中间没有空格',
  twice: (name) => `同一级里已经有“${name}”，请换一个名称`,
});

export const saveRequest = z.strictObject({
  /** The version that the editor saw; stale_version where it is no longer the newest. */
  baseVersion: version,
  button: menu.shape.button,
});
export type SaveRequest = z.output<typeof saveRequest>;

export const resetRequest = z.strictObject({ baseVersion: version });

/** `version`: publish only what was looked at. */
export const publishRequest = z.strictObject({ version: version.optional() }).optional();

const limits = z.object({
  top: z.number(),
  sub: z.number(),
  topNameBytes: z.number(),
  subNameBytes: z.number(),
  keyBytes: z.number(),
  urlBytes: z.number(),
});

export const menuResponse = z.object({
  /** What would be published. */
  button: z.array(button),
  /** Saved in the console, or as `config/menu.json` has it. */
  from: z.enum(['stored', 'config']),
  version,
  /** Who saved this version; null where nothing has been saved yet. */
  savedBy: z.string().nullable(),
  savedAt: z.string().nullable(),
  /** As the platform has it now, in its own shape; null where there is none or it may not be asked. */
  live: z.array(z.unknown()).nullable(),
  /** False where the platform did not answer: `changes` and `same` say nothing then. */
  liveKnown: z.boolean(),
  /** What publishing would change. */
  changes: z.array(z.object({ kind: z.enum(['added', 'removed', 'renamed', 'action', 'moved']), text: z.string() })),
  same: z.boolean(),
  /** What stands in the way of publishing, in Chinese words. */
  problems: z.array(z.string()),
  /** Every key that somebody answers, with the office's name for it. */
  choices: z.array(z.object({ key: z.string(), name: z.string() })),
  /** Buttons per level and bytes of UTF-8, for checking while somebody types. */
  limits,
});
export type MenuView = z.output<typeof menuResponse>;

export const publishResponse = menuResponse.extend({
  /** False where the platform had this menu already and was not asked to take it. */
  published: z.boolean(),
  note: z.string(),
});
export type PublishView = z.output<typeof publishResponse>;
