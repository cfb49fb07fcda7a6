import { phonesIn, plainDigits } from '../../kernel/index.ts';

/** A ticket as it stands in a text, in whatever dress. */
export interface TicketFound {
  readonly ticket: string;
  /** The text without it. */
  readonly rest: string;
}

/** Date and number; between them a dash of any length, a blank, 一 for —, or nothing. */
const TICKET = /(?<![\d])(20\d{2})(\d{2})(\d{2})\s*[-‐-―−－_~～.·:：/一]?\s*(\d{4,10})(?!\d)/gu;

/** Every ticket that can exist in `text`: no 13th month, and no telephone number for its second half. */
export function ticketsIn(text: string): TicketFound[] {
  const plain = plainDigits(text);
  return [...plain.matchAll(TICKET)].flatMap((match) => {
    const [whole, year = '', month = '', day = '', number = ''] = match;
    if (Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return [];
    const rest = `${plain.slice(0, match.index)} ${plain.slice(match.index + whole.length)}`.trim();
    return [{ ticket: `${year}${month}${day}-${number}`, rest }];
  });
}

/** The one ticket of a text; undefined where there is none or where two are named. */
export function ticketIn(text: string): TicketFound | undefined {
  const found = ticketsIn(text);
  return new Set(found.map(({ ticket }) => ticket)).size === 1 ? found[0] : undefined;
}

/** What people write around a ticket and the end of a phone, and means no more than that. */
const LABELS =
  /受理|编码|编号|单号|号码|号|查询|查一下|查查|查看|查|手机|电话|手机号|后\s*四\s*位|后\s*4\s*位|末四位|后面四位|最后四位|尾号|尾数|是|的|我|我的|和|为|请|帮我|一下/gu;

/** The last four digits of a phone that stand with a ticket, as the whole number or alone; undefined where more is said. */
export function lastFourIn(rest: string): string | undefined {
  const phones = phonesIn(rest);
  const [phone] = phones;
  if (phones.length === 1 && phone !== undefined) {
    return rest
      .replace(phone.written, '')
      .replace(LABELS, '')
      .replace(/[^\p{L}\p{N}]/gu, '') === ''
      ? phone.number.slice(-4)
      : undefined;
  }
  const bare = plainDigits(rest).replace(LABELS, ' ');
  return /^[^\p{L}\p{N}]*(\d{4})[^\p{L}\p{N}]*$/u.exec(bare)?.[1];
}

/** The code of a tipoff: ten letters and digits, alone or behind 查询 and the like. */
export function tipoffCodeIn(text: string): string | undefined {
  const plain = plainDigits(text).trim();
  const labelled =
    /^(?:请|帮我|我要|我想)?(?:查询码|查询|查一下|查)(?:码|我的|举报)?[^A-Za-z0-9]{0,4}([A-Za-z0-9]{10})[^A-Za-z0-9]*$/u.exec(
      plain,
    );
  const named = /^(?:我的|举报)?(?:查询码|举报码|编码|码)[^A-Za-z0-9]{0,4}([A-Za-z0-9]{10})[^A-Za-z0-9]*$/u.exec(plain);
  const alone = /^[^A-Za-z0-9]*((?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{10})[^A-Za-z0-9]*$/u.exec(plain);
  return (labelled ?? named ?? alone)?.[1]?.toUpperCase();
}
