import { chinaDate, escapeMarkup, formatChinaDate } from '../kernel/index.ts';
import type { ComplaintStatus } from '../complaints/index.ts';
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

/** The words that residents read (src/conversation/README.md). */
export const STATUS_WORDS: Readonly<Record<ComplaintStatus, string>> = {
  received: '已收到',
  accepted: '已受理',
  refused: '不予受理',
  assigned: '已交办',
  answered: '已答复',
  closed: '已办结',
  reopened: '重新办理',
};
