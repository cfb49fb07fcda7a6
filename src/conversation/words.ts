import { firstChars, tidyTyped } from '../kernel/index.ts';
import { CATEGORY_KEY, type Intent, type MENU_KEYS } from '../platform/config/index.ts';
import { parseChoice } from './numbers.ts';
import {
  lastFourIn,
  shippedReader,
  ticketIn,
  ticketsIn,
  tidied,
  tipoffCodeIn,
  type Reader,
} from './understanding/index.ts';

/** What a resident wants, before anything is known of their conversation. */
export type Command =
  | { readonly name: 'help' | 'cancel' | 'done' | 'confirm' | 'skip' | 'latest' | 'settings' | 'complain' | 'mine' }
  | { readonly name: 'rateUsage' | 'reopenUsage' | 'thanks' | 'okay' | 'hello' | 'ownVillage' }
  /** The ticket, and what was said about it beside. */
  | { readonly name: 'ticket'; readonly ticket: string; readonly said?: string }
  | { readonly name: 'follow'; readonly ticket: string; readonly last4: string }
  | { readonly name: 'tipoff'; readonly code: string }
  | { readonly name: 'rate'; readonly ticket: string; readonly stars: number; readonly text: string }
  /** Not content with the answer to this ticket; asked back before anything is reopened. */
  | { readonly name: 'unhappy'; readonly ticket: string; readonly said: string }
  /** `ticket` null = the answer that was told last. */
  | { readonly name: 'reopen'; readonly ticket: string | null; readonly reason: string }
  | { readonly name: 'category'; readonly code: string };

/** What is understood wherever nothing else was asked; where a saying means several, the first. */
const ANYWHERE = [
  'help',
  'cancel',
  'complain',
  'mine',
  'latest',
  'ownVillage',
  'settings',
  'rate',
  'reopen',
  'thanks',
  'okay',
  'hello',
  'done',
  'confirm',
  'skip',
] as const satisfies readonly Intent[];

/**
 * The command in a text, or undefined for plain talk. `categories` are matched by their whole Chinese name; without
 * `reader` the sayings are those that are shipped.
 */
