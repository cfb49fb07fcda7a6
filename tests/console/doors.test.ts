import { describe, expect, it } from 'vitest';
import { menuOf, opensFor, SCREENS } from '../../src/console/screens.ts';
import { actionsOf, POLICY, ROLES, type Role } from '../../src/staff/index.ts';

const LETTERS: Readonly<Record<Role, string>> = {
  editor: 'E',
  dispatcher: 'D',
  leader: 'L',
  clerk: 'C',
  discipline: 'I',
  supervisor: 'S',
  admin: 'A',
};

/** Who may open which screen of the console, written out: the same letters as in tests/staff/matrix.int.test.ts. */
const DOORS = `
/                       EDLCISA
/articles               EDLS
/articles/new           EDL
/articles/:id           EDLS
/articles/:id/edit      EDL
/briefings              EDLS
/briefings/new          D
/briefings/:id          EDLS
/briefings/:id/edit     D
/complaints             DLCS
/complaints/:ticket     DLCS
/subscribers            DLSA
/menu                   DLSA
/tipoffs                I
/tipoffs/:code          I
/figures                DLS
/audit                  LS
/staff                  A
/health                 DLSA
/account                EDLCISA
/:rest(.*)*             EDLCISA
`;

/** The whole menu of each role: nobody sees a door that does not open. */
const MENUS: Readonly<Record<Role, string>> = {
  editor: '工作台 信息 简报',
  dispatcher: '工作台 信息 简报 诉求 群众 菜单 统计 运行',
  leader: '工作台 信息 简报 诉求 群众 菜单 统计 审计 运行',
  clerk: '工作台 诉求',
  discipline: '工作台 举报',
  supervisor: '工作台 信息 简报 诉求 群众 菜单 统计 审计 运行',
  admin: '工作台 群众 菜单 人员 运行',
};

/** As the console learns it at sign-in: the list of actions, and nothing of the policy behind it. */
const mayOf = (role: Role) => {
  const actions: readonly string[] = actionsOf(role);
  return (action: string): boolean => actions.includes(action);
};

describe('the doors of the console', () => {
  it('open for whom the policy says, and for nobody else', () => {
    const letters = (screen: (typeof SCREENS)[number]) =>
      ROLES.filter((role) => opensFor(screen, mayOf(role))).map((role) => LETTERS[role]);
    const found = SCREENS.map((screen) => `${screen.path} ${letters(screen).join('')}`);
    expect(found).toEqual(
      DOORS.trim()
        .split('\n')
        .map((line) => line.replace(/\s+/, ' ')),
    );
  });

  it('ask for actions that the policy knows: a slip of the pen would lock a screen for everybody', () => {
    const asked = SCREENS.flatMap((screen) => ('action' in screen ? [screen.action] : []));
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((action) => !Object.hasOwn(POLICY, action))).toEqual([]);
  });

  it.each(ROLES)('of %s stand in the menu where they open, in their order', (role) => {
    const menu = menuOf(mayOf(role));
    expect(menu.map(({ title }) => title).join(' ')).toBe(MENUS[role]);
    expect(menu.map(({ path }) => path).filter((path) => path.includes(':'))).toEqual([]);
  });
});
