import type { Connection } from '../platform/mongo/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Route } from '../http/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { LoginLimiter } from './login-limits.ts';
import { createPasswords, type PasswordCost } from './passwords.ts';
import { staffRoutes } from './staff.routes.ts';
import { createStaffService, type StaffService } from './staff.service.ts';
import { createStaffStore } from './staff.store.ts';

export { loginRules } from './login-limits.ts';
export * from './policy.ts';
export { staffCollections } from './staff.store.ts';
export { createStaffBody } from './staff.contract.ts';
export type { PasswordCost } from './passwords.ts';
export { MAX_PASSWORD, MIN_PASSWORD } from './staff.ts';
export type { StaffService as StaffApi } from './staff.service.ts';

/** Accounts, roles and sessions of the town office. */
export function createStaff(deps: {
  connection: Connection;
  transact: Transact;
  audit: AuditRecorder;
  limiter: LoginLimiter;
  units: readonly { code: string; name: string }[];
  sessionHours: number;
  /** Default: that of production. */
  passwordCost?: PasswordCost | undefined;
  clock: Clock;
}): { api: StaffService; routes: readonly Route[] } {
  const passwords = createPasswords(deps.passwordCost);
  const api = createStaffService({ ...deps, passwords, store: createStaffStore(deps.connection) });
  return { api, routes: staffRoutes(api) };
}
