import { chinaDate, countChars, cutAtSentence, formatChinaDate, utf8Bytes, type ChinaDate } from '../kernel/index.ts';
import { shippedUnderstanding, type EmergencyName, type Say, type Town } from '../platform/config/index.ts';
import { createDanger, type Danger } from './understanding/index.ts';
import { MAX_REPLY_BYTES, MAX_REPLY_CHARS, type Reply } from '../wechat/index.ts';

/** A list for a reply: as many whole lines as fit. */
export interface Listing {
  readonly header: string;
  readonly lines: readonly string[];
  /** Where the whole list is; told when lines were left out, or always with `more`. */
  readonly moreUrl: string;
  readonly more: boolean;
}

/** Puts sentences together into a reply that the platform accepts. */
export interface Speech {
  readonly say: Say;
  /** Paragraphs as one text reply; too long, it is cut at a sentence and ends with `moreUrl` where there is one. */
  reply(paragraphs: readonly string[], moreUrl?: string): Reply;
  /** A list and what comes after it; lines are left out before anything else is cut, and no address is ever cut through. */
  listing(list: Listing, after?: readonly string[]): Reply;
  /** `paragraphs`, then the reply; what is too much is cut from the reply's end. */
  before(paragraphs: readonly string[], reply: Reply): Reply;
  /** The reply, then `paragraphs` whole; what is too much is cut from the reply. */
  after(reply: Reply, paragraphs: readonly string[]): Reply;
  /** The numbers to call, and for some dangers a word more. */
  emergency(danger?: EmergencyName): string;
  /** Does the text speak of an emergency? */
  isEmergency(text: string): boolean;
  hotline(): string;
  day(date: Date | ChinaDate): string;
}

const GAP = '\n\n';

/** Without `danger` what is shipped decides. */
export function createSpeech(deps: { say: Say; town: Town; danger?: Danger }): Speech {
  const { say, town } = deps;
  const danger = deps.danger ?? createDanger(shippedUnderstanding().emergency, town.emergencyWords);

  const reply = (paragraphs: readonly string[], moreUrl?: string): Reply => {
    const whole = joined(paragraphs);
    if (fits(whole)) return { type: 'text', text: whole };
    const ending = moreUrl === undefined ? say('cutPlain') : say('cutWithLink', { url: moreUrl });
    return { type: 'text', text: cutTo(whole, ending) + ending };
  };

  const listing = (list: Listing, after: readonly string[] = []): Reply => {
    for (let shown = list.lines.length; shown > 0; shown -= 1) {
      const left = list.more || shown < list.lines.length;
      const lines = [list.header, ...list.lines.slice(0, shown)].join('\n');
      const text = joined([lines, left ? say('listMore', { url: list.moreUrl }) : '', ...after]);
      if (fits(text)) return { type: 'text', text };
    }
    return reply([list.header, say('listMore', { url: list.moreUrl }), ...after]);
  };

  return {
    say,
    reply,
    listing,
    before: (paragraphs, second) => (second.type === 'text' ? reply([...paragraphs, second.text]) : second),
    after: (first, paragraphs) => {
      if (first.type !== 'text') return first;
      const whole = joined([first.text, ...paragraphs]);
      if (fits(whole)) return { type: 'text', text: whole };
      const ending = say('cutPlain') + GAP + joined(paragraphs);
      return reply([cutTo(first.text, ending) + ending]);
    },
    emergency: (danger) => {
      const numbers = town.emergencyNumbers.map((phone) => say('emergencyNumber', phone)).join('\n');
      const kind = danger === 'despair' ? say('emergencyDespair') : danger === 'lost' ? say('emergencyLost') : '';
      return joined([say('emergency', { numbers }), kind]);
    },
    isEmergency: (text) => danger(text) !== undefined,
    hotline: () => `${town.hotline.name} ${town.hotline.number}`,
    day: (date) => formatChinaDate(typeof date === 'string' ? date : chinaDate(date)),
  };
}

function joined(paragraphs: readonly string[]): string {
  return paragraphs.filter((paragraph) => paragraph !== '').join(GAP);
}

function fits(text: string): boolean {
  return countChars(text) <= MAX_REPLY_CHARS && utf8Bytes(text) <= MAX_REPLY_BYTES;
}

/** The beginning of `text` that leaves room for `ending`; no link is cut through. */
function cutTo(text: string, ending: string): string {
  const cut = cutAtSentence(text, MAX_REPLY_CHARS - countChars(ending), MAX_REPLY_BYTES - utf8Bytes(ending));
  const opened = cut.lastIndexOf('<a ');
  return opened > cut.lastIndexOf('</a>') && text.startsWith('<a href=', opened) ? cut.slice(0, opened) : cut;
}
