/**
 * The roles of a town office (docs/decisions/0011-roles-where-the-design-is-silent.md). One member of staff has one
 * role.
 */
export const ROLES = ['editor', 'dispatcher', 'leader', 'clerk', 'discipline', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Chinese name of each role, for screens. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  editor: '信息员',
  dispatcher: '党政办',
  leader: '分管领导',
  clerk: '站所经办人',
  discipline: '纪委',
  supervisor: '督查',
  admin: '管理员',
};

/**
 * The one policy table: action → roles that may do it. Conditions on the thing itself (own unit, not one's own
 * article) stand in the features. A guard test compares the whole route × role matrix with the design.
 */
export const POLICY = {
  'articles.read': ['editor', 'dispatcher', 'leader', 'supervisor'],
  'articles.write': ['editor', 'dispatcher', 'leader'],
  'articles.submit': ['editor', 'dispatcher', 'leader'],
  'articles.approve': ['leader'],
  'articles.withdraw': ['dispatcher', 'leader'],
  'media.upload': ['editor', 'dispatcher', 'leader'],
  'briefings.read': ['editor', 'dispatcher', 'leader', 'supervisor'],
  'briefings.compose': ['dispatcher'],
  'briefings.approve': ['leader'],
  'briefings.schedule': ['dispatcher'],
  'briefings.resolve': ['leader'],
  'complaints.read': ['dispatcher', 'leader', 'clerk', 'supervisor'],
  'complaints.enter': ['dispatcher'],
  'complaints.triage': ['dispatcher'],
  'complaints.handle': ['clerk'],
  'complaints.call': ['dispatcher', 'clerk'],
  'complaints.close': ['dispatcher', 'clerk'],
  'complaints.extend': ['leader'],
  'figures.read': ['dispatcher', 'leader', 'supervisor'],
  'tipoffs.handle': ['discipline'],
  'subscribers.read': ['dispatcher', 'leader', 'supervisor', 'admin'],
  'subscribers.import': ['dispatcher', 'admin'],
  'menu.read': ['dispatcher', 'leader', 'supervisor', 'admin'],
  'menu.edit': ['dispatcher'],
  'menu.publish': ['dispatcher'],
  'audit.read': ['leader', 'supervisor'],
  'health.read': ['dispatcher', 'leader', 'supervisor', 'admin'],
  'staff.manage': ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export type Action = keyof typeof POLICY;

/** May a member of staff with `role` do `action`? An unknown action is nobody's. */
export function roleMay(role: string, action: string): boolean {
  const roles: readonly string[] | undefined = Object.hasOwn(POLICY, action) ? POLICY[action as Action] : undefined;
  return roles?.includes(role) ?? false;
}

/** Every action that `role` may do, for screens that offer only what works. */
export function actionsOf(role: string): Action[] {
  return (Object.keys(POLICY) as Action[]).filter((action) => roleMay(role, action));
}
