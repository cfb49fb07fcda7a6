import { describe, expect, test } from 'vitest';
import { buttonsOf, menuChanges } from '../../src/menu/menu.ts';
import type { MenuButton } from '../../src/wechat/index.ts';

const changes = (live: MenuButton[], wanted: MenuButton[]) => menuChanges(buttonsOf(live), buttonsOf(wanted));
const click = (name: string, key: string): MenuButton => ({ type: 'click', name, key });

describe('what publishing would change', () => {
  test('is nothing where the platform only says it differently', () => {
    const wanted = [{ name: '我的', sub_button: [click('帮助', 'HELP')] }, click('投诉', 'COMPLAINT_NEW')];
    const live = [
      { name: '我的', sub_button: { list: [{ key: 'HELP', name: '帮助', type: 'click', sub_button: [] }] } },
      { key: 'COMPLAINT_NEW', type: 'click', name: '投诉', sub_button: [], url: '' },
    ] as unknown as MenuButton[];
    expect(changes(live, wanted)).toEqual([]);
  });

  test.each([
    ['新增“乙”：点击 B。', [click('甲', 'A')], [click('甲', 'A'), click('乙', 'B')]],
    ['去掉“乙”。', [click('甲', 'A'), click('乙', 'B')], [click('甲', 'A')]],
    ['“甲”由点击 A改为点击 B。', [click('甲', 'A')], [click('甲', 'B')]],
    ['一级菜单调整了顺序。', [click('甲', 'A'), click('乙', 'B')], [click('乙', 'B'), click('甲', 'A')]],
    ['“甲”由点击 A改为打开子菜单（乙）。', [click('甲', 'A')], [{ name: '甲', sub_button: [click('乙', 'B')] }]],
    [
      '“甲”下新增“丙”：点击 C。',
      [{ name: '甲', sub_button: [click('乙', 'B')] }],
      [{ name: '甲', sub_button: [click('乙', 'B'), click('丙', 'C')] }],
    ],
  ])('is told in words: %s', (words, live, wanted) => {
    expect(changes(live, wanted)).toEqual([words]);
  });
});
