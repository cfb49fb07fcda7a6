import {
  compileSayings,
  type EmergencyName,
  type Sayings,
  type UnderstandingTexts,
} from '../../platform/config/index.ts';
import { tidyTyped } from '../../kernel/index.ts';
import { simplified } from './traditional.ts';
import { withoutPictures } from './tidy.ts';

/** Says which danger a text tells of; undefined for none. */
export type Danger = (text: string) => EmergencyName | undefined;

/** The two halves of a pair stand within this many characters of each other. */
const NEAR = 10;
/** So far before a word stands what says that it has not happened. */
const BEFORE = 4;

/**
 * Judges danger by what is told: a word that alone means it, or a thing and what happens to it, near each other. What
 * only sounds like it is taken out first; talk of money and papers about it, of long ago, or of mere fear is none,
 * unless somebody calls for help now.
 */
export function createDanger(texts: UnderstandingTexts['emergency'], townWords: readonly string[]): Danger {
  const harmless = compileSayings(texts.harmless.map((line) => ({ line, means: true as const })));
  const holds = (text: string, words: readonly string[]): boolean => words.some((word) => text.includes(word));

  const feared = (text: string, at: number): boolean => {
    const before = text.slice(Math.max(0, at - BEFORE), at);
    const except = texts.fearExcept.some((word) => text.slice(Math.max(0, at - BEFORE - 2), at).includes(word));
    return !except && texts.fear.some((word) => (word.length > 1 ? before.includes(word) : before.endsWith(word)));
  };
  const tells = (text: string, word: string): boolean => {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (!feared(text, at)) return true;
    return false;
  };
  const tellsPair = (text: string, things: readonly string[], happens: readonly string[]): boolean =>
    things.some((thing) => {
      for (let at = text.indexOf(thing); at >= 0; at = text.indexOf(thing, at + 1)) {
        const around = text.slice(Math.max(0, at - NEAR), at + thing.length + NEAR);
        const own = at - Math.max(0, at - NEAR);
        const masked = `${around.slice(0, own)}${'\n'.repeat(thing.length)}${around.slice(own + thing.length)}`;
        if (!feared(text, at) && happens.some((word) => tells(masked, word))) return true;
      }
      return false;
    });

  return (said) => {
    const text = without(harmless, simplified(tidyTyped(withoutPictures(said)).toLowerCase()).replace(/\s+/gu, ''));
    const found =
      texts.kinds.find(
        ({ alone, pairs }) =>
          alone.some((word) => tells(text, word)) ||
          pairs.some(([things, happens]) => tellsPair(text, things, happens)),
      )?.name ?? (holds(text, townWords) ? 'violence' : undefined);
    if (found === undefined || holds(text, texts.urgent)) return found;
    const past = found !== 'despair' && holds(text, texts.past) && !holds(text, texts.now);
    return past || holds(text, texts.calm) ? undefined : found;
  };
}

/** The text without what only sounds like danger; a mark stays, so that nothing grows together. */
function without(harmless: Sayings<true>, text: string): string {
  let kept = '';
  for (let at = 0; at < text.length; ) {
    const longest = harmless.from(text, at).at(-1);
    kept += longest ? '\n' : (text[at] ?? '');
    at = longest ? longest.end : at + 1;
  }
  return kept;
}
