import type { Order, PastOrder, Push } from './push.ts';

/** A new order. Its number is never used for another: at most 32 characters, as carriers ask. */
export function newOrder({ briefingId, past }: Pick<Push, 'briefingId' | 'past'>, asText: boolean): Order {
  return {
    id: `b${briefingId}-${past.length + 1}`,
    asText,
    doubt: 'none',
    attempts: 0,
    firstAttemptAt: null,
    lastAttemptAt: null,
    failures: 0,
    lastError: null,
  };
}

/** The orders that are over once the push is planned anew, or dropped. */
export function closedOrders({ state, past }: Pick<Push, 'state' | 'past'>): readonly PastOrder[] {
  if (!('order' in state)) return past;
  const { receipt, end } = state.is === 'failed' ? state : { receipt: null, end: null };
  return [...past, { order: state.order, became: 'failed', receipt, end }];
}
