import { findAddresses } from './addresses.ts';
import { findNumbers, type NumberKind } from './numbers.ts';
import { plainOf } from './plain.ts';

/** What must not be shown of a person without a reason that a leader gives (docs/promises.md#p5). */
export type PersonalDataKind = NumberKind | 'address';

const PERSONAL_DATA_NAMES: Readonly<Record<PersonalDataKind, string>> = {
  id_number: '身份证号',
  disability_card: '残疾证号',
  mobile: '手机号',
  bank_card: '银行账号',
  address: '详细住址',
};

/** A stretch of characters, the end not among them. */
export type Stretch = readonly [from: number, to: number];

/** One place where it stands; `shown` is masked, so that the answer does not spread what it warns of. */
export interface Found {
  readonly kind: PersonalDataKind;
  readonly name: string;
  readonly shown: string;
  readonly at: Stretch;
  /** Places of the characters that a star is put on. */
  readonly stars: readonly number[];
}

/** Where a text stands and what is said of it there. */
export interface ScanOptions {
  /** An address of a page: letters and digits mix in it. */
  readonly strict?: boolean;
  /** The head of the column. */
  readonly head?: string;
}

/**
 * Finds numbers of ID cards (GB 11643; "probably" where only the birthday fits), disability cards, mobile telephones,
 * bank accounts (by Luhn, or by what the words or the column say) and addresses down to the house. Digits may be in
 * any dress: full-width, parted by blanks, points, lines or what nobody sees, glued to letters. Not found: numbers
 * written in words or in pictures.
 */
export function findPersonalData(text: string, { strict = false, head = '' }: ScanOptions = {}): Found[] {
  if (text === '') return [];
  const plain = plainOf(text);
  const place = (index: number): number => plain.from[index] ?? text.length;
  const stretch = (from: number, to: number): Stretch => [place(from), place(to - 1) + 1];
  const numbers = findNumbers(plain.text, { strict, head }).map(({ kind, probable, from, to }): Found => {
    const digits = Array.from(plain.text.slice(from, to)).flatMap((char, i) =>
      /[\dXxBb]/.test(char) ? [from + i] : [],
    );
    const hidden = digits.slice(3, -2);
    return {
      kind,
      name: `${probable ? '疑似' : ''}${PERSONAL_DATA_NAMES[kind]}`,
      shown: masked(digits.map((i) => plain.text.charAt(i)).join('')),
      at: stretch(from, to),
      stars: hidden.map(place),
    };
  });
  const addresses = findAddresses(plain.text).map(({ from, to }): Found => {
    const words = plain.text.slice(from, to);
    const hidden = Array.from(words).flatMap((char, i) => (HOUSE_NUMERAL.test(char) ? [place(from + i)] : []));
    return {
      kind: 'address',
      name: PERSONAL_DATA_NAMES.address,
      shown: words.replaceAll(/\d|[一二三四五六七八九十百〇零]/g, '*'),
      at: stretch(from, to),
      stars: hidden,
    };
  });
  return [...numbers, ...addresses];
}

const HOUSE_NUMERAL = /[\d一二三四五六七八九十百〇零]/;

/** First three and last two characters; nothing between. */
function masked(digits: string): string {
  return `${digits.slice(0, 3)}${'*'.repeat(Math.max(0, digits.length - 5))}${digits.slice(-2)}`;
}
