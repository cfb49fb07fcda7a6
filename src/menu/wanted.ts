import type { Menu } from '../platform/config/index.ts';
import type { StoredMenu } from './menu.store.ts';

/** A key that somebody answers, and what the office calls it. */
export interface MenuChoice {
  readonly key: string;
  readonly name: string;
}

/** The menu that publishing would make live, and where it comes from. */
export interface Wanted {
  readonly button: Menu['button'];
  readonly from: 'stored' | 'config';
  readonly version: number;
  readonly savedBy: string | null;
  readonly savedAt: Date | null;
}

/** What was saved in the console; where nothing was, or the office went back, what the file says. */
export function wantedMenu(stored: StoredMenu | null, configured: Menu): Wanted {
  const { version, savedBy, savedAt } = stored ?? { version: 0, savedBy: null, savedAt: null };
  const own = stored?.button ?? null;
  return { button: own ?? configured.button, from: own === null ? 'config' : 'stored', version, savedBy, savedAt };
}

/** A button that asks for something nobody answers. */
export interface Orphan {
  /** As the request names it, e.g. `button.0.sub_button.1.key`. */
  readonly path: string;
  readonly name: string;
  readonly key: string;
}

/** Buttons whose key is none of `choices`: residents who press them hear nothing. */
export function orphansIn(buttons: Menu['button'], choices: readonly MenuChoice[]): Orphan[] {
  const answered = new Set(choices.map(({ key }) => key));
  return buttons
    .flatMap((button, at) =>
      'sub_button' in button
        ? button.sub_button.map((leaf, sub) => ({ leaf, path: `button.${at}.sub_button.${sub}.key` }))
        : [{ leaf: button, path: `button.${at}.key` }],
    )
    .flatMap(({ leaf, path }) =>
      leaf.type === 'click' && !answered.has(leaf.key) ? [{ path, name: leaf.name, key: leaf.key }] : [],
    );
}

/** Why residents would hear nothing, and where the office puts that right. */
export function orphanWords({ name, key }: Orphan, from: Wanted['from']): string {
  const cure =
    from === 'stored'
      ? '请给它另选一个功能，保存后再发布'
      : '请在菜单页面给它另选一个功能并保存，或请管理员改 config/menu.json';
  return `“${name}”要打开的功能（${key}）已经没有了，群众点了不会有回应，${cure}。`;
}
