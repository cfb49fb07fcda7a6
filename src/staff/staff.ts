import type { Role } from './policy.ts';

/** One account of the console. */
export interface StaffMember {
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly role: Role;
  /** Code of the unit (站所); null where the role stands above units. */
  readonly unit: string | null;
  readonly disabled: boolean;
  /** The phone that previews go to, bound by `绑定 <code>` in chat. */
  readonly openid: string | null;
}

/** 8 characters is what NIST SP 800-63B asks at least; length is what counts, so no rule about kinds of characters. */
export const MIN_PASSWORD = 8;
export const MAX_PASSWORD = 200;

/** Those that everybody tries first (NIST SP 800-63B asks to refuse what is known to be common). */
const COMMON = new Set([
  '12345678',
  '123456789',
  '1234567890',
  '87654321',
  '11223344',
  '12341234',
  'password',
  'qwertyui',
  'qwertyuiop',
  'iloveyou',
  'admin123',
  'abc12345',
  'woaini1314',
  '5201314520',
]);

/** Would anybody guess this password of `username`: one of the common ones, one character only, or the name itself? */
export function isGuessable(username: string, password: string): boolean {
  const small = password.toLowerCase();
  return COMMON.has(small) || small === username.toLowerCase() || new Set(small).size === 1;
}
