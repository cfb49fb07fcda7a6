import { type Said, saidOf } from './labels.ts';

export type NumberKind = 'id_number' | 'mobile' | 'bank_card' | 'disability_card';

export interface FoundNumber {
  readonly kind: NumberKind;
  /** Its form fits and its check digit does not: a slip of the pen is still a person's number. */
  readonly probable: boolean;
  readonly from: number;
  readonly to: number;
}

interface Group {
  readonly digits: string;
  readonly from: number;
  readonly to: number;
}

/** Between the digits of one number. Commas and slashes part the entries of a list as well, so they join only known groups. */
const TIGHT = /^[\s\-–—―‐‑‒−·•・.。_|()[\]【】〔〕]{1,8}$/u;
const LISTING = /^\s?[,，、/;；]\s?$/u;
/** Groups of one number at most: a digit each of the longest. */
const MAX_GROUPS = 22;
const MAX_DIGITS = 24;

/** Numbers of persons in a plain text. `strict`: of an address, where letters and digits mix. `head`: of the column. */
export function findNumbers(text: string, options: { readonly strict: boolean; readonly head: string }): FoundNumber[] {
  const groups = [...text.matchAll(/\d+/g)].map(
    (match): Group => ({ digits: match[0], from: match.index, to: match.index + match[0].length }),
  );
  const found: FoundNumber[] = [];
  for (let i = 0; i < groups.length; i += 1) {
    const hit = longestFrom(text, groups, i, options);
    if (!hit) continue;
    found.push(hit.found);
    i = hit.last;
  }
  return found;
}

function longestFrom(
  text: string,
  groups: readonly Group[],
  first: number,
  options: { readonly strict: boolean; readonly head: string },
): { found: FoundNumber; last: number } | null {
  const start = groups[first];
  if (!start) return null;
  const said = saidOf(text, start.from, options.head);
  let digits = '';
  const sizes: number[] = [];
  let between = '';
  let best: { found: FoundNumber; last: number } | null = null;
  for (let last = first; last < groups.length && last - first < MAX_GROUPS; last += 1) {
    const group = groups[last];
    if (!group) break;
    if (last > first) {
      const gap = text.slice(groups[last - 1]?.to, group.from);
      if (!TIGHT.test(gap) && !LISTING.test(gap)) break;
      between += gap;
    }
    digits += group.digits;
    sizes.push(group.digits.length);
    if (digits.length > MAX_DIGITS) break;
    const kind = kindOf({ text, digits, sizes, between, from: start.from, to: group.to, said, strict: options.strict });
    if (kind) best = { found: { ...kind, from: start.from }, last };
  }
  return best;
}

interface Candidate {
  readonly text: string;
  readonly digits: string;
  readonly sizes: readonly number[];
  readonly between: string;
  readonly from: number;
  readonly to: number;
  readonly said: Said;
  readonly strict: boolean;
}

function kindOf(one: Candidate): Omit<FoundNumber, 'from'> | null {
  const { text, digits, said, to } = one;
  const after = text.slice(to, to + 4);
  if (isAmount(one, after)) return null;
  const x = /^\s?[Xx](?![A-Za-z])/.exec(after)?.[0];
  if (digits.length === 17 && x !== undefined) {
    const id = idOf(`${digits}X`, one);
    if (id) return { ...id, to: to + x.length };
  }
  const card = disabilityOf(one, after);
  if (card) return card;
  if (said.account && digits.length >= 12 && digits.length <= 22 && grouped(one, ACCOUNT_GROUPS)) {
    const person = idOf(digits, one);
    return person && !person.probable ? { ...person, to } : { kind: 'bank_card', probable: false, to };
  }
  if (mobileOf(one, after)) return { kind: 'mobile', probable: false, to };
  const id = idOf(digits, one);
  if (id) return { ...id, to };
  if (bankOf(one)) return { kind: 'bank_card', probable: false, to };
  return null;
}

/** A sum of money, an area, a count: the unit says so. */
function isAmount({ sizes, text, to }: Candidate, after: string): boolean {
  if (sizes.length > 1 && !text.slice(to - 4, to).startsWith(',')) return false;
  return /^\s?(?:元|万|亿|亩|吨|斤|株|平方|立方|m²|㎡|米|公里|人次)/.test(after) || /^\.\d{1,2}(?!\d)/.test(after);
}

const ANY = 'any';

/** How a number may be cut: by blanks, points and hyphens; a line's end may cut anywhere once or twice. */
function grouped({ sizes, between }: Candidate, known: readonly string[]): boolean {
  if (sizes.length === 1) return true;
  if (sizes.every((size) => size === 1)) return true;
  const listed = /[,，、/;；]/.test(between);
  if (!listed && between.includes('\n') && sizes.length <= 4) return true;
  const shape = sizes.join('-');
  if (listed) return known[0] === shape;
  return known.includes(shape) || known.includes(ANY);
}

const MOBILE_GROUPS = ['3-4-4', '3-8'];
/** Sums in a row are parted by blanks, so lines between the digits may cut a telephone anywhere people cut it. */
const MOBILE_LINED = [...MOBILE_GROUPS, '7-4', '3-3-5', '4-4-3', '3-5-3', '4-7'];
const ID_GROUPS = [
  '6-8-4',
  '6-4-4-4',
  '3-3-4-4-4',
  '6-12',
  '14-4',
  '3-3-8-4',
  '6-8-3',
  '6-4-2-2-4',
  '6-4-2-2-3',
  '4-4-4-4-2',
  '3-3-3-3-3-3',
  '10-8',
  '8-10',
  '9-9',
  '2-4-8-4',
  '6-8-3-1',
];
const BANK_GROUPS = [
  '4-4-4-4',
  '4-4-4-4-3',
  '4-4-4-4-2',
  '4-4-4-4-1',
  '6-13',
  '6-10',
  '6-4-4-5',
  '4-15',
  '6-4-9',
  '6-12',
  '6-11',
];
const ACCOUNT_GROUPS = [...BANK_GROUPS, ANY];

