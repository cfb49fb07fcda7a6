import type { Say, Town } from '../platform/config/index.ts';
import { parseChoice } from './numbers.ts';
import { createPlaces, shippedReader, type Reader } from './understanding/index.ts';

/** Shown at once: more would not fit on an old phone's screen. */
const A_PAGE = 9;

/** What a resident answered to a numbered list of villages. */
export type VillageChoice =
  | { readonly code: string; readonly name: string /** The text tells more than where. */; readonly more: boolean }
  | 'next page'
  | undefined;

/** The numbered villages, nine a page; 0 turns the page. Numbers go on over the pages, so that each stays right. */
export interface Villages {
  list(page: number): string;
  nextPage(page: number): number;
  /** By number or by name; a sentence that names exactly one village is enough. */
  choose(text: string): VillageChoice;
  name(code: string | null): string;
  /** What one may answer, and what it means: never a number alone. */
  example(): string;
}

export function createVillages(deps: { say: Say; town: Town; reader?: Reader }): Villages {
  const { say, reader = shippedReader() } = deps;
  const { villages } = deps.town;
  const places = createPlaces(villages);
  const pages = Math.ceil(villages.length / A_PAGE);
  return {
    list: (page) => {
      const first = page * A_PAGE;
      const lines = villages.slice(first, first + A_PAGE).map((village, i) => `${first + i + 1} ${village.name}`);
      if (pages > 1) lines.push(page + 1 < pages ? say('nextPage', { n: 0 }) : say('firstPage', { n: 0 }));
      return lines.join('\n');
    },
    nextPage: (page) => (page + 1) % pages,
    choose: (text) => {
      const choice = parseChoice(text);
      const numbered = choice === undefined ? undefined : villages[choice - 1];
      if (numbered) return { ...numbered, more: false };
      const found = places.find(text);
      if (found) return { ...found.village, more: found.more };
      const turns = choice === 0 || turnsPage(text) || reader.read(text, ['nextPage']) === 'nextPage';
      return turns && pages > 1 ? 'next page' : undefined;
    },
    name: (code) => villages.find((village) => village.code === code)?.name ?? '',
    example: () => say('exampleOf', { n: 1, name: villages[0]?.name ?? '' }),
  };
}

/** Our own line sent back: 0 看后面的村. */
function turnsPage(text: string): boolean {
  return /^\s*[0０〇零]\s*[^\d]*村?[^\d]*$/u.test(text) && text.trim().length <= 10;
}
