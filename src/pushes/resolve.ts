import type { Actor } from '../audit/index.ts';
import { AppError } from '../kernel/index.ts';
import { isFree } from '../platform/lease/index.ts';
import type { Push, StateOf } from './push.ts';
import { type PushContext, record } from './record.ts';

export interface Resolution {
  readonly outcome: 'sent' | 'not_sent';
  /** The carrier's number, as a leader read it there. */
  readonly msgId?: string | undefined;
  readonly reason: string;
  readonly actor: Actor;
}

/**
 * A leader says what became of a push of which the carrier said nothing. AppErrors: wrong_state where there is nothing to
 * decide or a worker is asking the carrier now, stale_version where its answer came meanwhile.
 */
export async function resolve(context: PushContext, briefingId: string, resolution: Resolution): Promise<void> {
  const seen = await context.store.ofBriefing(briefingId);
  const { state } = seen ?? {};
  // Of the failed ones only what had to be pushed by hand can have been sent.
  const byHand = state?.is === 'failed' && state.why.code === 'manual_push_needed' && resolution.outcome === 'sent';
  if (seen === null || state === undefined || (state.is !== 'unknown' && !byHand)) {
    throw new AppError('wrong_state', { details: { state: state?.is ?? null } });
  }
  // A repeat may be under way: its acceptance must not be dropped, and no second order go out beside it.
  if (!isFree(seen.lease, context.clock.now())) {
    throw new AppError('wrong_state', { message: '系统正在向平台核对，请一两分钟后再看结果。' });
  }
  if (resolution.outcome === 'sent') await wasSent(context, seen, state, resolution);
  else await wasNotSent(context, seen, state as StateOf<'unknown'>, resolution);
}

async function wasSent(
  context: PushContext,
  seen: Push,
  { order }: StateOf<'unknown' | 'failed'>,
  { msgId, reason, actor }: Resolution,
): Promise<void> {
  const { clock, store } = context;
  const now = clock.now();
  if (msgId !== undefined) {
    // Where the carrier is silent the sweep asks again; only a plain "no such push" refuses the number.
    if ((await context.carrierOf(seen).outcome(msgId)).is === 'never_heard') {
      throw new AppError('invalid_input', { message: '平台上查不到这个群发编号，请核对。' });
    }
    if ((await store.byReceipt(msgId)) !== null) {
      throw new AppError('already_exists', { message: '这个群发编号已经记在另一份简报上。' });
    }
  }
  const acceptedAt = order.lastAttemptAt ?? now;
  const receipt = { id: msgId ?? null, dataId: null, acceptedAt, unconfirmed: false };
  decided(
    await record(
      context,
      seen,
      // Without a number there is nothing to ask the carrier for.
      { state: { is: 'accepted', order, receipt, asked: 0 }, lease: null, nextAt: msgId === undefined ? null : now },
      { move: 'resolve_sent', actor, reason, facts: { clientMsgId: order.id, msgId: msgId ?? null }, publishes: true },
    ),
  );
}

/** The order is over, declared not sent; a new one under a new number goes out at once. */
async function wasNotSent(
  context: PushContext,
  seen: Push,
  { order }: StateOf<'unknown'>,
  { msgId, reason, actor }: Resolution,
): Promise<void> {
  const now = context.clock.now();
  const past = [...seen.past, { order, became: 'not_sent' as const, receipt: null, end: null }];
  decided(
    await record(
      context,
      seen,
      { state: { is: 'planned', asText: order.asText }, past, lease: null, dueAt: now, nextAt: now },
      { move: 'resolve_not_sent', actor, reason, facts: { clientMsgId: order.id, msgId: msgId ?? null } },
    ),
  );
}

function decided(changed: Push | null): void {
  if (changed === null) throw new AppError('stale_version');
}
