import { LostLease } from '../platform/lease/index.ts';
import type { Taken } from './carrier.ts';
import type { Push, PushState, Receipt } from './push.ts';
import { type PushContext, record } from './record.ts';

/** Writes that may collide with a finish event or a leader's decision before the acceptance is on record. */
const TRIES = 8;

/** The acceptance is on record before anything else happens, even where the push was taken over meanwhile. */
export async function recordTaken(
  context: PushContext,
  first: Push,
  orderId: string,
  taken: Extract<Taken, { is: 'taken' }>,
): Promise<void> {
  const { store, clock, log, carrierOf, finishEvents } = context;
  const { id, dataId, before } = taken;
  const said = { briefingId: first.briefingId, clientMsgId: orderId, msgId: id };
  let seen: Push | null = first;
  for (let attempt = 0; attempt < TRIES && seen !== null; attempt += 1) {
    const { state } = seen;
    if (!('order' in state) || state.order.id !== orderId) break;
    const known = receiptOf(state);
    const now = clock.now();
    // A finish event was quicker, and it was the right one: the answer adds its second number.
    if (known?.id === id && 'receipt' in state) {
      const whole = { ...known, dataId };
      if ((await store.change(seen, { state: { ...state, receipt: whole } }, now)) !== null) return;
      seen = await store.find(first.id);
      continue;
    }
    const receipt: Receipt = { id, dataId, acceptedAt: now, unconfirmed: before };
    const order = { ...state.order, doubt: 'none' as const, failures: 0, lastError: null };
    const nextAt = new Date(now.getTime() + (before ? 0 : carrierOf(seen).limits.askAfterMs));
    const changed = await record(
      context,
      seen,
      { state: { is: 'accepted', order, receipt, asked: 0 }, lease: null, nextAt },
      {
        move: 'accept',
        publishes: true,
        facts: { clientMsgId: orderId, msgId: id, alreadyAccepted: before },
        // One of a push made by hand was taken for ours in the seconds before the answer.
        within: async (tx) => finishEvents.free(known?.id ?? null, tx),
      },
    );
    if (changed !== null) {
      log.info('pushes.taken', { ...said, alreadyAccepted: before });
      return;
    }
    seen = await store.find(first.id);
  }
  log.error('pushes.acceptance_not_recorded', said);
  throw new LostLease();
}

function receiptOf(state: PushState): Receipt | null {
  return 'receipt' in state ? state.receipt : null;
}
