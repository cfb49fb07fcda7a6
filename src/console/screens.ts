/** One screen: its address, and who may open it. */
interface Screen {
  readonly path: string;
  readonly name: string;
  readonly title: string;
  /** The action that lets one in; left out for everybody who is signed in. */
  readonly action?: string;
  /** Stands in the menu, in this order. */
  readonly menu?: number;
}

/** Every screen behind the sign-in. A test holds each against the policy of the staff (tests/console/doors.test.ts). */
export const SCREENS = [
  { path: '/', name: 'desk', title: '工作台', menu: 1 },
  { path: '/articles', name: 'articles', title: '信息', action: 'articles.read', menu: 2 },
  { path: '/articles/new', name: 'article-new', title: '写信息', action: 'articles.write' },
  { path: '/articles/:id', name: 'article', title: '信息', action: 'articles.read' },
  { path: '/articles/:id/edit', name: 'article-edit', title: '修改信息', action: 'articles.write' },
  { path: '/briefings', name: 'briefings', title: '简报', action: 'briefings.read', menu: 3 },
  { path: '/briefings/new', name: 'briefing-new', title: '编简报', action: 'briefings.compose' },
  { path: '/briefings/:id', name: 'briefing', title: '简报', action: 'briefings.read' },
  { path: '/briefings/:id/edit', name: 'briefing-edit', title: '修改简报', action: 'briefings.compose' },
  { path: '/complaints', name: 'complaints', title: '诉求', action: 'complaints.read', menu: 4 },
  { path: '/complaints/:ticket', name: 'complaint', title: '诉求', action: 'complaints.read' },
  { path: '/subscribers', name: 'subscribers', title: '群众', action: 'subscribers.read', menu: 5 },
  { path: '/menu', name: 'menu', title: '菜单', action: 'menu.read', menu: 6 },
  { path: '/tipoffs', name: 'tipoffs', title: '举报', action: 'tipoffs.handle', menu: 7 },
  { path: '/tipoffs/:code', name: 'tipoff', title: '举报', action: 'tipoffs.handle' },
  { path: '/figures', name: 'figures', title: '统计', action: 'figures.read', menu: 7.5 },
  { path: '/audit', name: 'audit', title: '审计', action: 'audit.read', menu: 8 },
  { path: '/staff', name: 'staff', title: '人员', action: 'staff.manage', menu: 9 },
  { path: '/health', name: 'health', title: '运行', action: 'health.read', menu: 10 },
  { path: '/account', name: 'account', title: '我的账号' },
  { path: '/:rest(.*)*', name: 'lost', title: '没有这个页面' },
] as const satisfies readonly Screen[];

export type ScreenName = (typeof SCREENS)[number]['name'];

/** May whoever may do these actions open the screen? */
export function opensFor(
  screen: { readonly title: string; readonly action?: string | undefined },
  may: (action: string) => boolean,
): boolean {
  return screen.action === undefined || may(screen.action);
}

/** The screens that this person's menu shows: nobody sees a door that does not open. */
export function menuOf(may: (action: string) => boolean): { name: string; title: string; path: string }[] {
  const all: readonly Screen[] = SCREENS;
  return all
    .filter((screen) => screen.menu !== undefined && opensFor(screen, may))
    .toSorted((a, b) => (a.menu ?? 0) - (b.menu ?? 0))
    .map(({ name, title, path }) => ({ name, title, path }));
}
