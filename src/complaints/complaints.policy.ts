import type { Caller } from '../http/index.ts';

/** A clerk sees and moves the complaints of the own unit only; the policy table rules the rest. */
export function mayTouch(caller: Caller, complaint: { readonly unit: string | null }): boolean {
  return caller.role !== 'clerk' || (caller.unit !== null && complaint.unit === caller.unit);
}

/**
 * Who settles a telephone call: the clerk of the unit that holds the ticket; where no unit holds it, the dispatcher
 * (docs/decisions/0027).
 */
export function mayCall(caller: Caller, complaint: { readonly unit: string | null }): boolean {
  return caller.role === 'clerk' ? mayTouch(caller, complaint) : complaint.unit === null;
}

/** The unit that a caller's lists are bound to; undefined = all. */
export function boundUnit(caller: Caller): string | undefined {
  return caller.role === 'clerk' ? (caller.unit ?? '') : undefined;
}
