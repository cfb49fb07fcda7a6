import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';

/** Cuts Chinese text into the words that a search compares. */
export interface SearchWords {
  /** Every word of `text` and every pair of neighbouring Chinese characters, once each; at most `max` index keys. */
  of(text: string, max?: number): string[];
  /**
   * What a person asked for, without the words that only make it a question, as keys that `of` gave the texts that
   * hold it: at most 8, all of which must be there. Any two or more Chinese characters of a text find it.
   */
  asked(query: string): string[];
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

/** Words that carry a question, not its subject: no article holds 怎么办, so asking for it would find nothing. */
const EMPTY_WORDS = new Set(
  (
    '的 了 吗 呢 吧 啊 呀 么 嘛 是 在 有 和 与 及 或 我 你 您 他 她 我们 你们 请 请问 想 要 想要 问 问问 问一下 咨询 一下 ' +
    '怎么 怎么办 怎样 怎么样 如何 什么 哪里 哪儿 哪些 哪个 多少 几 为什么 为啥 咋 咋办 咋样 啥 能 能不能 可以 可不可以 ' +
    '关于 查 查询 查看 看 看看 知道 告诉 需要 应该 这个 那个 个'
  ).split(' '),
);

/**
 * Words by jieba's dictionary. The dictionary (40 MB in memory, a quarter of a second) is read at the first use, or by
 * calling `of` once at start; processes of one machine each hold their own.
 */
export function createSearchWords(): SearchWords {
  let jieba: Jieba | undefined;
  const cut = (text: string): string[] => {
    jieba ??= Jieba.withDict(dict);
    return jieba
      .cutForSearch(plain(text), true)
      .filter((word) => /[\p{L}\p{N}]/u.test(word) && word.length <= MAX_WORD_CHARS);
  };
  return {
    of: (text, max = MAX_WORDS) => [...new Set([...pairsOf(text), ...cut(text)])].slice(0, max).sort(),
    asked: (query) => {
      const words = [...new Set(cut(query))].filter((word) => !EMPTY_WORDS.has(word));
      const longest = words.sort((a, b) => b.length - a.length);
      const keys = longest.flatMap((word) => {
        const pairs = pairsOf(word);
        return pairs.length === 0 ? [word] : pairs;
      });
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
