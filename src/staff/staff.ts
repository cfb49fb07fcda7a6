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
