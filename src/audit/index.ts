import type { Connection } from '../platform/mongo/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Route } from '../http/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import { createSigner, type Keys } from '../platform/sealing/index.ts';
import type { AuditRecorder } from './audit.ts';
import { auditRoutes } from './audit.routes.ts';
import { createAuditStore } from './audit.store.ts';
import { createSealSweep, verifyChain, type AuditVerdict } from './seal.ts';

export { staffActor, type Actor, type AuditEntry, type AuditRecorder } from './audit.ts';
export { auditCollections } from './audit.store.ts';
export type { AuditVerdict } from './seal.ts';

export interface Audit extends AuditRecorder {
  verify(knownHeads?: readonly { seq: number; mac: string }[]): Promise<AuditVerdict>;
  /** Rows that wait longer than they should: more than 0 means that the sealer stands still. */
  unsealedBefore(at: Date): Promise<number>;
  readonly routes: readonly Route[];
  readonly sweeps: readonly Sweep[];
}

/** The append-only, sealed record of who did what (P6). */
export function createAudit(deps: {
  connection: Connection;
  transact: Transact;
  keys: Keys;
  clock: Clock;
  log: Log;
}): Audit {
  const { clock, log, transact } = deps;
  const store = createAuditStore(deps.connection);
  const signer = createSigner(deps.keys, 'audit');
  return {
    record: (tx, entry) => store.insert(tx, entry, clock.now()),
    verify: (knownHeads) => verifyChain({ store, signer, clock }, knownHeads),
    unsealedBefore: (at) => store.countUnsealedBefore(at),
    routes: auditRoutes(store),
    sweeps: [createSealSweep({ store, transact, signer, clock, log })],
  };
}
