import { z } from 'zod';
import { utf8Bytes } from '../../kernel/index.ts';

/** Limits of the platform (docs/wechat-platform.md#menu): buttons per level, bytes of UTF-8 of what stands in one. */
export const MENU_LIMITS = { top: 3, sub: 5, topNameBytes: 16, subNameBytes: 60, keyBytes: 128, urlBytes: 1_024 };

/** What a menu button may ask for (src/conversation/README.md); the words a resident types mean the same. */
export const MENU_KEYS = ['COMPLAINT_NEW', 'COMPLAINT_MINE', 'SETTINGS', 'LATEST', 'HELP'] as const;
/** Followed by the code of a category: its newest articles. */
export const CATEGORY_KEY = 'CATEGORY_';

/** How the same limits are told to whoever broke them: the administrator in the file, the office at the screen. */
export interface MenuWords {
  readonly blank: string;
  tooLong(bytes: number): string;
  readonly link: string;
  twice(name: string): string;
}

const ENGLISH: MenuWords = {
  blank: 'must not be empty',
  tooLong: (bytes) => `at most ${bytes} bytes of UTF-8 (a Chinese character is 3)`,
  link: 'must begin with https:// or http://',
  twice: (name) => `"${name}" stands here twice: change one`,
};

/** A menu within the limits, refused in `words`. Whether its keys lead anywhere is not asked here. */
export function menuSchemaIn(words: MenuWords) {
  const bytes = (max: number): z.ZodString =>
    z
      .string()
      .refine((text) => text.trim() !== '', words.blank)
      .refine((text) => utf8Bytes(text) <= max, words.tooLong(max));
  const url = bytes(MENU_LIMITS.urlBytes).refine((text) => /^https?:\/\/[^/\s]+\S*$/i.test(text), words.link);
  const leaf = (nameBytes: number) =>
    z.discriminatedUnion('type', [
      z.strictObject({ type: z.literal('click'), name: bytes(nameBytes), key: bytes(MENU_LIMITS.keyBytes) }),
      z.strictObject({ type: z.literal('view'), name: bytes(nameBytes), url }),
    ]);
  /** Residents could not tell two of one name apart, nor could the comparison with the live menu. */
  const noTwins = (buttons: readonly { readonly name: string }[], context: z.core.$RefinementCtx): void => {
    for (const [at, { name }] of buttons.entries()) {
      const first = buttons.findIndex((other) => other.name.trim() === name.trim());
      if (first < at) context.addIssue({ code: 'custom', path: [at, 'name'], message: words.twice(name) });
    }
  };
  const parent = z.strictObject({
    name: bytes(MENU_LIMITS.topNameBytes),
    sub_button: z.array(leaf(MENU_LIMITS.subNameBytes)).min(1).max(MENU_LIMITS.sub).superRefine(noTwins),
  });
  return z.strictObject({
    button: z
      .array(z.union([leaf(MENU_LIMITS.topNameBytes), parent], { error: meant }))
      .min(1)
      .max(MENU_LIMITS.top)
      .superRefine(noTwins),
  });
}

/** Of the two shapes of a button, what is wrong with the one that was meant. */
function meant(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  const [ofLeaf, ofParent] = issue.errors;
  const opens = typeof issue.input === 'object' && issue.input !== null && 'sub_button' in issue.input;
  return (opens ? ofParent : ofLeaf)?.[0]?.message;
}

export const menuSchema = menuSchemaIn(ENGLISH);
export type Menu = z.output<typeof menuSchema>;
