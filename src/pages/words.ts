import { chinaDate, escapeMarkup, formatChinaDate } from '../kernel/index.ts';
import type { Category, Town } from '../platform/config/index.ts';

/** Names behind the codes that articles carry; '' where a code is no longer configured. */
export interface Words {
  category(code: string): string;
  village(code: string | null): string;
  /** The town office where the article came from no unit. */
  unit(code: string | null): string;
}

export function createWords(town: Town, categories: readonly Category[]): Words {
  const nameIn = (named: readonly { code: string; name: string }[], code: string | null): string =>
    named.find((one) => one.code === code)?.name ?? '';
  return {
    category: (code) => nameIn(categories, code),
    village: (code) => nameIn(town.villages, code),
    unit: (code) => nameIn(town.units, code) || town.office,
  };
}

/** A day for people and for programs. */
export function timeTag(at: Date): string {
  return `<time datetime="${at.toISOString()}">${escapeMarkup(formatChinaDate(chinaDate(at)))}</time>`;
}
