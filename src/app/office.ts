import { createAudit, type Audit } from '../audit/index.ts';
import { createStaff, type StaffApi } from '../staff/index.ts';
import type { Ground } from './ground.ts';

/** Audit and accounts alone: what most commands need. */
export function createOffice(ground: Ground): { readonly audit: Audit; readonly staff: StaffApi } {
  const { limits, town } = ground.config;
  const audit = createAudit(ground).api;
  const staff = createStaff({ ...ground, audit, units: town.units, sessionHours: limits.sessionHours });
  return { audit, staff: staff.api };
}
