import { createSearchWords, type SearchWords } from '../../platform/search-words/index.ts';
import { plainText } from '../body-text.ts';
import { type Change, compareWords } from '../diff.ts';
import { type Finding, scanTexts, type ScannedTexts } from '../scan-body.ts';
import { checkMarkup, cleanBody, type CleanBody, type CleaningRules } from './clean.ts';

/** What is done with a text whose length somebody else decides: pure, and run in a thread where it is long. */
export interface CleanedWriting extends CleanBody {
  readonly text: string;
}

/** AppError invalid_input for markup that no person writes. */
export function cleanWriting(html: string, rules: CleaningRules): CleanedWriting {
  checkMarkup(html);
  const body = cleanBody(html, rules);
  return { ...body, text: plainText(body.html) };
}

export function scanWriting(texts: ScannedTexts): Finding[] {
  checkMarkup(texts.bodyHtml);
  return scanTexts(texts);
}

/** One field before and after; of a body its markup. */
export interface Pair {
  readonly before: string;
  readonly after: string;
  readonly markup: boolean;
}

export function comparePairs(pairs: readonly Pair[]): Change[][] {
  return pairs.map(({ before, after, markup }) =>
    markup ? compareWords(plainText(before), plainText(after)) : compareWords(before, after),
  );
}

/** The thread's own dictionary: read at its first long text. */
const held: { words?: SearchWords } = {};

export function searchKeys(text: string): string[] {
  held.words ??= createSearchWords({ fillers: [], synonyms: [] });
  return held.words.of(text);
}
