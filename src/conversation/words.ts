import { tidyTyped } from '../kernel/index.ts';
import { CATEGORY_KEY, type MENU_KEYS } from '../platform/config/index.ts';
import { parseChoice } from './numbers.ts';

/** What a resident wants, before anything is known of their conversation. */
export type Command =
  | { readonly name: 'help' | 'cancel' | 'done' | 'confirm' | 'skip' | 'latest' | 'settings' | 'complain' | 'mine' }
  | { readonly name: 'rateUsage' | 'reopenUsage' | 'thanks' | 'okay' | 'hello' }
  | { readonly name: 'ticket'; readonly ticket: string }
  | { readonly name: 'follow'; readonly ticket: string; readonly last4: string }
  | { readonly name: 'tipoff'; readonly code: string }
  | { readonly name: 'rate'; readonly ticket: string; readonly stars: number; readonly text: string }
  /** `ticket` null = the answer that was told last. */
  | { readonly name: 'reopen'; readonly ticket: string | null; readonly reason: string }
  | { readonly name: 'category'; readonly code: string };

/** The fixed words (design §4); 退出 is what many type for 取消. */
const WORDS: Readonly<Record<string, Command>> = {
  帮助: { name: 'help' },
  取消: { name: 'cancel' },
  退出: { name: 'cancel' },
  完成: { name: 'done' },
  确认: { name: 'confirm' },
  跳过: { name: 'skip' },
  最新: { name: 'latest' },
  订阅: { name: 'settings' },
  投诉: { name: 'complain' },
  我要投诉: { name: 'complain' },
  查询: { name: 'mine' },
  我的投诉: { name: 'mine' },
  评价: { name: 'rateUsage' },
  重办: { name: 'reopen', ticket: null, reason: '' },
};

const THANKS = /^(?:非常|太|十分)?(?:谢谢|多谢|感谢|谢了|谢啦|辛苦|麻烦)(?:了|啦|您|你|们|大家)*$/u;
const OKAY = /^(?:好的?|好嘞|好吧|知道了?|明白了?|收到|嗯+|哦+|行|可以|ok|👌|👍|🙏)(?:了|啦|的)*$/iu;
const HELLO = /^(?:您好|你好|在吗|在不在|有人吗|hi|hello)(?:啊|呀)*$/iu;

/** Date and number of a ticket; the hyphen in any form, or left out where another word says what it is. */
const TICKET = '(\\d{8})\\s*[-‐‑–—−_]\\s*(\\d{4,10})';
const TICKET_LOOSE = '(\\d{8})\\s*[-‐‑–—−_ ]?\\s*(\\d{4,10})';

/** The command in a text, or undefined for plain talk. `categories` are matched by their whole Chinese name. */
export function parseCommand(text: string, categories: readonly { code: string; name: string }[]): Command | undefined {
  const plain = tidyTyped(text).replace(/^回复\s*[:]?\s*[“"']?/u, '');
  if (Object.hasOwn(WORDS, plain)) return WORDS[plain];
  const category = categories.find((candidate) => tidyTyped(candidate.name) === plain);
  if (category) return { name: 'category', code: category.code };
  const asked = parseQuery(plain) ?? parseRating(plain) ?? parseReopen(plain);
  if (asked) return asked;
  if (THANKS.test(plain)) return { name: 'thanks' };
  if (OKAY.test(plain)) return { name: 'okay' };
  return HELLO.test(plain) ? { name: 'hello' } : undefined;
}

function parseQuery(plain: string): Command | undefined {
  const followed = new RegExp(`^(?:查询|查)?\\s*${TICKET_LOOSE}[\\s,，]+(?:手机|尾号|后四位)?\\s*(\\d{4})$`, 'u').exec(
    plain,
  );
  if (followed) return { name: 'follow', ticket: ticketIn(followed), last4: followed[3] ?? '' };
  const ticket = new RegExp(`^(?:(?:查询|查)\\s*${TICKET_LOOSE}|${TICKET})$`, 'u').exec(plain);
  if (ticket) return { name: 'ticket', ticket: ticketIn(ticket) };
  const tipoff = /^查询?\s*([A-Za-z0-9]{10})$/u.exec(plain);
  return tipoff?.[1] ? { name: 'tipoff', code: tipoff[1].toUpperCase() } : undefined;
}

function ticketIn(match: RegExpExecArray): string {
  return `${match[1] ?? match[3] ?? ''}-${match[2] ?? match[4] ?? ''}`;
}

function parseRating(plain: string): Command | undefined {
  if (!plain.startsWith('评价')) return undefined;
  // Between ticket and number something must stand, or `…-00015` could be either; a Chinese number tells itself apart.
  const match = new RegExp(`^评价\\s*${TICKET_LOOSE}(?:[\\s,，:]+([1-5])(?!\\d)|\\s*([一二三四五]))(.*)$`, 'u').exec(
    plain,
  );
  if (!match) return { name: 'rateUsage' };
  const stars = parseChoice(match[3] ?? match[4] ?? '') ?? 0;
  const text = (match[5] ?? '').replace(/^\s*(?:分|星|颗星)?[\s,，。:]*/u, '');
  return { name: 'rate', ticket: ticketIn(match), stars, text };
}

function parseReopen(plain: string): Command | undefined {
  if (!plain.startsWith('重办')) return undefined;
  const match = new RegExp(`^重办\\s*${TICKET_LOOSE}[\\s,，:]*(.*)$`, 'u').exec(plain);
  if (match) return { name: 'reopen', ticket: ticketIn(match), reason: match[3] ?? '' };
  const words = plain.slice('重办'.length).replace(/^[\s,，:]+/u, '');
  return /^[\d\s-]+$/.test(words) ? { name: 'reopenUsage' } : { name: 'reopen', ticket: null, reason: words };
}

/** Of each fixed key of the menu: what it asks for, and what the office calls that. */
const FUNCTIONS: Readonly<Record<(typeof MENU_KEYS)[number], { readonly title: string; readonly command: Command }>> = {
  LATEST: { title: '最新信息', command: { name: 'latest' } },
  COMPLAINT_NEW: { title: '我要投诉', command: { name: 'complain' } },
  COMPLAINT_MINE: { title: '查办理进度', command: { name: 'mine' } },
  SETTINGS: { title: '订阅设置', command: { name: 'settings' } },
  HELP: { title: '帮助', command: { name: 'help' } },
};

/** The command of a menu key; undefined for a key that nobody knows any more. */
export function parseMenuKey(key: string): Command | undefined {
  if (Object.hasOwn(FUNCTIONS, key)) return FUNCTIONS[key as keyof typeof FUNCTIONS].command;
  return key.startsWith(CATEGORY_KEY) ? { name: 'category', code: key.slice(CATEGORY_KEY.length) } : undefined;
}

/** The word that ends step ③; there nothing else but 取消 is a command. */
export function isDone(text: string): boolean {
  return tidyTyped(text) === '完成';
}

export function isCancel(text: string): boolean {
  return tidyTyped(text) === '取消';
}

/** Every key that a button may carry so that somebody answers, with the office's name for it. */
export function menuChoices(
  categories: readonly { readonly code: string; readonly name: string }[],
): { key: string; name: string }[] {
  return [
    ...Object.entries(FUNCTIONS).map(([key, { title }]) => ({ key, name: title })),
    ...categories.map(({ code, name }) => ({ key: `${CATEGORY_KEY}${code}`, name: `信息：${name}` })),
  ];
}
