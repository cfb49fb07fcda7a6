/** What must not be shown of a person without a reason that a leader gives (docs/promises.md#p5). */
export type PersonalDataKind = 'id_number' | 'mobile' | 'bank_card' | 'address';

export const PERSONAL_DATA_NAMES: Readonly<Record<PersonalDataKind, string>> = {
  id_number: '身份证号',
  mobile: '手机号',
  bank_card: '银行卡号',
  address: '详细住址',
};

/** One place where it stands; `shown` is masked, so that the answer does not spread what it warns of. */
export interface Finding {
  readonly kind: PersonalDataKind;
  /** For staff, e.g. `标题` or `正文 表格 1 第 2 行第 3 列`. */
  readonly place: string;
  readonly shown: string;
}

/**
 * Finds 18-digit ID numbers (GB 11643, check digit mod 11-2, a possible birthday), mobile numbers, card numbers (16–19
 * digits, Luhn) and addresses down to the house. Digits may be full-width and written in groups with spaces or
 * hyphens; invisible characters between them do not hide them. Not found: numbers written in words or in pictures.
 */
export function findPersonalData(text: string, place: string): Finding[] {
  const plain = text.normalize('NFKC').replace(/[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF]/g, '');
  const numbers = [...plain.matchAll(NUMBER)].flatMap(([run]): Finding[] => {
    const digits = run.replace(/[\s\-–—·.]/g, '');
    const kind = kindOfNumber(digits) ?? kindOfNumber(digits.replace(/^\+?(?:00)?86/, ''));
    if (kind) return [{ kind, place, shown: masked(digits) }];
    // Several numbers in a row: a list of telephones with spaces between, or one with an extension.
    return partsOf(run).flatMap((own) => {
      const partKind = kindOfNumber(own) ?? kindOfNumber(own.replace(/^\+?(?:00)?86/, ''));
      return partKind ? [{ kind: partKind, place, shown: masked(own) }] : [];
    });
  });
  const addresses = [...plain.matchAll(ADDRESS)]
    .filter((match) => !OFFICE.test(plain.slice(Math.max(0, match.index - OFFICE_REACH), match.index)))
    .map(([found]): Finding => ({ kind: 'address', place, shown: maskedAddress(found) }));
  return [...numbers, ...addresses];
}

/** Digits with at most one separator between two of them, not part of a longer run of letters or digits. */
const NUMBER = /(?<![A-Za-z\d])\+?\d(?:[\s\-–—·.]?\d){9,80}[Xx]?(?![A-Za-z\d])/g;

/** Issuers' numbers begin with 3 to 6 or 9 (ISO/IEC 7812); dates and sums in a row begin with 1 or 2. */
const CARD = /^[34569]\d{15,18}$/;

/** The numbers of a run that is none as a whole: cut at blanks and dashes, groups of one number put together. */
function partsOf(run: string): string[] {
  const wide = run.split(/[\s–—·]+/).map((part) => part.replaceAll(/[-.]/g, ''));
  const narrow = run.split(/[\s\-–—·.]+/);
  return [...new Set([...wide, ...narrow])];
}

function kindOfNumber(digits: string): PersonalDataKind | null {
  if (/^1[3-9]\d{9}$/.test(digits)) return 'mobile';
  if (isIdNumber(digits)) return 'id_number';
  if (CARD.test(digits) && !/^(\d)\1+$/.test(digits) && passesLuhn(digits)) return 'bank_card';
  return null;
}

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK = '10X98765432';

function isIdNumber(text: string): boolean {
  const parts = /^[1-9]\d{5}((?:18|19|20)\d{2})(\d{2})(\d{2})\d{3}[\dXx]$/.exec(text);
  if (!parts) return false;
  const [, year, month, day] = parts;
  const birthday = new Date(`${year}-${month}-${day}T00:00:00Z`);
  if (Number.isNaN(birthday.getTime()) || birthday.getUTCDate() !== Number(day)) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, i) => total + weight * Number(text.charAt(i)), 0);
  return ID_CHECK.charAt(sum % 11) === text.charAt(17).toUpperCase();
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

const NUMERAL = '(?:\\d{1,4}|[一二三四五六七八九十百〇零]{1,5})';
/**
 * A place name followed by a house: 村三组12号, 中心街18号, 2号楼3单元501室. Days (5号上午) and document numbers
 * (第12号, 〔2026〕12号) are kept out by what may stand between and after.
 */
const ADDRESS = new RegExp(
  [
    `(?:[组社队路街巷弄庄屯里]|村|小区|家园|花园|新区)[\\u4e00-\\u9fa5\\d]{0,8}?(?<![年月日第〕\\]号])${NUMERAL}号(?!文|令|公告|通知|通告|线|桥|机|隧|地块|召|举|开|上午|下午|早|晚|中午|前|后|起|至|到|之|止|以|、|-)`,
    `${NUMERAL}(?:号楼|栋|幢|座)\\s*(?:${NUMERAL}单元)?\\s*(?:\\d{2,4}|[一二三四五六七八九十百〇零]{2,5})(?:室|户|号)`,
  ].join('|'),
  'g',
);

/** What may stand before an address that is no one's home: the label of an office, with no more than a place between. */
const OFFICE =
  /(?:(?:办公|办理|受理|领取|投递|接待|会议)(?:地址|地点)|(?:政府|服务中心|大厅|委会|村部)(?:地址|位于|设在))[：:]?\s*[\u4e00-\u9fa5]{0,10}$/;
/** Characters before an address in which that label is looked for. */
const OFFICE_REACH = 24;

/** First three and last two characters; nothing between. */
function masked(digits: string): string {
  return `${digits.slice(0, 3)}${'*'.repeat(Math.max(0, digits.length - 5))}${digits.slice(-2)}`;
}

function maskedAddress(text: string): string {
  return text.replaceAll(/\d|[一二三四五六七八九十百〇零]/g, '*');
}
