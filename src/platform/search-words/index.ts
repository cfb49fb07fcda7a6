import { Jieba } from '@node-rs/jieba';
import { dict } from '@node-rs/jieba/dict.js';

/** Cuts Chinese text into the words that a search compares. */
export interface SearchWords {
  /** Every word of `text`, once each, sorted; at most `max` (an index key is stored for each). */
  of(text: string, max?: number): string[];
  /** What a person asked for: words without the ones that only make it a question; longest first, at most 8. */
  asked(query: string): string[];
}

/** One index key a word: 2,000 hold some 20,000 characters of prose, the longest text the platform takes. */
const MAX_WORDS = 2_000;
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
    of: (text, max = MAX_WORDS) => [...new Set(cut(text))].slice(0, max).sort(),
    asked: (query) => {
      const words = [...new Set(cut(query))].filter((word) => !EMPTY_WORDS.has(word));
      return words.sort((a, b) => b.length - a.length).slice(0, MAX_ASKED);
    },
  };
}

/** One form for the same thing: full-width and compatibility forms become plain ones, capitals small. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