export function parseCommand(
  text: string,
  categories: readonly { code: string; name: string }[],
  reader: Reader = shippedReader(),
): Command | undefined {
  const { whole } = tidied(text);
  const plain = tidyTyped(text).replace(/^(?:请|就)?回复\s*[:]?\s*[“"']?/u, '');
  const category = categories.find(({ name }) => tidyTyped(name) === plain || tidied(name).whole === whole);
  if (category) return { name: 'category', code: category.code };
  return ofTicket(plain, reader) ?? ofOne(plain, reader) ?? named(reader.read(text, ANYWHERE));
}

function named(reading: ReturnType<Reader['read']>): Command | undefined {
  switch (reading) {
    case undefined:
    case 'unclear':
      return undefined;
    case 'reopen':
      return { name: 'reopen', ticket: null, reason: '' };
    case 'rate':
      return { name: 'rateUsage' };
    default:
      return { name: reading } as Command;
  }
}

/** 重办 in the ways that people write it, at the head of what they say or behind the ticket. */
const REOPEN = /(?:我?(?:要求|申请|要|想|请)?)?(?:重办|重新办理?|重新处理|重新修|从办|虫办|再办一次)(?:一下|一次|吧)?/u;
const REOPEN_FIRST = new RegExp(`^(?:请|麻烦)?${REOPEN.source}`, 'u');
const RATE = /^(?:我要|我想)?(?:评价|评分|打分|平价)/u;
/** What stands between a command and its ticket, or before a reason, and tells nothing. */
const LABEL =
  /^(?:[\s,，、:：.。()（）“”"'‘’【】\-—]|(?:我的?)?(?:受理号?|受理编号|投诉号|诉求号)|受理编号|编号|单号|工单号?|号码|号|为|是|的|这一?件|这个|那一?件|我的)+/u;

/** Whatever holds a ticket, or begins with a word that needs one. */
function ofTicket(plain: string, reader: Reader): Command | undefined {
  const tickets = new Set(ticketsIn(plain).map(({ ticket }) => ticket));
  if (tickets.size > 1) {
    if (REOPEN.test(plain)) return { name: 'reopenUsage' };
    return RATE.test(plain) ? { name: 'rateUsage' } : { name: 'mine' };
  }
  const found = ticketIn(plain);
  if (!found) return withoutTicket(plain);
  const { ticket, rest } = found;
  const bare = withoutLabels(rest);
  if (REOPEN.test(rest)) return { name: 'reopen', ticket, reason: withoutLabels(bare.replace(REOPEN, '')) };
  if (RATE.test(bare)) return rated(ticket, withoutLabels(bare.replace(RATE, '')), plain, reader);
  const last4 = lastFourIn(rest);
  if (last4 !== undefined) return { name: 'follow', ticket, last4 };
  const stars = starsIn(bare, reader);
  if (stars) return { name: 'rate', ticket, ...stars };
  const said = withoutLabels(
    bare.replace(/^(?:请|我要|我想|帮我|麻烦)?(?:查询|查一下|查查|查看|查|问一下|看一下|看看)(?:一下)?/u, ''),
  );
  if (said !== '' && (reader.read(said, ['unhappy']) ?? reader.readEdge(said, 'first', ['unhappy'])) === 'unhappy')
    return { name: 'unhappy', ticket, said };
  return said === '' || reader.read(said, ['mine']) === 'mine'
    ? { name: 'ticket', ticket }
    : { name: 'ticket', ticket, said };
}

function withoutTicket(plain: string): Command | undefined {
  const code = tipoffCodeIn(plain);
  if (code !== undefined) return { name: 'tipoff', code };
  if (RATE.test(plain) && /^(?:我要|我想)?评价/u.test(plain) && plain.length <= 40) return { name: 'rateUsage' };
  if (!REOPEN_FIRST.test(plain)) return undefined;
  const reason = withoutLabels(plain.replace(REOPEN_FIRST, ''));
  return namesAnother(plain.replace(REOPEN_FIRST, ''))
    ? { name: 'reopenUsage' }
    : { name: 'reopen', ticket: null, reason };
}

/** A number that is meant for a ticket and is none that can exist: never guessed. */
function namesAnother(words: string): boolean {
  if (/受理号|受理编号|单号|编号/u.test(words)) return true;
  return (
    /^[\s,，:：()（）-]*(?:第|no\.?)?\s*\d[\d\s-]*$/iu.test(words) ||
    /(?<!\d)\d{3,}[-\d\s]*(?![\d年月日块元米度瓦公斤])/u.test(words)
  );
}

function withoutLabels(text: string): string {
  return text
    .trim()
    .replace(LABEL, '')
    .replace(/[\s,，、:：()（）“”"'‘’【】]+$/u, '')
    .trim();
}

function rated(ticket: string, words: string, plain: string, reader: Reader): Command {
  // Between ticket and number something must stand, or `…-00015` could be either; a Chinese number tells itself apart.
  const glued = new RegExp(`${ticket.slice(-4)}[1-5](?!\\d)`, 'u').test(plain.replace(/\s/gu, ' '));
  const stars = glued ? undefined : starsIn(words, reader);
  return stars ? { name: 'rate', ticket, ...stars } : { name: 'rateUsage' };
}

/** Stars in words that speak of nothing else first: 5, 五分, 打5分, 满意5, 5 还可以, 非常满意; the words beside them stay. */
export function starsIn(words: string, reader: Reader = shippedReader()): { stars: number; text: string } | undefined {
  const match =
    /^(?:我?(?:给|打|评)(?:个|你们|了)?|分数|满意度?|很满意|非常满意|不满意)?\s*[:：,，]?\s*(?:([1-5])(?![\d号月年个天.-])|([一二三四五])(?=[\s,，。分星颗]|$))\s*(?:分|颗?星)?[\s,，。:：]*(.*)$/su.exec(
      words,
    );
  if (match) return { stars: parseChoice(match[1] ?? match[2] ?? '') ?? 0, text: match[3] ?? '' };
  return reader.read(words, ['praise', 'soso', 'unhappy']) === 'praise' ? { stars: 5, text: words } : undefined;
}

/** A command with its matter behind it: 投诉：路灯坏了. */
function ofOne(plain: string, reader: Reader): Command | undefined {
  const head = /^([^\s,，:：。]{2,8})[\s,，:：。]+(.+)$/su.exec(firstChars(plain, 400));
  if (!head?.[1] || !head[2]) return undefined;
  return reader.read(head[1], ['reopen']) === 'reopen' && !ticketIn(plain)
    ? { name: 'reopen', ticket: null, reason: withoutLabels(head[2]) }
    : undefined;
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

/** A word that ends step ③. */
export function isDone(text: string, reader: Reader = shippedReader()): boolean {
  return reader.read(text, ['cancel', 'done']) === 'done';
}

/** The fixed word itself: it ends whatever is under way, at once and for good. */
export function isCancel(text: string): boolean {
  return tidied(text).whole === '取消';
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
