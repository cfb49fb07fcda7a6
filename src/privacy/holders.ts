import type { AuditEntry } from '../audit/index.ts';
import type { Feature } from '../feature/index.ts';
import type { Signer } from '../platform/sealing/index.ts';

/** A feature as the one that holds something of residents. */
export type Holder = Pick<Feature, 'name' | 'personal'>;

/** The audit names a keyed hash: enough to see that two rows speak of the same resident, and of no use to find them. */
export function residentIn(signer: Signer, who: string): NonNullable<AuditEntry['target']> {
  return { kind: 'resident', id: signer.sign(who) };
}
