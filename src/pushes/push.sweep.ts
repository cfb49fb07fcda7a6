import type { Sweep } from '../platform/jobs/index.ts';
import { type Lease, LostLease, newLease, whileHeld } from '../platform/lease/index.ts';
import { settleWaiting } from './finish.ts';
import { createHeldPush, isAtWork, type PushAtWork } from './held.ts';
import { newOrder } from './orders.ts';
import type { Push } from './push.ts';
import { type PushContext, record } from './record.ts';
import { walk } from './walk.ts';

/**
 * With the sweep's three seconds no more than 15 s pass between a worker's death and the next one at its push. Renewed
 * by heartbeat while the worker lives, however long a step takes.
 */
const LEASE_MS = 10_000;
/** Pushes begun in one run; the account cannot send more in a day anyway. */
const A_RUN = 10;

/** Carries due pushes to their carriers, one at a time in a process: takes one, and lets it `walk`. */
export function createPushSweep(context: PushContext): Sweep {
  return {
    name: 'pushes.send',
    everySeconds: 3,
    run: async () => {
      await settleWaiting(context);
      let count = 0;
      for (; count < A_RUN; count += 1) {
        const taken = await takeDue(context);
        if (taken === null) break;
        await carry(context, taken.push, taken.lease);
      }
      return count;
    },
  };
}

/** Takes one due push, or null. Two workers that see the same one: the first write wins. */
async function takeDue(context: PushContext): Promise<{ push: PushAtWork; lease: Lease } | null> {
  const { store, clock } = context;
  for (;;) {
    const now = clock.now();
    const due = await store.due(now);
    if (due === null) return null;
    const lease = newLease(now, LEASE_MS);
    const push =
      due.state.is === 'planned'
        ? await begin(context, due, due.state.asText, lease)
        : await store.change(due, { lease }, now);
    if (push !== null && isAtWork(push)) return { push, lease };
  }
}

/** The audience is found out anew for each order; what was uploaded for an earlier one stays good. */
async function begin(context: PushContext, due: Push, asText: boolean, lease: Lease): Promise<Push | null> {
  const prepared = context.carrierOf(due).begin(due.prepared, context.clock.now());
  const state = { is: 'preparing', order: newOrder(due, asText) } as const;
  return record(context, due, { state, prepared, lease }, { move: 'claim' });
}

async function carry(context: PushContext, push: PushAtWork, lease: Lease): Promise<void> {
  const { log, store, clock } = context;
  const { briefingId } = push;
  const renew = async (next: Lease) => store.renew(push.id, next);
  try {
    await whileHeld({ lease, renew, clock, leaseMs: LEASE_MS }, async (hold) =>
      walk(context, createHeldPush(context, push, hold)),
    );
  } catch (err) {
    // Without a heartbeat the lease runs out by itself: the store may be what failed.
    if (err instanceof LostLease) log.warn('pushes.taken_over', { briefingId });
    else log.error('pushes.broken', { briefingId, err });
  }
}
