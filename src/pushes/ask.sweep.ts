import type { Sweep } from '../platform/jobs/index.ts';
import { type BackOff, backOff, newLease, whileHeld } from '../platform/lease/index.ts';
import type { Outcome } from './carrier.ts';
import { recordEnd } from './finish.ts';
import type { Push, StateOf } from './push.ts';
import { type PushContext, record, troubleOf } from './record.ts';

/** Asking again: 4, 8, 16 … at most 30 minutes apart, for three days. */
const AGAIN: BackOff = { firstMs: 240_000, mostMs: 30 * 60_000 };
const QUESTIONS = 150;
const A_RUN = 20;

type Accepted = Push & { readonly state: StateOf<'accepted'> };

/**
 * Asks the carrier for the result of pushes whose finish event did not come (docs/promises.md#p4). Counts come by the
 * event only.
 */
export function createAskSweep(context: PushContext): Sweep {
  return {
    name: 'pushes.ask',
    everySeconds: 15,
    run: async () => {
      const { store, clock } = context;
      let count = 0;
      for (; count < A_RUN; count += 1) {
        const now = clock.now();
        const due = await store.dueToAsk(now);
        if (due === null) break;
        const lease = newLease(now);
        const held = await store.change(due, { lease }, now);
        if (held === null || !isAccepted(held)) continue;
        const renew = async (next: typeof lease) => store.renew(held.id, next);
        await whileHeld({ lease, renew, clock }, async () => ask(context, held));
      }
      return count;
    },
  };
}

const isAccepted = (push: Push): push is Accepted => push.state.is === 'accepted';

async function ask(context: PushContext, held: Accepted): Promise<void> {
  const { receipt } = held.state;
  if (receipt.id === null) return waitOn(context, held);
  const outcome = await context.carrierOf(held).outcome(receipt.id);
  switch (outcome.is) {
    case 'delivered':
    case 'failed':
      return end(context, held, outcome);
    case 'under_way':
      return waitOn(context, held, true);
    case 'never_heard':
      if (receipt.unconfirmed) return idUsedUp(context, held, outcome.error);
      return waitOn(context, held);
    case 'unclear':
    case 'no_answer':
      return waitOn(context, held);
  }
}

async function end(context: PushContext, held: Accepted, outcome: Extract<Outcome, { status: string }>): Promise<void> {
  const { status, words } = outcome;
  const { receipt } = held.state;
  const last = { at: context.clock.now(), status, counts: null };
  const facts = { msgId: receipt.id, status };
  await recordEnd(
    context,
    held,
    { ...held.state, end: last, words: outcome.is === 'delivered' ? null : words },
    { facts },
  );
}

/** `confirmed`: the carrier knows this push, so the order's number was not used up by a refused attempt. */
async function waitOn(context: PushContext, held: Accepted, confirmed = false): Promise<void> {
  const { store, clock, log } = context;
  const { state } = held;
  const now = clock.now();
  const asked = state.asked + 1;
  const over = asked >= QUESTIONS || state.receipt.id === null;
  if (over) log.error('pushes.no_result', { briefingId: held.briefingId });
  const receipt = { ...state.receipt, unconfirmed: state.receipt.unconfirmed && !confirmed };
  const nextAt = over ? null : new Date(now.getTime() + backOff(AGAIN, asked));
  await store.change(held, { state: { ...state, receipt, asked }, lease: null, nextAt }, now);
}

/** Our number named a push that does not exist: an attempt that was refused had used it up. Nobody can tell but a person. */
async function idUsedUp(context: PushContext, held: Accepted, error: unknown): Promise<void> {
  const { order, receipt } = held.state;
  const { firstAttemptAt, lastAttemptAt } = order;
  if (firstAttemptAt === null || lastAttemptAt === null) return waitOn(context, held);
  const words = '平台说这个编号用过，却查不到对应的群发。请分管领导到公众平台上看是否已发出，再认定。';
  const undecided = { ...troubleOf(error, context.clock.now()), code: 'platform_unknown', message: words };
  const lost = { ...order, firstAttemptAt, lastAttemptAt, doubt: 'lost' as const, lastError: undecided };
  await record(
    context,
    held,
    { state: { is: 'unknown', order: lost, undecided }, lease: null, nextAt: null },
    { move: 'lose', reason: words, facts: { msgId: receipt.id }, tell: words },
  );
}
