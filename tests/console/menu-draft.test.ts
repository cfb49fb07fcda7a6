import { describe, expect, it } from 'vitest';
import {
  carry,
  draftOf,
  faultsOf,
  faultyIn,
  hasRoom,
  homesOf,
  moveIn,
  nameRoom,
  settle,
  spotOf,
  TOP,
  type WireButton,
  wireOf,
} from '../../src/console/menu/draft.ts';
import { MENU_LIMITS, menuSchema } from '../../src/platform/config/menu.ts';

const CHOICES = [
  { key: 'LATEST', name: '最新信息' },
  { key: 'HELP', name: '帮助' },
];
const help: WireButton = { type: 'click', name: '帮助', key: 'HELP' };
const view = (url: string): WireButton => ({ type: 'view', name: '网页', url });

describe('the menu on the screen', () => {
  it.each<[string, WireButton[]]>([
    ['good', [help, view('https://a.cn/'), { name: '看看', sub_button: [help, view('HTTP://a.cn')] }]],
    ['a name of 16 bytes', [{ ...help, name: '五个汉字呀a' }]],
    ['a name of 17 bytes', [{ ...help, name: '五个汉字呀ab' }]],
    ['a name below of 60 bytes', [{ name: '看', sub_button: [{ ...help, name: '汉'.repeat(20) }] }]],
    ['a name below of 61 bytes', [{ name: '看', sub_button: [{ ...help, name: `${'汉'.repeat(20)}a` }] }]],
    ['no name', [{ ...help, name: '  ' }]],
    ['two of one name', [help, { ...help, key: 'LATEST' }]],
    ['two of one name below', [{ name: '看', sub_button: [help, help] }]],
    ['one name on two levels', [help, { name: '看', sub_button: [help] }]],
    ['no address', [view('')]],
    ['no scheme', [view('a.cn')]],
    ['another scheme', [view('ftp://a.cn')]],
    ['no host', [view('https://')]],
    ['a host of slashes', [view('https:///a')]],
    ['a gap', [view('https://a.cn/ b')]],
    ['1,024 bytes', [view(`https://a/${'b'.repeat(1_014)}`)]],
    ['1,025 bytes', [view(`https://a/${'b'.repeat(1_015)}`)]],
  ])('finds fault exactly where the service does: %s', (_what, buttons) => {
    const draft = draftOf(buttons);
    const accepted = menuSchema.safeParse({ button: wireOf(draft) }).success;
    expect(faultyIn(draft, MENU_LIMITS, CHOICES).size === 0).toBe(accepted);
  });

  it('finds fault with a list of nothing and with a function that is gone', () => {
    const draft = draftOf([
      { name: '看', sub_button: [help] },
      { ...help, key: 'CATEGORY_gone' },
    ]);
    draft[0]?.sub.pop();
    expect(draft.map(({ id }) => faultsOf(spotOf(draft, id)!, MENU_LIMITS, CHOICES))).toEqual([
      { sub: expect.stringContaining('还没有按钮') as string },
      { key: expect.stringContaining('已经没有了') as string },
    ]);
  });

  it('says how much room a name has left, in characters', () => {
    expect(nameRoom('帮助', 16)).toBe('用了 6 / 16 字节，还能写 3 个汉字');
    expect(nameRoom('五个汉字呀', 16)).toBe('用了 15 / 16 字节，写不下汉字了');
    expect(nameRoom('六个汉字名称', 16)).toBe('用了 18 / 16 字节，太长了');
  });

  it('moves a button between the bar and a list with room, and no list into another', () => {
    const draft = draftOf([
      { name: '看', sub_button: [help] },
      { ...help, name: '二' },
    ]);
    const at = (name: string) =>
      spotOf(draft, [...draft, ...draft.flatMap(({ sub }) => sub)].find((one) => one.name === name)!.id)!;
    expect(homesOf(draft, at('看'), MENU_LIMITS)).toEqual([]);
    expect(homesOf(draft, at('二'), MENU_LIMITS).map(({ name }) => name)).toEqual(['一级菜单', '“看”的下级']);
    settle(draft, at('二'), draft[0]!.id);
    expect(wireOf(draft)).toEqual([{ name: '看', sub_button: [help, { ...help, name: '二' }] }]);
    settle(draft, at('帮助'), TOP);
    expect(draft.map(({ name }) => name)).toEqual(['看', '帮助']);
    draft.push(...draftOf([{ ...help, name: '三' }]));
    expect(homesOf(draft, at('二'), MENU_LIMITS).map(({ name }) => name)).toEqual(['“看”的下级']);
  });

  it('carries a button from list to list, but no list and nothing into a full one', () => {
    const draft = draftOf([
      { name: '看', sub_button: [help] },
      { ...help, name: '二' },
      { ...help, name: '三' },
    ]);
    const [list, two] = [draft[0]!, draft[1]!];
    const spot = (id: number) => spotOf(draft, id)!;
    expect(hasRoom(draft, spot(list.sub[0]!.id), draft, MENU_LIMITS)).toBe(false);
    expect(hasRoom(draft, spot(list.id), list.sub, MENU_LIMITS)).toBe(false);
    expect(hasRoom(draft, spot(two.id), list.sub, MENU_LIMITS)).toBe(true);
    carry(spot(two.id), list.sub, 0);
    expect(list.sub.map(({ name }) => name)).toEqual(['二', '帮助']);
    expect(hasRoom(draft, spot(two.id), draft, MENU_LIMITS)).toBe(true);
    carry(spot(list.id), draft, 1);
    expect(draft.map(({ name }) => name)).toEqual(['三', '看']);
  });

  it('moves a button within its list and nowhere else', () => {
    const draft = draftOf([help, { ...help, name: '二' }, { ...help, name: '三' }]);
    const names = () => draft.map(({ name }) => name).join('');
    moveIn(draft, 2, 0);
    expect(names()).toBe('三帮助二');
    moveIn(draft, 0, 3);
    moveIn(draft, 0, -1);
    expect(names()).toBe('三帮助二');
  });
});
