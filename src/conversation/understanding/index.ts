import type { EmergencyName, Town, UnderstandingTexts } from '../../platform/config/index.ts';
import { countChars } from '../../kernel/index.ts';
import { createDanger } from './emergency.ts';
import { createKinds, type KindFound } from './kinds.ts';
import { createPlaces, type Places } from './places.ts';
import { createReader, type Reader } from './reading.ts';
import { tidied } from './tidy.ts';
import { simplified } from './traditional.ts';

export { lastFourIn, ticketIn, ticketsIn, tipoffCodeIn } from './tickets.ts';
export { tidied, withoutPictures, withoutQuote } from './tidy.ts';
export type { Reading } from './reading.ts';
export type { KindFound } from './kinds.ts';

/** What people mean by what they type: the one place where words are judged (`config/understanding.zh.json`). */
export interface Understanding extends Reader {
  readonly places: Places<Town['villages'][number]>;
  /** The kind that an answer to ① names. */
  kindIn(text: string): KindFound | undefined;
  /** Which danger it tells of. */
  danger(text: string): EmergencyName | undefined;
  /** Does it tell something that staff should read, and not only a mark, a number or a sound? */
  tells(text: string): boolean;
  /** Said outside every flow: may it be a complaint? Longer talk, or a short word of trouble. */
  isMatter(text: string): boolean;
  /** Does it go on with what was said just before? */
  isAdding(text: string): boolean;
}

/** Plain talk of this many characters is also offered as a complaint (design §4). */
const MATTER_FROM_CHARS = 8;

export function createUnderstanding(deps: { texts: UnderstandingTexts; town: Town }): Understanding {
  const { texts, town } = deps;
  const reader = createReader(texts);
  const tells = (text: string): boolean => (tidied(text).whole.match(/[\p{Script=Han}]|[a-z]{2,}/gu)?.length ?? 0) >= 2;
  return {
    ...reader,
    places: createPlaces(town.villages),
    kindIn: createKinds(texts),
    danger: createDanger(texts.emergency, town.emergencyWords),
    tells,
    isMatter: (text) => {
      if (!tells(text)) return false;
      const plain = simplified(tidied(text).whole);
      return countChars(text.trim()) >= MATTER_FROM_CHARS || texts.trouble.some((word) => plain.includes(word));
    },
    isAdding: (text) => texts.adding.some((word) => tidied(text).whole.startsWith(word)),
  };
}
