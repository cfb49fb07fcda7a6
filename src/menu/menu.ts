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

/** In words for staff, what publishing `wanted` would change of `live`; empty where they are the same. */
export function menuChanges(live: readonly Button[], wanted: readonly Button[]): string[] {
  return changesIn('', live, wanted);
}

function changesIn(where: string, live: readonly Button[], wanted: readonly Button[]): string[] {
  const before = new Map(live.map((button) => [button.name, button]));
  const after = new Map(wanted.map((button) => [button.name, button]));
  const changes = wanted.flatMap((button) => {
    const old = before.get(button.name);
    if (old === undefined) return [`${where}新增“${button.name}”：${doing(button)}。`];
    if (old.sub.length > 0 && button.sub.length > 0) {
      return changesIn(`${where}“${button.name}”下`, old.sub, button.sub);
    }
    return doing(old) === doing(button) ? [] : [`${where}“${button.name}”由${doing(old)}改为${doing(button)}。`];
  });
  const removed = live.filter(({ name }) => !after.has(name)).map(({ name }) => `${where}去掉“${name}”。`);
  const kept = live.filter(({ name }) => after.has(name)).map(({ name }) => name);
  const order = wanted.filter(({ name }) => before.has(name)).map(({ name }) => name);
  const moved = kept.join('\n') === order.join('\n') ? [] : [`${where || '一级菜单'}调整了顺序。`];
  return [...changes, ...removed, ...moved];
}

function doing({ action, sub }: Button): string {
  if (sub.length > 0) return `打开子菜单（${sub.map(({ name }) => name).join('、')}）`;
  if (action['type'] === 'click') return `点击 ${action['key'] ?? ''}`;
  if (action['type'] === 'view') return `打开网页 ${action['url'] ?? ''}`;
  return Object.values(action).join(' ');
}

/** Keys of all buttons that send one. */
export function keysIn(buttons: readonly Button[]): string[] {
  return buttons.flatMap(({ action, sub }) => [
    ...(action['type'] === 'click' && action['key'] !== undefined ? [action['key']] : []),
    ...keysIn(sub),
  ]);
}
