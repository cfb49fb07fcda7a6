import { phonesIn, tidyTyped } from '../kernel/index.ts';
import { withoutPictures } from './understanding/tidy.ts';

/** How residents' typing becomes numbers: the same number in the ways that people write it. */

const CHINESE_DIGITS: Readonly<Record<string, number>> = {
  一: 1,
  壹: 1,
  幺: 1,
  二: 2,
  两: 2,
  贰: 2,
  三: 3,
  叁: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};

/** `1`, `１`, `一`, `①`, `1.`, `(1)`, `第一个`, `选1` as a number 0–999; undefined for anything else. */
export function parseChoice(text: string): number | undefined {
  const plain = tidyTyped(withoutPictures(text))
    .replace(/^(?:(?:嗯|那|就|我|要|想|选择?|回复?|按|发|填|数字|应该是|是|第)\s*[:,，]?\s*)+(?=.)/u, '')
    .replace(/\s*(?:个|项|号|条|种|类|样|吧|了|啊|呢|哦|呀|啦|的|嘛|。)+$/u, '')
    .trim();
  if (/^\d{1,3}$/.test(plain)) return Number(plain);
  return plain === '零' || plain === '〇' ? 0 : parseChineseNumber(plain);
}

function parseChineseNumber(text: string): number | undefined {
  const match = /^([一壹幺二两贰三叁四五六七八九])?(十)?([一二三四五六七八九])?$/u.exec(text);
  if (!match || text === '') return undefined;
  const [, tens, ten, ones] = match;
  const digit = (char: string | undefined): number => (char === undefined ? 0 : (CHINESE_DIGITS[char] ?? 0));
  if (ten === undefined) return tens !== undefined && ones === undefined ? digit(tens) : undefined;
  return (tens === undefined ? 1 : digit(tens)) * 10 + digit(ones);
}

/** A bare rating: a choice from 1 to 5, also as `5分` or `五星`. */
export function parseStars(text: string): number | undefined {
  const stars = parseChoice(tidyTyped(text).replace(/\s*(?:分|星|颗星)$/u, ''));
  return stars !== undefined && stars >= 1 && stars <= 5 ? stars : undefined;
}

/** Several choices in one text, `1 3`, `1、3`, `一和三`; undefined where any part is no choice. */
export function parseChoices(text: string): number[] | undefined {
  const parts = tidyTyped(text)
    .split(/[\s,，、;；和.]+/u)
    .filter((part) => part !== '');
  const choices = parts.map(parseChoice);
  return parts.length === 0 || choices.includes(undefined) ? undefined : [...new Set(choices as number[])];
}

/** The first telephone number in a text, digits only; undefined where there is none that can exist. */
export function parsePhone(text: string): string | undefined {
  return phonesIn(text)[0]?.number;
}
