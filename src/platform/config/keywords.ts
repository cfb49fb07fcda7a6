import { z } from 'zod';
import { tidyTyped } from '../../kernel/index.ts';

const word = z
  .string()
  .trim()
  .max(40)
  .refine((text) => comparable(text) !== '', 'must hold a letter, a digit or a Chinese character');

/** With an offer and the reminder of a flow around it the answer must still fit a reply of 600 characters, 1,800 bytes. */
const answer = z
  .string()
  .trim()
  .min(1, 'must not be empty: the platform shows a fault where a reply is empty')
  .refine((text) => text.length <= 400 && Buffer.byteLength(text) <= 1_300, 'at most 400 characters and 1,300 bytes');

const entry = z.strictObject({
  /** `exact` = the whole message is one of the words; `contains` = one of them stands anywhere in it. */
  match: z.enum(['exact', 'contains']),
  words: z.array(word).min(1).max(30),
  answer,
  /** A message that this entry must answer; tried when the configuration is read. */
  test: z.string().min(1).max(200),
});

/** Answers to words, given before the search. Exact ones are looked at first, then contained ones, in the file's order. */
export const keywordsSchema = z.strictObject({ keywords: z.array(entry) }).superRefine(({ keywords }, context) => {
  keywords.forEach((tried, index) => {
    const found = keywords.indexOf(matching(keywords, tried.test) as Keyword);
    if (found === index) return;
    const why =
      found === -1 ? 'is answered by no entry' : `is answered by entry ${found} (${keywords[found]?.words[0]})`;
    const fix = found === -1 ? 'write a message that holds one of the words' : 'change the words or the order';
    context.addIssue({ code: 'custom', path: ['keywords', index, 'test'], message: `“${tried.test}” ${why}: ${fix}` });
  });
});

export type Keyword = z.output<typeof entry>;

/** The configured answer to a message; undefined where no word fits. */
export function answerByKeyword(keywords: readonly Keyword[], text: string): string | undefined {
  return matching(keywords, text)?.answer;
}

function matching(keywords: readonly Keyword[], text: string): Keyword | undefined {
  const plain = comparable(text);
  const exact = keywords.find(({ match, words }) => match === 'exact' && words.some((w) => comparable(w) === plain));
  return (
    exact ??
    keywords.find(({ match, words }) => match === 'contains' && words.some((w) => plain.includes(comparable(w))))
  );
}

function comparable(text: string): string {
  return tidyTyped(text).toLowerCase();
}
