/** The roles of a town office. One member of staff has one role. */
export const ROLES = ['editor', 'dispatcher', 'leader', 'clerk', 'discipline', 'supervisor', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** All that a role may be allowed; `src/staff/policy.ts` says which. A route can name no other. */
export const ACTIONS = [
  'articles.read',
  'articles.write',
  'articles.submit',
  'articles.approve',
  'articles.withdraw',
  'media.upload',
  'briefings.read',
  'briefings.compose',
  'briefings.approve',
  'briefings.schedule',
  'briefings.resolve',
  'complaints.read',
  'complaints.enter',
  'complaints.triage',
  'complaints.handle',
  'complaints.call',
  'complaints.close',
  'complaints.extend',
  'figures.read',
  'tipoffs.handle',
  'subscribers.read',
  'subscribers.import',
  'menu.read',
  'menu.edit',
  'menu.publish',
  'audit.read',
  'health.read',
  'staff.manage',
] as const;
export type Action = (typeof ACTIONS)[number];
