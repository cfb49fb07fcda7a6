import { newToken } from '../../kernel/index.ts';

/**
 * A claim on a document: `by` is random per claim, `until` ends it where its owner died. One claim, one token: a worker
 * that was frozen and comes back finds its writes refused, also where it was its own process that went on.
 */
export interface Lease {
  readonly by: string;
  readonly until: Date;
}

/** A living owner renews long before (see `whileHeld`), so this is only how long the work of a dead one lies. */
export const LEASE_MS = 15_000;

/** A claim from `now` on, with a token of its own. */
export function newLease(now: Date, leaseMs = LEASE_MS): Lease {
  return { by: newToken(9), until: new Date(now.getTime() + leaseMs) };
}

/** May anybody claim a document with this lease? */
export function isFree(lease: Lease | null | undefined, now: Date): boolean {
  return lease === null || lease === undefined || lease.until <= now;
}

/**
 * The filter of a claim: nobody holds the document, or its holder's time has run out. One condition, so that it can
 * stand beside any other. `path` is where the lease lies.
 */
export function freeAt(now: Date, path = 'lease'): Record<string, { $not: { $gt: Date } }> {
  return { [`${path}.until`]: { $not: { $gt: now } } };
}

/** The fence: the filter of every write that a holder makes. Who has lost the lease writes nothing. */
export function heldBy(by: string, path = 'lease'): Record<string, string> {
  return { [`${path}.by`]: by };
}

/** The update of a renewal, beside the filter `heldBy`. One that arrives late never shortens what a later one gave. */
export function renewed(until: Date, path = 'lease'): { readonly $max: Record<string, Date> } {
  return { $max: { [`${path}.until`]: until } };
}
