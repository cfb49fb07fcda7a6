import { AppError } from '../kernel/index.ts';
import type { MassReceipt } from '../wechat/index.ts';
import type { Batch, Briefing } from './briefing.ts';
import { type Hold, LostHold, moveBySystem, type PushContext } from './push.context.ts';
import { type PreparedPush, renewed } from './push.prepare.ts';

export type Sent =
  | { readonly kind: 'sent'; readonly msgId: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The finish event comes within minutes; then the platform is asked. */
export const FIRST_POLL_MS = 120_000;
/** Writes that may collide with a finish event or a leader's decision before the acceptance is on record. */
const RECORD_TRIES = 8;

/**
 * The one call that reaches residents. The attempt is on record before it is made, under an id that stays the same;
 * the acceptance is on record before anything else happens, even where the hold was lost meanwhile.
 */
export async function sendPush(context: PushContext, hold: Hold, push: PreparedPush, leaseMs: number): Promise<Sent> {
  const { client, clock } = context;
  const { batch } = hold.briefing;
  if (batch === null) throw new Error('a briefing at work has no batch');
  const now = clock.now();
  await hold.save({
    batch: {
      ...batch,
      status: 'sending',
      attempts: batch.attempts + 1,
      firstAttemptAt: batch.firstAttemptAt ?? now,
      lastAttemptAt: now,
    },
    lease: renewed(context, hold, leaseMs),
  });
  let receipt: MassReceipt;
  try {
    receipt = await client.massSend({ ...push, clientMsgId: batch.clientMsgId });
  } catch (error) {
    return { kind: 'failed', error };
  }
  if (receipt.msgId === '') return { kind: 'failed', error: new AppError('platform_unknown') };
  await recordAccepted(context, hold.briefing, batch.clientMsgId, receipt);
  return { kind: 'sent', msgId: receipt.msgId };
}

async function recordAccepted(
  context: PushContext,
  first: Briefing,
  clientMsgId: string,
  { msgId, msgDataId, alreadyAccepted }: MassReceipt,
): Promise<void> {
  const { store, clock, log } = context;
  let seen: Briefing | null = first;
  for (let attempt = 0; attempt < RECORD_TRIES && seen !== null; attempt += 1) {
    const { batch } = seen;
    // A finish event may have been quicker: then the result is on record already.
    if (batch === null || batch.clientMsgId !== clientMsgId || batch.msgId !== null) return;
    const now = clock.now();
    const accepted: Batch = {
      ...batch,
      status: 'submitted',
      msgId,
      msgDataId: msgDataId ?? null,
      acceptedAt: now,
      unconfirmed: alreadyAccepted,
      failures: 0,
      lastError: null,
    };
    const nextAt = new Date(now.getTime() + (alreadyAccepted ? 0 : FIRST_POLL_MS));
    const moved = await moveBySystem(
      context,
      seen,
      'accept',
      { batch: accepted, lease: null, nextAt, failure: null },
      { publishes: true, facts: { clientMsgId, msgId, alreadyAccepted } },
    );
    if (moved !== null) {
      log.info('briefings.accepted', { briefingId: seen.id, clientMsgId, msgId, alreadyAccepted });
      return;
    }
    seen = await store.find(first.id);
  }
  log.error('briefings.acceptance_not_recorded', { briefingId: first.id, clientMsgId, msgId });
  throw new LostHold();
}