function mobileOf(one: Candidate, after: string): boolean {
  const { digits, sizes, text, from, strict } = one;
  const [first = 0] = sizes;
  const bare = digits.replace(/^(?:0{0,2}86|0)(?=1\d{10}$)/, '');
  if (!/^1[3-9]\d{9}$/.test(bare)) return false;
  const cut = digits.length - bare.length;
  // The country stands as a group of its own, or glued to the number.
  const own = cut === 0 ? sizes : cut === first ? sizes.slice(1) : first > cut ? [first - cut, ...sizes.slice(1)] : [];
  const lined = /[^\s]/.test(one.between);
  if (own.length === 0 || !grouped({ ...one, sizes: own }, lined ? MOBILE_LINED : MOBILE_GROUPS)) return false;
  const letterBefore = /[A-Za-z]$/.test(text.slice(0, from).slice(-1));
  const letterAfter = /^[A-Za-z]/.test(after);
  if (strict) return !letterBefore && !letterAfter;
  return !(letterBefore && letterAfter) || CALLED.test(text.slice(Math.max(0, from - 10), from));
}

/** Letters that say a telephone follows. */
const CALLED = /(?:tel|phone|mob(?:ile)?|cell|vx|wx|v|wechat|weixin|qq|no|call|dh|sj|lxdh|sjh|id|m|t|p)[.:：]?$/i;

function idOf(digits: string, one: Candidate): Pick<FoundNumber, 'kind' | 'probable'> | null {
  const { said, sizes, between, strict } = one;
  const glued = gluedBothSides(one);
  if (digits.length === 18) {
    if (!hasBirthday(digits)) return null;
    if (checks(digits)) return { kind: 'id_number', probable: false };
    if (strict || glued || (said.thing && !said.id) || !grouped({ ...one, sizes, between }, ID_GROUPS)) return null;
    return { kind: 'id_number', probable: true };
  }
  if (digits.length === 17) {
    if (strict || glued || (said.thing && !said.id) || !hasBirthday(`${digits}0`)) return null;
    // Seventeen digits with a birthday among them by accident are rarer in one run than in several.
    return sizes.length === 1 || said.id || grouped(one, ID_GROUPS) ? { kind: 'id_number', probable: true } : null;
  }
  const old = /^[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}$/.test(digits);
  return digits.length === 15 && said.id && old ? { kind: 'id_number', probable: true } : null;
}

function gluedBothSides({ text, from, to }: Candidate): boolean {
  return /[A-Za-z]$/.test(text.slice(0, from).slice(-1)) && /^[A-WYZa-wyz]/.test(text.slice(to, to + 1));
}

/** A disability card: the ID number, the kind of disability and its degree; a second card adds B and a digit. */
function disabilityOf(one: Candidate, after: string): Omit<FoundNumber, 'from'> | null {
  const { digits, to, said, strict } = one;
  const again = /^\s?[Bb]\s?\d?/.exec(after)?.[0];
  const size = digits.length;
  if (size !== 20 && size !== 21 && size !== 22) return null;
  const person = digits.slice(0, 18);
  if (!hasBirthday(person) || !/^[1-7][1-4]/.test(digits.slice(18))) return null;
  const right = checks(person);
  if (!right && (strict || (said.thing && !said.id))) return null;
  const end = size === 20 && again !== undefined ? to + again.length : to;
  return { kind: 'disability_card', probable: !right, to: end };
}

/** Issuers' numbers begin with 3 to 6 or 9 (ISO/IEC 7812); dates and sums in a row begin with 1 or 2. */
const CARD = /^[34569]\d{15,18}$/;
/** Without a label, groups of four may be sums: these are the beginnings of the cards that people here have. */
const ISSUED_HERE = /^(?:62|60|955|5[1-5]|4\d{3}(?!000))/;

function bankOf(one: Candidate): boolean {
  const { digits, sizes, said } = one;
  if (!CARD.test(digits) || /^(\d)\1+$/.test(digits) || !passesLuhn(digits)) return false;
  if (said.thing && !said.account) return false;
  if (gluedBothSides(one)) return false;
  return grouped(one, BANK_GROUPS) && (sizes.length === 1 || ISSUED_HERE.test(digits));
}

/** The eight digits of a birthday that a living person may have. */
function hasBirthday(id: string): boolean {
  const parts = /^[1-9]\d{5}(19\d\d|20[0-4]\d)(\d{2})(\d{2})\d{3}[\dX]$/i.exec(id);
  if (!parts) return false;
  const [, year, month, day] = parts;
  const birthday = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(birthday.getTime()) && birthday.getUTCDate() === Number(day);
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK = '10X98765432';

/** GB 11643: mod 11-2. */
function checks(id: string): boolean {
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(id.charAt(i)), 0);
  return ID_CHECK.charAt(sum % 11) === id.charAt(17).toUpperCase();
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits.charAt(digits.length - 1 - i));
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
