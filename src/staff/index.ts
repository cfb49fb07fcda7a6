import type { Connection } from '../platform/mongo/index.ts';
import type { AuditRecorder } from '../audit/index.ts';
import { alwaysWell, type Feature } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { LoginLimiter } from './login-limits.ts';
import { createPasswords, type PasswordCost } from './passwords.ts';
import { createStaffPersonal } from './personal.ts';
import { staffRoutes } from './staff.routes.ts';
import { createStaffService, type StaffService } from './staff.service.ts';
import { createStaffStore, staffCollections } from './staff.store.ts';

export { loginRules } from './login-limits.ts';
export * from './policy.ts';
export { staffCollections };
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
}): Feature<StaffService> {
  const store = createStaffStore(deps.connection);
  const api = createStaffService({ ...deps, passwords: createPasswords(deps.passwordCost), store });
  return {
    name: 'staff',
    api,
    routes: staffRoutes(api),
    sweeps: [],
    collections: staffCollections,
    health: alwaysWell,
    personal: createStaffPersonal(store),
  };
}
