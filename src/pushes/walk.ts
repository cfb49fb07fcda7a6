import { isAppError } from '../kernel/index.ts';
import { LostLease } from '../platform/lease/index.ts';
import { readApproved } from './approved-texts.ts';
import type { Carrier, Job, Setback } from './carrier.ts';
import { settleByEvent } from './finish.ts';
import type { HeldPush } from './held.ts';
import { putBack, type Stop } from './put-back.ts';
import type { PushContext } from './record.ts';
import { recordTaken } from './take.ts';

/**
 * The story of one push, from the moment that a worker has it in hand (docs/promises.md#p4). Each result is on record
 * before the next step; before each call outwards the lease is read again; the order keeps one number for its life.
 * Read from top to bottom: whatever stops it goes to `putBack`, which says when and how it goes on.
 */
export async function walk(context: PushContext, held: HeldPush): Promise<void> {
  const stop = await goOn(context, held);
  if (stop !== null) await putBack(context, held, stop);
}

async function goOn(context: PushContext, held: HeldPush): Promise<Stop | null> {
  const carrier = context.carrierOf(held.push);

  // A worker called the carrier and did not live to store the answer: it may have happened.
  if (held.push.state.is === 'sending') return { is: 'cut_off' };
  // The carrier soon forgets our number: a repeat would be a second push.
  if (isTooLate(context, held, carrier)) return { is: 'too_late' };

  // What a leader approved, or nothing.
  const approved = await approvedNow(context, held);
  if ('is' in approved) return approved;
  const job = jobOf(held, approved);
  const readied = await unless(async () => carrier.prepare(job));
  if (readied.is !== 'ready') return readied;
  // Making it ready may have taken minutes: what was withdrawn meanwhile does not go out.
  const still = await approvedNow(context, held);
  if ('is' in still) return still;

  // On record before the call, so that whoever comes after a death knows that it may have happened.
  await recordAttempt(context, held);
  const taken = await unless(async () => carrier.send(job, held.order.id));
  if (taken.is !== 'taken') return taken;
  await recordTaken(context, held.push, held.order.id, taken);

  // The carrier's word on what became of it may have been faster than its answer to us.
  await settleByEvent(context, taken.id);
  return null;
}

function isTooLate({ clock }: PushContext, { push, order }: HeldPush, { limits }: Carrier): boolean {
  const begun = push.state.is === 'stalled' ? null : (push.prepared?.since ?? null);
  const since = order.firstAttemptAt ?? begun;
  return since !== null && clock.now().getTime() - since.getTime() >= limits.repeatWithinMs;
}

/** The texts, or why they may not go out. */
async function approvedNow(context: PushContext, { push }: HeldPush) {
  return unless(async () => readApproved(context, push.briefingId));
}

function jobOf(held: HeldPush, { content, texts }: Awaited<ReturnType<typeof readApproved>>): Job {
  return {
    content,
    texts,
    asText: held.order.asText,
    get prepared() {
      if (held.push.prepared === null) throw new Error('a push in hand was not begun');
      return held.push.prepared;
    },
    remember: async (prepared) => held.write({ prepared }),
    confirm: async () => held.confirm(),
  };
}

async function recordAttempt({ clock }: PushContext, held: HeldPush): Promise<void> {
  const { order, push } = held;
  const now = clock.now();
  const tried = {
    ...order,
    attempts: order.attempts + 1,
    firstAttemptAt: order.firstAttemptAt ?? now,
    lastAttemptAt: now,
  };
  // Until now the briefing stood where the dispatcher could still take it back.
  const step = push.state.is === 'stalled' ? ({ move: 'claim' } as const) : {};
  await held.write({ state: { is: 'sending', order: tried } }, step);
  await held.confirm();
}

/** Our own errors as a setback: an AppError is a verdict on this push, anything else a bug or a store that is away. */
async function unless<T>(work: () => Promise<T>): Promise<T | Setback> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LostLease) throw error;
    if (isAppError(error) && error.code !== 'store_unavailable') return { is: 'refused', code: error.code, error };
    return { is: 'later', leastMs: 0, unproven: false, error };
  }
}
