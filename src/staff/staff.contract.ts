import { z } from 'zod';
import { objectId, pageOf, pagingQuery } from '../http/index.ts';
import { ROLES } from './policy.ts';
import { MAX_PASSWORD, MIN_PASSWORD } from './staff.ts';

const password = z.string().min(MIN_PASSWORD, `密码至少 ${MIN_PASSWORD} 位`).max(MAX_PASSWORD);
const username = z
  .string()
  .toLowerCase()
  .regex(/^[a-z0-9_.-]{2,32}$/, '用户名用 2 到 32 位小写字母、数字或 _ . -');
const name = z.string().trim().min(1).max(30);

export const loginBody = z.strictObject({
  username: z.string().min(1).max(64),
  password: z.string().min(1).max(MAX_PASSWORD),
});
export const ownPasswordBody = z.strictObject({ current: z.string().min(1).max(MAX_PASSWORD), next: password });
export const createStaffBody = z.strictObject({
  username,
  password,
  name,
  role: z.enum(ROLES),
  unit: z.nullable(z.string().max(32)).default(null),
});
export const changeStaffBody = z.strictObject({
  name: name.optional(),
  role: z.enum(ROLES).optional(),
  unit: z.nullable(z.string().max(32)).optional(),
  disabled: z.boolean().optional(),
  password: password.optional(),
});
export const staffParams = z.strictObject({ id: objectId });
export const staffQuery = z.strictObject(pagingQuery);

export const callerView = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  role: z.string(),
  unit: z.nullable(z.string()),
});
export const sessionView = z.object({ csrfToken: z.string(), staff: callerView });
export const bindView = z.object({ code: z.string() });
export const staffView = callerView.extend({ disabled: z.boolean(), bound: z.boolean() });
export const staffPage = pageOf(staffView);
