import type { MenuState } from '../types.ts';

export type WireButton = MenuState['button'][number];
export type Limits = MenuState['limits'];
export type Choice = MenuState['choices'][number];

/** What a button does: opens a function of ours, a web page, or the list above it. */
export type Kind = 'click' | 'view' | 'list';

/**
 * A button while somebody works at it. Fields of the kinds it is not stay filled, so that a look at another kind costs
 * nothing.
 */
export interface DraftButton {
  /** Of this screen only; stays with the button wherever it is moved. */
  readonly id: number;
  name: string;
  kind: Kind;
  key: string;
  url: string;
  sub: DraftButton[];
}

let lastId = 0;

export function newButton(): DraftButton {
  lastId += 1;
  return { id: lastId, name: '', kind: 'click', key: '', url: '', sub: [] };
}

export function draftOf(buttons: readonly WireButton[]): DraftButton[] {
  return buttons.map(({ name, type, key = '', url = '', sub_button = [] }) => {
    const kind = sub_button.length > 0 ? 'list' : type === 'view' ? 'view' : 'click';
    return { ...newButton(), name, kind, key, url, sub: draftOf(sub_button) };
  });
}

/** As the service takes it. */
export function wireOf(draft: readonly DraftButton[]): WireButton[] {
  return draft.map(({ name: typed, kind, key, url, sub }) => {
    const name = typed.trim();
    if (kind === 'list') return { name, sub_button: wireOf(sub) };
    return kind === 'view' ? { type: 'view', name, url: url.trim() } : { type: 'click', name, key };
  });
}

/** Where a button stands: its list, its number there from 0, and the button above it. */
export interface Spot {
  readonly button: DraftButton;
  readonly list: DraftButton[];
  readonly at: number;
  readonly parent: DraftButton | null;
}

export function spotOf(draft: DraftButton[], id: number | null): Spot | null {
  const within = (list: DraftButton[], parent: DraftButton | null): Spot | null => {
    const at = list.findIndex((one) => one.id === id);
    const button = list[at];
    return button ? { button, list, at, parent } : null;
  };
  return draft.reduce<Spot | null>((found, top) => found ?? within(top.sub, top), within(draft, null));
}

/** Nothing happens where there is no such place. */
export function moveIn(list: DraftButton[], from: number, to: number): void {
  if (from === to || from < 0 || to < 0 || from >= list.length || to >= list.length) return;
  list.splice(to, 0, ...list.splice(from, 1));
}

/** May `button` be carried from its list into another one? One that opens a list itself stays at the bottom. */
export function hasRoom(draft: DraftButton[], { button, list }: Spot, to: DraftButton[], limits: Limits): boolean {
  if (to === list) return true;
  return button.kind !== 'list' && to.length < (to === draft ? limits.top : limits.sub);
}

/** Carries a button to number `at` of `to`, which may be its own list. */
export function carry({ button, list, at: from }: Spot, to: DraftButton[], at: number): void {
  if (to === list) return moveIn(list, from, at);
  list.splice(from, 1);
  to.splice(at, 0, button);
}

/** Lists that a button could stand in, its own first among them; one that opens a list itself stays below none. */
export function homesOf(draft: DraftButton[], spot: Spot, limits: Limits): { id: number; name: string }[] {
  if (spot.button.kind === 'list') return [];
  const parents = draft.filter((top) => top.kind === 'list' && hasRoom(draft, spot, top.sub, limits));
  const top = hasRoom(draft, spot, draft, limits) ? [{ id: TOP, name: '一级菜单' }] : [];
  return [...top, ...parents.map(({ id, name }) => ({ id, name: `“${name}”的下级` }))];
}

/** Stands for the bar itself among the numbers of buttons. */
export const TOP = 0;

/** To the end of the list of `home`; nothing happens where it stands there already. */
export function settle(draft: DraftButton[], spot: Spot, home: number): void {
  const to = home === TOP ? draft : draft.find(({ id }) => id === home)?.sub;
  if (to && to !== spot.list) carry(spot, to, to.length);
}

const encoder = new TextEncoder();
/** UTF-8, as the platform counts. */
export const bytesOf = (text: string): number => encoder.encode(text).length;

/** What is wrong with one button, each beside its own field. */
export interface Faults {
  name?: string;
  key?: string;
  url?: string;
  sub?: string;
}

export function nameRoom(name: string, limit: number): string {
  const left = limit - bytesOf(name.trim());
  const used = `用了 ${limit - left} / ${limit} 字节`;
  if (left < 0) return `${used}，太长了`;
  const chars = Math.floor(left / 3);
  return chars > 0 ? `${used}，还能写 ${chars} 个汉字` : `${used}，写不下汉字了`;
}

export function faultsOf({ button, list, parent }: Spot, limits: Limits, choices: readonly Choice[]): Faults {
  const faults: Faults = {};
  const name = button.name.trim();
  const over = bytesOf(name) - (parent ? limits.subNameBytes : limits.topNameBytes);
  if (name === '') faults.name = '请写名称。';
  else if (over > 0)
    faults.name = `太长了，请去掉 ${Math.ceil(over / 3)} 个汉字（一个汉字占 3 个字节，一个字母或数字占 1 个）。`;
  else if (list.some((one) => one !== button && one.name.trim() === name)) {
    faults.name = `同一级里已经有“${name}”，群众分不清，请换一个名称。`;
  }
  if (button.kind === 'click') {
    if (button.key === '') faults.key = '请选一个功能。';
    else if (!choices.some(({ key }) => key === button.key)) faults.key = '原来的功能已经没有了，请另选一个。';
  }
  if (button.kind === 'view') {
    const fault = urlFault(button.url.trim(), limits.urlBytes);
    if (fault !== null) faults.url = fault;
  }
  if (button.kind === 'list' && button.sub.length === 0) faults.sub = '下级里还没有按钮，请加一个，或者改成打开功能。';
  return faults;
}

function urlFault(url: string, limit: number): string | null {
  if (url === '') return '请写网址。';
  if (/\s/.test(url)) return '网址中间不能有空格。';
  if (!/^https?:\/\/[^/]/i.test(url)) return '网址要以 https:// 或 http:// 开头，例如 https://www.example.cn/ 。';
  return bytesOf(url) > limit ? `网址太长了，最多 ${limit} 个字节。` : null;
}

/** Numbers of the buttons that have something wrong. */
export function faultyIn(draft: DraftButton[], limits: Limits, choices: readonly Choice[]): Set<number> {
  const every = draft.flatMap((top) => [top, ...(top.kind === 'list' ? top.sub : [])]);
  return new Set(
    every.flatMap(({ id }) => {
      const spot = spotOf(draft, id);
      return spot && Object.keys(faultsOf(spot, limits, choices)).length > 0 ? [id] : [];
    }),
  );
}

/** What residents get when they press it, in words. */
export function doingWords(button: DraftButton, choices: readonly Choice[]): string {
  if (button.kind === 'list') return `打开下级：${button.sub.map(({ name }) => name).join('、')}`;
  if (button.kind === 'view') return `打开网页：${button.url}`;
  return `打开功能：${choices.find(({ key }) => key === button.key)?.name ?? '已经没有的功能'}`;
}
