import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';
import { shippedUnderstanding } from '../config/index.ts';

/** Cuts Chinese text into the words that a search compares. */
export interface SearchWords {
  /** Every word of `text` and every pair of neighbouring Chinese characters, once each; at most `max` index keys. */
  of(text: string, max?: number): string[];
  /**
   * What a person asked for, without the words that only make it a question, as keys that `of` gave the texts that
   * hold it: at most 8, all of which must be there. Any two or more Chinese characters of a text find it.
   */
  asked(query: string): string[];
  /**
   * What a person asked for, thing by thing, without filling words and dates: each thing by any of its names, each name
   * as keys that must all be there. At most 6 things; none where nothing is left to look for.
   */
  things(query: string): AskedThing[];
}

/** One thing that is looked for: its names, each as keys that all must be there. */
export type AskedThing = readonly (readonly string[])[];

/** What searching takes from `understanding.zh.json`. */
interface SearchTexts {
  /** Words that carry a question, not its subject: no article holds 怎么办, so asking for it would find nothing. */
  readonly fillers: readonly string[];
  /** Names of one thing. */
  readonly synonyms: readonly (readonly string[])[];
}

/** One index key each: 8,000 hold the words and pairs of 20,000 characters of prose, the longest text the platform takes. */
const MAX_WORDS = 8_000;
/**
 * Before a pair of neighbouring characters. The dictionary cuts 村口路灯不亮 into 村口, 路 and 灯不亮, so whoever asks for
 * 路灯 finds nothing by words alone; every two characters that stand together are findable as a pair.
 */
const PAIR = '·';
/** More words than a person types; each one more narrows the answer. */
const MAX_ASKED = 8;
/** A word longer than this is an accident of the input; index keys stay small. */
const MAX_WORD_CHARS = 40;

/** Dates and seasons of a question: the answer is wanted, whenever it was written. */
const DATES =
  /(?:19|20)\d{2}年?(?:度)?(?:\d{1,2}月份?(?:\d{1,2}[日号])?)?|\d{1,2}月份?(?:\d{1,2}[日号])?|\d{1,2}[日号]|第?[一二三四]季度|[一二三四五六七八九十]{1,2}月份?/gu;
/** More things than a person asks for at once. */
const MAX_THINGS = 6;

/**
 * Words by jieba's dictionary. The dictionary (40 MB in memory, a quarter of a second) is read at the first use, or by
 * calling `of` once at start; processes of one machine each hold their own.
 */
export function createSearchWords(texts: SearchTexts = shippedUnderstanding().search): SearchWords {
  const fillers = new Set(texts.fillers.map(plain));
  // Longer ones wherever they stand; shorter ones only as a word of its own: 的 is no filler in 目的地.
  const phrases = [...fillers].filter((filler) => filler.length > 2).sort((a, b) => b.length - a.length);
  const names = texts.synonyms
    .flatMap((group, at) => group.map((name) => ({ name: plain(name), at })))
    .sort((a, b) => b.name.length - a.name.length);
  let jieba: Jieba | undefined;
  const cut = (text: string): string[] => {
    jieba ??= Jieba.withDict(dict);
    return jieba
      .cutForSearch(plain(text), true)
      .filter((word) => /[\p{L}\p{N}]/u.test(word) && word.length <= MAX_WORD_CHARS);
  };
  const keysOf = (word: string): string[] => {
    const pairs = pairsOf(word);
    return pairs.length === 0 ? [word] : pairs;
  };
  const bare = (query: string): string => {
    const dated = plain(query).replace(DATES, ' ');
    return phrases.reduce((text, phrase) => text.replaceAll(phrase, ' '), dated);
  };

  const things = (query: string): AskedThing[] => {
    let left = bare(query);
    const found = new Map<number, AskedThing>();
    for (const { name, at } of names) {
      if (!left.includes(name)) continue;
      left = left.replaceAll(name, ' ');
      // A part of the very name that was asked for says less: 高龄 is no name for whoever wants the 高龄津贴.
      const others = (texts.synonyms[at] ?? []).map(plain).filter((other) => other === name || !name.includes(other));
      found.set(at, others.map(keysOf));
    }
    const words = [
      ...new Set(
        left.split(/\s+/u).flatMap((run) => (run === '' ? [] : (jieba ??= Jieba.withDict(dict)).cut(run, true))),
      ),
    ].filter((word) => /[\p{L}\p{N}]/u.test(word) && word.length <= MAX_WORD_CHARS && !fillers.has(word));
    const telling = words.filter((word) => Array.from(word).length > 1);
    const rest = found.size > 0 || telling.length > 0 ? telling : words;
    return [...found.values(), ...rest.map((word): AskedThing => [keysOf(word)])].slice(0, MAX_THINGS);
  };

  return {
    things: (query) => {
      const found = things(query);
      // 最近 alone is what was asked for.
      return found.length > 0
        ? found
        : cut(query)
            .slice(0, MAX_THINGS)
            .map((word) => [keysOf(word)]);
    },
    of: (text, max = MAX_WORDS) => [...new Set([...pairsOf(text), ...cut(text)])].slice(0, max).sort(),
    asked: (query) => {
      const words = [...new Set(cut(query))].filter((word) => !fillers.has(word));
      const longest = words.sort((a, b) => b.length - a.length);
      const keys = longest.flatMap(keysOf);
      // One character by itself is a word only where the dictionary says so: beside pairs it narrows by accident.
      const telling = keys.filter((key) => Array.from(key).length > 1);
      return [...new Set(telling.length > 0 ? telling : keys)].slice(0, MAX_ASKED);
    },
  };
}

/** True for a key of `of` that is a word, not a pair: what people can be shown. */
export function isSearchWord(key: string): boolean {
  return !key.startsWith(PAIR);
}

/** The characters that a key stands for: what a person sees marked. */
export function shownKey(key: string): string {
  return key.startsWith(PAIR) ? key.slice(PAIR.length) : key;
}

function pairsOf(text: string): string[] {
  return [...plain(text).matchAll(/\p{Script=Han}{2,}/gu)].flatMap(([run]) => {
    const characters = Array.from(run);
    return characters.slice(1).map((character, i) => `${PAIR}${characters[i]}${character}`);
  });
}

/** One form for the same thing: full-width and compatibility forms become plain ones, capitals small. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
