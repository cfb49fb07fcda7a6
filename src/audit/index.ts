import { type Feature, NOTHING_PERSONAL } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Connection, Transact } from '../platform/mongo/index.ts';
import { createSigner, type Keys } from '../platform/sealing/index.ts';
import type { AuditRecorder } from './audit.ts';
import { auditRoutes } from './audit.routes.ts';
import { auditCollections, createAuditStore } from './audit.store.ts';
import { createSealSweep, verifyChain, type AuditVerdict } from './seal.ts';

export { staffActor, type Actor, type AuditEntry, type AuditRecorder } from './audit.ts';
export { auditCollections };
export type { AuditVerdict } from './seal.ts';

/** What commands and features may ask. */
export interface Audit extends AuditRecorder {
  verify(knownHeads?: readonly { seq: number; mac: string }[]): Promise<AuditVerdict>;
}

/** Rows are sealed within 2 s (docs/promises.md#p6); a minute late means that no sealer runs. */
const UNSEALED_MS = 60_000;

/** The append-only, sealed record of who did what (docs/promises.md#p6). */
export function createAudit(deps: {
  connection: Connection;
  transact: Transact;
  keys: Keys;
  clock: Clock;
  log: Log;
}): Feature<Audit> {
  const { clock, log, transact } = deps;
  const store = createAuditStore(deps.connection);
  const signer = createSigner(deps.keys, 'audit');
  return {
    name: 'audit',
    api: {
      record: (tx, entry) => store.insert(tx, entry, clock.now()),
      verify: (knownHeads) => verifyChain({ store, signer, clock }, knownHeads),
    },
    routes: auditRoutes(store),
    sweeps: [createSealSweep({ store, transact, signer, clock, log })],
    collections: auditCollections,
    health: async () => {
      const unsealed = await store.countUnsealedBefore(new Date(clock.now().getTime() - UNSEALED_MS));
      return unsealed > 0 ? [`有 ${unsealed} 条审计记录还没有封存。`] : [];
    },
    // Residents stand in it under pseudonyms alone.
    personal: NOTHING_PERSONAL,
  };
}
