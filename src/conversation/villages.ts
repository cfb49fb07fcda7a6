import { tidyTyped } from '../kernel/index.ts';
import type { Say, Town } from '../platform/config/index.ts';
import { parseChoice } from './numbers.ts';

/** Shown at once: more would not fit on an old phone's screen. */
const A_PAGE = 9;

/** What a resident answered to a numbered list of villages. */
export type VillageChoice = { readonly code: string; readonly name: string } | 'next page' | undefined;

/** The numbered villages, nine a page; 0 turns the page. Numbers go on over the pages, so that each stays right. */
export interface Villages {
  list(page: number): string;
  nextPage(page: number): number;
  /** By number or by name; a sentence that names exactly one village is enough. */
  choose(text: string): VillageChoice;
  name(code: string | null): string;
}

export function createVillages(deps: { say: Say; town: Town }): Villages {
  const { say } = deps;
  const { villages } = deps.town;
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
      if ((choice === 0 || /^下一?页$/u.test(tidyTyped(text))) && pages > 1) return 'next page';
      if (choice !== undefined) return villages[choice - 1];
      const named = villages.filter((village) => text.includes(village.name));
      return named.length === 1 ? named[0] : undefined;
    },
    name: (code) => villages.find((village) => village.code === code)?.name ?? '',
  };
}
