import { canonicalJson, newToken, type Clock, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { newLease } from '../platform/lease/index.ts';
import type { Transact } from '../platform/mongo/index.ts';
import type { Signer } from '../platform/sealing/index.ts';
import type { AuditDoc, AuditStore } from './audit.store.ts';

/** What the chain's first row is chained to. */
const GENESIS = 'genesis';
const BATCH = 500;
/** The right to seal is kept between runs, so no heartbeat renews it: longer than any batch, short for the next one. */
const LEASE_MS = 10_000;
/** The head goes to the log this often, so that a cut tail can be found by it (docs/promises.md#p6). */
const HEAD_EVERY_MS = 60_000;

/** The text that a row's MAC covers: everything but the seal itself, with its place in the chain. */
function statementOf(row: AuditDoc, seq: number, previousMac: string): string {
  const { at, action, actor, target, before, after, reason, facts } = row;
  const value = { id: String(row._id), at: at.toISOString(), action, actor, target, before, after, reason, facts, seq };
  return `${previousMac}\n${canonicalJson(value)}`;
}

export interface SealerDeps {
  readonly store: AuditStore;
  readonly transact: Transact;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
}

/** The one writer of the chain: gives waiting rows their place and MAC, whole batches at a time. */
export function createSealSweep(deps: SealerDeps): Sweep {
  const { store, signer, clock, log } = deps;
  const me = newToken(9);
  let headLoggedAt = 0;

  const sealBatch = async (): Promise<number> => {
    const rows = await store.unsealed(BATCH);
    if (rows.length === 0) return 0;
    await deps.transact(async (tx) => {
      const head = await store.lastSealed(tx);
      let seq = head?.seq ?? 0;
      let mac = head?.mac ?? GENESIS;
      const sealed = rows.map((row) => {
        seq += 1;
        mac = signer.sign(statementOf(row, seq, mac));
        return { id: row._id, seq, mac };
      });
      await store.seal(tx, sealed);
    });
    return rows.length;
  };

  const logHead = async (now: Date): Promise<void> => {
    if (now.getTime() - headLoggedAt < HEAD_EVERY_MS) return;
    headLoggedAt = now.getTime();
    const head = await store.lastSealed();
    if (head) log.info('audit.head', { seq: head.seq, mac: head.mac });
  };

  return {
    name: 'audit.seal',
    everySeconds: 1,
    run: async () => {
      let total = 0;
      for (let count = -1; count !== 0; ) {
        // Before each batch: a long backlog must not outlive the lease.
        const now = clock.now();
        if (!(await store.takeLease({ ...newLease(now, LEASE_MS), by: me }, now))) return total;
        count = await sealBatch();
        total += count;
      }
      await logHead(clock.now());
      return total;
    },
  };
}

export interface AuditVerdict {
  readonly rows: number;
  readonly head: { readonly seq: number; readonly mac: string } | null;
  readonly unsealed: number;
  /** One English sentence per damage; empty = the chain is whole. */
  readonly damage: readonly string[];
}

/** More sentences than anybody reads; a wrong key would bring one for each row. */
const MAX_DAMAGE = 50;

/**
 * Walks the chain and finds a sealed row altered, removed, inserted or reordered; with heads printed to the log
 * earlier (`knownHeads`) also a cut tail. After the first break the chain is followed from what stands there.
 */
export async function verifyChain(
  deps: { store: AuditStore; signer: Signer; clock: Clock },
  knownHeads: readonly { seq: number; mac: string }[] = [],
): Promise<AuditVerdict> {
  const damage: string[] = [];
  const wanted = new Map(knownHeads.map(({ seq }) => [seq, null as string | null]));
  let previous = GENESIS;
  let seq = 0;
  let rows = 0;
  let intact = 0;
  for await (const row of deps.store.chain()) {
    rows += 1;
    const at = row.seq;
    if (at === null || !Number.isSafeInteger(at) || at <= seq) {
      damage.push(`an entry without a place of its own was inserted (id ${String(row._id)})`);
      continue;
    }
    if (at > seq + 1) damage.push(`row ${seq + 1}${at > seq + 2 ? `–${at - 1}` : ''} is missing`);
    const follows = row.mac !== null && deps.signer.verify(statementOf(row, at, previous), row.mac);
    if (follows) intact += 1;
    // After a gap the row before is gone, and nothing can be said of this one.
    else if (at === seq + 1) damage.push(`row ${at} was altered or does not follow row ${seq}`);
    previous = row.mac ?? '';
    seq = at;
    if (wanted.has(at)) wanted.set(at, previous);
  }
  for (const head of knownHeads) {
    const found = wanted.get(head.seq) ?? null;
    if (head.seq > seq) damage.push(`the chain ends at ${seq}, but head ${head.seq} was printed: the tail is cut`);
    else if (found !== null && found !== head.mac) damage.push(`row ${head.seq} is not the one whose head was printed`);
  }
  if (rows > 1 && intact === 0) damage.unshift('no row fits: is SECRET_KEY the key they were sealed with?');
  const more = damage.length - MAX_DAMAGE;
  if (more > 0) damage.splice(MAX_DAMAGE, more, `and ${more} more`);
  const unsealed = await deps.store.countUnsealedBefore(deps.clock.now());
  return { rows, head: seq > 0 ? { seq, mac: previous } : null, unsealed, damage };
}
