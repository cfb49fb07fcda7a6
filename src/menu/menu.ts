import type { MenuButton } from '../wechat/index.ts';

/** A button in the one form in which ours and the platform's can be compared. */
export interface Button {
  readonly name: string;
  /** What it does; empty for one that opens a sub-menu. */
  readonly action: Readonly<Record<string, string>>;
  readonly sub: readonly Button[];
}

/** The platform gives back more than it got (empty `sub_button`, `list` around one), in no promised order of fields. */
export function buttonsOf(buttons: readonly MenuButton[]): Button[] {
  return buttons.map(({ name, sub_button, ...rest }) => {
    const sub = buttonsOf(listIn(sub_button));
    return { name, action: sub.length > 0 ? {} : textsIn(rest), sub };
  });
}

function listIn(given: unknown): readonly MenuButton[] {
  if (Array.isArray(given)) return given as readonly MenuButton[];
  const list = typeof given === 'object' && given !== null ? (given as { list?: unknown }).list : undefined;
  return Array.isArray(list) ? (list as readonly MenuButton[]) : [];
}

function textsIn(fields: object): Record<string, string> {
  const entries = Object.entries(fields).filter(([, value]) => typeof value === 'string' && value !== '');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) as Record<string, string>;
}
