/** How residents' typing becomes choices and commands: the same thing written in the ways that people write it. */

const CHINESE_DIGITS: Readonly<Record<string, number>> = {
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
  十: 10,
};

/** Full-width forms made plain, spaces and closing punctuation dropped. */
export function tidy(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\s+/gu, ' ')
    .trim()
    .replace(/[。.!！,，、~～]+$/u, '')
    .trim();
}

/** `1`, `１`, `一`, `①`, `1.`, `第一个`, `选1` as a number 0–99; undefined for anything else. */
export function parseChoice(text: string): number | undefined {
  const plain = tidy(text)
    .replace(/^(第|选|选择|回复)\s*/u, '')
    .replace(/\s*(个|项|号|条|、)$/u, '')
    .trim();
  if (/^\d{1,2}$/.test(plain)) return Number(plain);
  return parseChineseNumber(plain);
}

function parseChineseNumber(text: string): number | undefined {
  const match = /^([一二两三四五六七八九])?(十)?([一二三四五六七八九])?$/u.exec(text);
  if (!match || text === '') return undefined;
  const [, tens, ten, ones] = match;
  const digit = (char: string | undefined): number => (char === undefined ? 0 : (CHINESE_DIGITS[char] ?? 0));
  if (ten === undefined) return tens !== undefined && ones === undefined ? digit(tens) : undefined;
  return (tens === undefined ? 1 : digit(tens)) * 10 + digit(ones);
}

/** What a resident wants, before anything is known of their conversation. */
export type Command =
  | { readonly name: 'help' | 'cancel' | 'done' | 'confirm' | 'skip' | 'latest' | 'settings' | 'complain' | 'mine' }
  | { readonly name: 'ticket'; readonly ticket: string }
  | { readonly name: 'tipoff'; readonly code: string }
  | { readonly name: 'rate'; readonly ticket: string; readonly stars: number; readonly text: string }
  | { readonly name: 'rateUsage' | 'reopenUsage' | 'bareReopen' | 'thanks' }
  | { readonly name: 'reopen'; readonly ticket: string; readonly reason: string }
  | { readonly name: 'category'; readonly code: string };

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
  重办: { name: 'bareReopen' },
};

const THANKS = /^(谢谢|多谢|感谢|谢了|好的?|好嘞|知道了|收到|嗯+|哦+|行|可以|ok)(了|啦|您|你)*$/iu;
const TICKET = '(\\d{8}-\\d{4,})';

/** The command in a text, or undefined for plain talk. `categories` are matched by their whole Chinese name. */
export function parseCommand(text: string, categories: readonly { code: string; name: string }[]): Command | undefined {
  const plain = tidy(text);
  if (Object.hasOwn(WORDS, plain)) return WORDS[plain];
  const withTicket = parseTicketCommand(plain);
  if (withTicket) return withTicket;
  const category = categories.find((candidate) => candidate.name === plain || candidate.name === text.trim());
  if (category) return { name: 'category', code: category.code };
  return THANKS.test(plain) ? { name: 'thanks' } : undefined;
}

function parseTicketCommand(plain: string): Command | undefined {
  const query = new RegExp(`^(?:查询|查)?\\s*${TICKET}$`, 'u').exec(plain);
  if (query?.[1]) return { name: 'ticket', ticket: query[1] };
  const tipoff = /^查询?\s*([A-Za-z0-9]{10})$/u.exec(plain);
  if (tipoff?.[1]) return { name: 'tipoff', code: tipoff[1].toUpperCase() };
  const rate = new RegExp(`^评价\\s*${TICKET}\\s*([1-5])\\s*(?:分|星)?\\s*(.*)$`, 'u').exec(plain);
  if (rate?.[1] && rate[2]) return { name: 'rate', ticket: rate[1], stars: Number(rate[2]), text: rate[3] ?? '' };
  if (plain.startsWith('评价')) return { name: 'rateUsage' };
  const reopen = new RegExp(`^重办\\s*${TICKET}\\s*(.+)$`, 'u').exec(plain);
  if (reopen?.[1] && reopen[2]) return { name: 'reopen', ticket: reopen[1], reason: reopen[2] };
  return plain.startsWith('重办') ? { name: 'reopenUsage' } : undefined;
}

const MENU_KEYS: Readonly<Record<string, Command>> = {
  COMPLAINT_NEW: { name: 'complain' },
  COMPLAINT_MINE: { name: 'mine' },
  SETTINGS: { name: 'settings' },
  LATEST: { name: 'latest' },
  HELP: { name: 'help' },
};

/** The command of a menu key; undefined for a key that nobody knows any more. */
export function parseMenuKey(key: string): Command | undefined {
  if (Object.hasOwn(MENU_KEYS, key)) return MENU_KEYS[key];
  return key.startsWith('CATEGORY_') ? { name: 'category', code: key.slice('CATEGORY_'.length) } : undefined;
}

/** A mobile number or a landline with area code, digits only; undefined otherwise. */
export function parsePhone(text: string): string | undefined {
  const digits = tidy(text)
    .replace(/[\s-]/g, '')
    .replace(/^\+?86(?=1)/, '');
  return /^1[3-9]\d{9}$/.test(digits) || /^0\d{9,11}$/.test(digits) ? digits : undefined;
}

/** Does a button with this key lead anywhere? `categories` are those of the town. */
export function answersMenuKey(key: string, categories: readonly { readonly code: string }[]): boolean {
  const command = parseMenuKey(key);
  return command?.name === 'category' ? categories.some(({ code }) => code === command.code) : command !== undefined;
}
