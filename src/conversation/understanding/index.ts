import {
  shippedUnderstanding,
  type EmergencyName,
  type Town,
  type UnderstandingTexts,
} from '../../platform/config/index.ts';
import { countChars } from '../../kernel/index.ts';
import { createDanger } from './emergency.ts';
import { createKinds, type KindFound } from './kinds.ts';
import { createReader, type Reader } from './reading.ts';
import { tidied } from './tidy.ts';
import { simplified } from './traditional.ts';

export { lastFourIn, ticketIn, ticketsIn, tipoffCodeIn } from './tickets.ts';
export { tidied, withoutQuote } from './tidy.ts';
export { createDanger, type Danger } from './emergency.ts';
export { createPlaces } from './places.ts';
export type { Reader } from './reading.ts';
export type { KindFound } from './kinds.ts';

/** What people mean by what they type: the one place where words are judged (`config/understanding.zh.json`). */
export interface Understanding extends Reader {
  /** The kind that an answer to ① names. */
  kindIn(text: string): KindFound | undefined;
  /** Which danger it tells of. */
  danger(text: string): EmergencyName | undefined;
  /** Does it tell something that staff should read, and not only a mark, a number or a sound? */
  tells(text: string): boolean;
  /** Said outside every flow: may it be a complaint? Longer talk, or a short word of trouble. */
  isMatter(text: string): boolean;
  /** The kind that somebody asks for outside every flow, by its name, with or without the matter behind it. */
  asksFor(text: string): KindFound | undefined;
  /** Said soon after an answer, does it sound as if that answer was not good? */
  grumbles(text: string): boolean;
  /** Does it go on with what was said just before? */
  isAdding(text: string): boolean;
}

/** Plain talk of this many characters is also offered as a complaint. */
const MATTER_FROM_CHARS = 8;

export function createUnderstanding(deps: { texts: UnderstandingTexts; town: Town }): Understanding {
  const { texts, town } = deps;
  const reader = createReader(texts);
  const kindIn = createKinds(texts);
  const tells = (text: string): boolean => (tidied(text).whole.match(/[\p{Script=Han}]|[a-z]{2,}/gu)?.length ?? 0) >= 2;
  return {
    ...reader,
    kindIn,
    asksFor: (text) => {
      const { clauses, whole } = tidied(text);
      const found = kindIn(text);
      if (!found || /^[\d一二三四五]/u.test(whole)) return undefined;
      if (!found.more) return found;
      // 我想问低保怎么办 is asked of the search; 投诉处理结果 is no complaint.
      const opens =
        kindIn(clauses[0] ?? '')?.more === false ||
        /^(?:您好|你好)?我?(?:要|想|想要|来)(?:投诉|举报|检举|求助)/u.test(whole);
      return found.kind !== 'consult' && opens ? found : undefined;
    },
    danger: createDanger(texts.emergency, town.emergencyWords),
    tells,
    isMatter: (text) => {
      if (!tells(text)) return false;
      const plain = simplified(tidied(text).whole);
      return countChars(text.trim()) >= MATTER_FROM_CHARS || texts.trouble.some((word) => plain.includes(word));
    },
    grumbles: (text) => texts.loose.unhappy.some((word) => tidied(text).whole.includes(word)),
    isAdding: (text) => texts.adding.some((word) => tidied(text).whole.startsWith(word)),
  };
}

let shipped: Reader | undefined;

/** A reader of the sayings that are shipped, for whoever has no town's configuration at hand. */
export function shippedReader(): Reader {
  shipped ??= createReader(shippedUnderstanding());
  return shipped;
}
