import { simplified } from './traditional.ts';

/** A village as a town writes it down. */
interface Village {
  readonly code: string;
  readonly name: string;
}

/** A village found in a text, and whether the text says more than where it is. */
export interface PlaceFound<V> {
  readonly village: V;
  /** The text tells more: the matter itself, a part of the village, a house. */
  readonly more: boolean;
}

export interface Places<V> {
  /** The one village that a text names; undefined where it names none or several. */
  find(text: string): PlaceFound<V> | undefined;
}

const NUMERALS = '零一二三四五六七八九十百0-9';
/** Ends of a village's name that people leave out. */
const ENDINGS = /(?:行政村|村委会|居委会|社区|自然村|村)$/u;
/** What stands around a village's name in an answer and tells nothing. */
const AROUND =
  /^(?:我们?|俺们?|咱们?|您|家|是|就是|住|在|住在|家在|来自|属于|事情在|事在|事情发生在|地点在|地点|地方在|地方|位置|这里是|这是|这边是|那|就|选|选择|回复|第|号|的|嗯|好的?|村里?|那边|请|麻烦|应该|大概|说的是|村子|村名|老家|大队|人|\d+)+$|^$/u;
const AFTER =
  /^(?:的|人|这边|这里|这儿|那边|那里|那儿|村民|的村民|的人|的事|里|里的|吧|啊|呢|哦|呀|了|啦|嘛|谢谢|这个村|村委会|村里|村上|那个|大队|队|发生的|家|\d+)*$/u;

/**
 * Villages by name inside a sentence. The longest name wins (上庄科村 holds 庄科村), 示例3村 is 示例三村, and 开大会村里 names no 大会村; without its 村, or
 * by its end alone (三村), a name counts only where nothing else is said, for 大会 in a sentence is a meeting.
 */
export function createPlaces<V extends Village>(villages: readonly V[]): Places<V> {
  const full = villages.map((village) => ({ village, name: comparable(village.name) }));
  const short = shortForms(full);

  const inSentence = (text: string): { village: V; start: number; end: number }[] => {
    const hits = full.flatMap(({ village, name }) =>
      [...allOf(text, name)].map((start) => ({ village, start, end: start + name.length })),
    );
    return hits.filter(
      (hit) =>
        !hits.some(
          (o) => o !== hit && o.start <= hit.start && o.end >= hit.end && o.end - o.start > hit.end - hit.start,
        ) &&
        wholeNumeral(text, hit.start) &&
        !/[开办搞]$/u.test(text.slice(0, hit.start)),
    );
  };

  const alone = (text: string): V | undefined => {
    const bare = text.replace(/(?:的|人|这边|这里|那边|村民|那个|吧|啊|呢|哦|呀|了|啦|嘛)+$/u, '');
    for (const candidate of [text, bare]) {
      for (let start = 0; start < candidate.length; start += 1) {
        const found = short.get(candidate.slice(start));
        if (found && AROUND.test(candidate.slice(0, start)) && wholeNumeral(candidate, start)) return found;
      }
    }
    return undefined;
  };

  return {
    find: (said) => {
      const text = comparable(said);
      const hits = inSentence(text);
      const [first] = hits;
      if (first !== undefined) {
        if (new Set(hits.map(({ village }) => village.code)).size > 1) return undefined;
        const [before, after] = [text.slice(0, first.start), text.slice(first.end)];
        return { village: first.village, more: !(AROUND.test(before) && AFTER.test(after)) };
      }
      const village = alone(text);
      return village && { village, more: false };
    },
  };
}

/** Names without their ending, and their ends from a numeral or the second character on, where only one village has them. */
function shortForms<V extends Village>(full: readonly { village: V; name: string }[]): Map<string, V> {
  const owners = new Map<string, Set<V>>();
  const claim = (form: string, village: V): void => {
    if (form.length < 2) return;
    owners.set(form, (owners.get(form) ?? new Set()).add(village));
  };
  for (const { village, name } of full) {
    const bare = name.replace(ENDINGS, '');
    for (const form of [name, bare, `${bare}村`, `${bare}行政村`, `${bare}村委会`, `${bare}社区`, `${bare}大队`])
      claim(form, village);
    // 三村 of 示例三村: an end of the name that begins with its numeral.
    const numeral = new RegExp(`[${NUMERALS}]+[^${NUMERALS}]+$`, 'u').exec(name);
    if (numeral) claim(numeral[0], village);
  }
  const exact = new Set(full.map(({ name }) => name));
  return new Map(
    [...owners].flatMap(([form, found]) => {
      const own = full.find(({ name }) => name === form)?.village;
      const [only] = found;
      if (exact.has(form) && own) return [[form, own] as const];
      return found.size === 1 && only ? [[form, only] as const] : [];
    }),
  );
}

/** No 三村 in 十三村: a match that begins with a numeral must not begin inside one. */
function wholeNumeral(text: string, start: number): boolean {
  const numeral = new RegExp(`[${NUMERALS}]`, 'u');
  return !(numeral.test(text[start] ?? '') && numeral.test(text[start - 1] ?? ''));
}

function* allOf(text: string, name: string): Generator<number> {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) yield at;
}

/** One form for the same name: simplified, plain digits as Chinese numerals, nothing between the characters. */
function comparable(text: string): string {
  return simplified(text.normalize('NFKC'))
    .replace(/[\p{Cf}\uFE0F\u20E3]/gu, '')
    .replace(/\d{1,3}(?=[\p{Script=Han}])/gu, (digits) => chineseNumber(Number(digits)))
    .replace(/[壹幺]/gu, '一')
    .replace(/[贰两]/gu, '二')
    .replace(/叁/gu, '三')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function chineseNumber(number: number): string {
  const digits = '零一二三四五六七八九';
  if (number < 10) return digits[number] ?? '';
  if (number > 99) return Array.from(String(number), (digit) => digits[Number(digit)]).join('');
  const [tens, ones] = [Math.floor(number / 10), number % 10];
  return `${tens > 1 ? digits[tens] : ''}十${ones > 0 ? digits[ones] : ''}`;
}
