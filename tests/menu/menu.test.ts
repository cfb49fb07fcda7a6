import { describe, expect, test } from 'vitest';
import { menuChanges } from '../../src/menu/changes.ts';
import { buttonsOf } from '../../src/menu/menu.ts';
import type { MenuButton } from '../../src/wechat/index.ts';

const NAMES: Readonly<Record<string, string>> = { A: '甲事', B: '乙事', C: '丙事', D: '丁事' };
const changes = (live: MenuButton[], wanted: MenuButton[]) =>
  menuChanges(buttonsOf(live), buttonsOf(wanted), (key) => NAMES[key]);
const told = (live: MenuButton[], wanted: MenuButton[]) =>
  changes(live, wanted).map(({ kind, text }) => `${kind}: ${text}`);
const click = (name: string, key: string): MenuButton => ({ type: 'click', name, key });
const list = (name: string, ...sub_button: MenuButton[]): MenuButton => ({ name, sub_button });

describe('what publishing would change', () => {
  test('is nothing where the platform only says it differently', () => {
    const wanted = [{ name: '我的', sub_button: [click('帮助', 'HELP')] }, click('投诉', 'COMPLAINT_NEW')];
    const live = [
      { name: '我的', sub_button: { list: [{ key: 'HELP', name: '帮助', type: 'click', sub_button: [] }] } },
      { key: 'COMPLAINT_NEW', type: 'click', name: '投诉', sub_button: [], url: '' },
    ] as unknown as MenuButton[];
    expect(changes(live, wanted)).toEqual([]);
  });

  const [a, b, c] = [click('甲', 'A'), click('乙', 'B'), click('丙', 'C')];
  test.each<[string[], MenuButton[], MenuButton[]]>([
    [['added: 新增“乙”：打开功能“乙事”。'], [a], [a, b]],
    [['added: “服务”下新增“丙”：打开功能“丙事”。'], [list('服务', b)], [list('服务', b, c)]],
    [['added: 新增“服务”：打开下级（乙、丙）。'], [a], [a, list('服务', b, c)]],
    [['removed: 去掉“乙”。'], [a, b], [a]],
    [['removed: 去掉“服务”，连同下面的“乙”“丙”。'], [a, list('服务', b, c)], [a]],
    [['renamed: “甲”改名为“甲新”。'], [a, b], [click('甲新', 'A'), b]],
    [['renamed: “服务”改名为“办事”。'], [list('服务', b, c)], [list('办事', b, c)]],
    [['action: “甲”由打开功能“甲事”改为打开功能“乙事”。'], [a], [click('甲', 'B')]],
    [['action: “甲”由打开功能“甲事”改为打开下级（乙）。'], [a], [list('甲', b)]],
    [
      ['action: “甲”由打开功能“不认识的功能 AD”改为打开网页 https://a.cn/。'],
      [click('甲', 'AD')],
      [{ type: 'view', name: '甲', url: 'https://a.cn/' }],
    ],
    [['moved: “丙”从一级菜单第 3 个移到一级菜单第 1 个。'], [a, b, c], [c, a, b]],
    [['moved: “丙”从“服务”下第 2 个移到一级菜单第 2 个。'], [list('服务', b, c)], [list('服务', b), c]],
    [
      ['added: 新增“服务”：打开下级（乙）。', 'moved: “乙”从一级菜单第 2 个移到“服务”下第 1 个。'],
      [a, b],
      [a, list('服务', b)],
    ],
    [
      ['moved: “乙”从“服务”下第 1 个移到一级菜单第 2 个。', 'removed: 去掉“服务”，连同下面的“丙”。'],
      [a, list('服务', b, c)],
      [a, b],
    ],
  ])('is told in words: %j', (words, live, wanted) => {
    expect(told(live, wanted)).toEqual(words);
  });

  test('of two buttons of one name, which a hand on the platform can make, is not lost', () => {
    expect(told([a, click('甲', 'B')], [click('甲', 'B'), click('甲', 'B')])).toEqual([
      'action: “甲”由打开功能“甲事”改为打开功能“乙事”。',
      'moved: “甲”从一级菜单第 1 个移到一级菜单第 2 个。',
    ]);
    expect(told([a, a], [a])).toEqual(['removed: 去掉“甲”。']);
  });

  test('is empty exactly where the two menus are the same, whatever they hold', () => {
    // A fixed row of numbers, so that a failure comes again.
    let seed = 20_260_101;
    const any = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return Math.floor((seed / 2_147_483_648) * below);
    };
    const leaf = (): MenuButton => click('甲乙'[any(2)] ?? '', 'AB'[any(2)] ?? '');
    const menu = (): MenuButton[] =>
      Array.from({ length: 1 + any(2) }, () =>
        any(2) === 0 ? leaf() : list('甲乙'[any(2)] ?? '', ...Array.from({ length: 1 + any(2) }, leaf)),
      );
    let equal = 0;
    for (let round = 0; round < 4_000; round += 1) {
      const [live, wanted] = [buttonsOf(menu()), buttonsOf(menu())];
      const same = JSON.stringify(live) === JSON.stringify(wanted);
      equal += same ? 1 : 0;
      expect(menuChanges(live, wanted, () => undefined).length === 0, JSON.stringify({ live, wanted })).toBe(same);
    }
    expect(equal).toBeGreaterThan(5);
  });
});
