import { ACTIONS, type Action, ROLES, type Role } from '../kernel/index.ts';

export { ROLES };
export type { Action, Role };

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
export const POLICY: Readonly<Record<Action, readonly Role[]>> = {
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
};

/** May a member of staff with `role` do `action`? An unknown action is nobody's. */
export function roleMay(role: Role, action: Action): boolean {
  return Object.hasOwn(POLICY, action) && POLICY[action].includes(role);
}

/** Every action that `role` may do, for screens that offer only what works. */
export function actionsOf(role: Role): Action[] {
  return ACTIONS.filter((action) => roleMay(role, action));
}
