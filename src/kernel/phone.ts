/** A telephone number as it stands in a text. */
export interface PhoneFound {
  /** Digits only, without the country: a mobile number, or a landline with its area code. */
  readonly number: string;
  /** Behind 转, 分机 or the like; never part of the number. */
  readonly extension?: string;
  /** As it was written, extension included. */
  readonly written: string;
}

/** Between the digits of a number: blanks, dots, dashes of every length, brackets. At most two of them. */
const GAP = '[\\s.,，、·•_()\\-‐-―−－]{0,2}';
const COUNTRY = `(?:(?:\\+|00)\\s*86${GAP})?`;
const COUNTRY_BARE = `(?:(?:\\+|00)?86${GAP})?`;
const MOBILE = `${COUNTRY_BARE}(1${GAP}[3-9](?:${GAP}\\d){8}\\d)`;
const AREA = '(0(?:10|2\\d|[3-9]\\d{2}))';
/** Without the zero only behind the country: +86 954 501 2345. */
const AREA_ABROAD = `(?:(?:\\+|00)\\s*86${GAP})(10|2\\d|[3-9]\\d{2})`;
/** No exchange begins with 0 or 1; behind a dash four digits stand, or it is an extension. */
const LOCAL = `(${GAP}(?:[2-9]\\d{2,3}${GAP}\\d{4}|[2-9](?: ?\\d){4,5}\\d\\d))`;
const EXTENSION = '(?:\\s*(?:转|轉|分机|分機|内线|ext\\.?|x|#|\\*)\\s*[:：]?\\s*(\\d{1,6}))?';
/** Not the middle of something longer: no digit before, none behind, nor a dash and more digits. */
const NOT_AFTER = '(?<![\\d])(?<!\\d[-‐-―−])';
const NOT_BEFORE = '(?!\\d|[\\-‐-―−－]\\s*\\d)';

const FORMS = [
  new RegExp(`${NOT_AFTER}\\(?${MOBILE}\\)?${NOT_BEFORE}`, 'giu'),
  new RegExp(`${NOT_AFTER}${COUNTRY}\\(?${AREA}\\)?${LOCAL}${EXTENSION}${NOT_BEFORE}`, 'giu'),
  new RegExp(`${NOT_AFTER}${AREA_ABROAD}${LOCAL}${EXTENSION}${NOT_BEFORE}`, 'giu'),
] as const;

/**
 * Every telephone number that can exist in `text`, in order, whatever stands around it: full-width, spoken digits
 * (幺三八), the invisible marks that a phone's contacts leave. A number with more behind it (0954-5012345-8) is none.
 */
export function phonesIn(text: string): PhoneFound[] {
  const plain = plainDigits(text);
  const found = FORMS.flatMap((form, kind) =>
    [...plain.matchAll(form)].map((match) => ({
      at: match.index,
      number: (kind === 2 ? '0' : '') + digitsOf(`${match[1] ?? ''}${kind === 0 ? '' : (match[2] ?? '')}`),
      extension: kind === 0 ? undefined : match[3],
      written: match[0].trim(),
    })),
  );
  return found
    .sort((a, b) => a.at - b.at)
    .map(({ number, extension, written }) => ({ number, written, ...(extension === undefined ? {} : { extension }) }));
}

/** The one number of a text that is nothing but a number; undefined where it is none, two, or has an extension. */
export function phoneAlone(text: string): string | undefined {
  const found = phonesIn(text);
  const [only] = found;
  if (found.length !== 1 || only === undefined || only.extension !== undefined) return undefined;
  const around = plainDigits(text).replace(only.written, '');
  return /[\p{L}\p{N}]/u.test(around.replace(/电话|手机|号码|号|联系|座机|tel|phone/giu, '')) ? undefined : only.number;
}

const SPOKEN: Readonly<Record<string, string>> = {
  零: '0',
  〇: '0',
  '○': '0',
  一: '1',
  幺: '1',
  妖: '1',
  二: '2',
  两: '2',
  三: '3',
  四: '4',
  五: '5',
  六: '6',
  七: '7',
  八: '8',
  九: '9',
};

/** Plain digits: full-width forms, marks that cannot be seen, letters O between digits, and seven or more spoken ones. */
export function plainDigits(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\p{Cf}\uFE0F\u20E3]/gu, '')
    .replace(/(?<=\d[\s-]?)[oO]+(?=[\s-]?[\doO])/gu, (letters) => '0'.repeat(letters.length))
    .replace(/[零〇○一幺妖二两三四五六七八九](?:[\s,，、-]?[零〇○一幺妖二两三四五六七八九]){6,}/gu, (run) =>
      Array.from(run.replace(/[\s,，、]/gu, ''), (char) => SPOKEN[char] ?? char).join(''),
    );
}

function digitsOf(text: string): string {
  return text.replace(/\D/gu, '');
}
