import type { Caller } from '../http/index.ts';

/** A clerk sees and moves the complaints of the own unit only (design §4); the policy table rules the rest. */
export function mayTouch(caller: Caller, complaint: { readonly unit: string | null }): boolean {
  return caller.role !== 'clerk' || (caller.unit !== null && complaint.unit === caller.unit);
}

/** The unit that a caller's lists are bound to; undefined = all. */
export function boundUnit(caller: Caller): string | undefined {
  return caller.role === 'clerk' ? (caller.unit ?? '') : undefined;
}
