import { AppError, type Clock, isAppError } from '../kernel/index.ts';
import { type BackOff, backOff } from '../platform/lease/index.ts';
import type { Setback } from './carrier.ts';
import type { HeldPush } from './held.ts';
import { newOrder } from './orders.ts';
import { isOverdue } from './overdue.ts';
import type { Order, PushState, TriedOrder, Trouble } from './push.ts';
import { type PushContext, type Step, troubleOf } from './record.ts';

/**
 * Why a push stops here: what the carrier or the text says, or that a worker died in the call (`cut_off`), or that the
 * time for repeats is over.
 */
export type Stop = Setback | { readonly is: 'cut_off' } | { readonly is: 'too_late' };

const BUSY: BackOff = { firstMs: 5_000, mostMs: 30 * 60_000 };
/** Goes on soon after somebody has mended the account, and asks seldom until then. */
const OURS: BackOff = { firstMs: 30_000, mostMs: 5 * 60_000 };

const CUT_OFF = new AppError('platform_unknown', { message: '推送时程序中断，没有收到平台的答复，结果不明。' });
const NO_MORE_REPEATS = new AppError('platform_retry', { message: '平台一直没有接受，23小时内的自动重试已用完。' });

/**
 * Stores what follows from a step that did not work. In doubt nothing proves that nothing was sent: then only the
 * carrier, or a leader, may say so, and no refusal is the end.
 */
export async function putBack(context: PushContext, held: HeldPush, stop: Stop): Promise<void> {
  const { log, clock } = context;
  const { push, order } = held;
  const error = 'error' in stop ? stop.error : stop.is === 'cut_off' ? CUT_OFF : NO_MORE_REPEATS;
  const code = stop.is === 'refused' ? stop.code : undefined;
  const trouble = troubleOf(error, clock.now(), code);
  log.warn('pushes.put_back', {
    briefingId: push.briefingId,
    why: stop.is,
    code: trouble.code,
    errcode: trouble.errcode,
    ...(isAppError(error) ? {} : { err: error }),
  });
  const next: Next = { context, held, trouble, now: clock.now() };
  const failed: Order = { ...order, failures: order.failures + 1, lastError: trouble };
  switch (stop.is) {
    case 'not_ready':
      return wait(next, { ...order, lastError: trouble }, stop.waitMs);
    case 'later': {
      const doubt = stop.unproven && order.doubt === 'none' ? 'unproven' : order.doubt;
      return wait(next, { ...failed, doubt }, Math.max(stop.leastMs, backOff(BUSY, failed.failures)));
    }
    case 'gone':
      return held.release({ state: resting(held, failed), prepared: stop.prepared, nextAt: clock.now() });
    case 'lost':
      return doubt(next, failed, later(clock, Math.max(repeatAfter(next), backOff(BUSY, failed.failures))));
    case 'cut_off':
      return doubt(next, failed, new Date((order.lastAttemptAt ?? clock.now()).getTime() + repeatAfter(next)));
    case 'ours':
      return order.doubt === 'none' ? stall(next, failed) : waitInDoubt(next, failed);
    case 'none_left':
      return order.doubt === 'none' ? holdForDispatcher(next, failed) : leaveToLeader(next, failed);
    case 'refused':
      return order.doubt === 'none' ? fail(next, failed, stop.offersText === true) : leaveToLeader(next, failed);
    case 'too_late':
      if (order.doubt !== 'none') return leaveToLeader(next, failed);
      return push.state.is === 'stalled' ? beginAnew(next, push.state.why) : fail(next, failed, false);
  }
}

interface Next {
  readonly context: PushContext;
  readonly held: HeldPush;
  readonly trouble: Trouble;
  readonly now: Date;
}

/** The same step again, later. */
async function wait({ held, trouble, now }: Next, order: Order, waitMs: number): Promise<void> {
  const { push } = held;
  const said = held.order.lastError !== null && isOverdue(push, held.order.lastError.at);
  const tell = isOverdue(push, now) && !said ? `应该发出的推送还没有发出，系统会接着试：${trouble.message}` : undefined;
  const nextAt = new Date(now.getTime() + waitMs);
  await held.release({ state: resting(held, order), nextAt }, tell === undefined ? {} : { tell });
}

/** It may have happened: the same order again once the carrier allows a repeat. */
async function doubt({ held }: Next, order: Order, nextAt: Date): Promise<void> {
  const first = '平台没有回应，结果不明。系统会用同一编号核对，请不要手工再发。';
  await held.release(
    { state: { is: 'unknown', order: { ...tried(order), doubt: 'lost' }, undecided: null }, nextAt },
    { move: 'lose', facts: { clientMsgId: order.id }, ...(held.order.doubt === 'none' ? { tell: first } : {}) },
  );
}

/** Our account is refused: whatever the push, it waits, and goes on by itself once that is mended. */
async function stall({ context, held, trouble }: Next, order: Order): Promise<void> {
  const nextAt = later(context.clock, backOff(OURS, order.failures));
  const told = {
    tell: `没有推送，修好后系统会自动接着推送：${trouble.message}`,
    tellOnceAs: `ours:${trouble.errcode ?? trouble.code}`,
  };
  await held.release(
    { state: { is: 'stalled', order, why: trouble }, nextAt },
    { ...takenBack(held, trouble), ...told },
  );
}

async function waitInDoubt({ context, held, trouble }: Next, order: Order): Promise<void> {
  const nextAt = later(context.clock, backOff(OURS, order.failures));
  const tell = `推送结果不明，修好后系统会自动接着核对：${trouble.message}`;
  const onceAs = `ours:${trouble.errcode ?? trouble.code}`;
  await held.release({ state: resting(held, order), nextAt }, { tell, tellOnceAs: onceAs });
}

async function holdForDispatcher({ context, held, trouble }: Next, order: Order): Promise<void> {
  const tell = `平台的群发次数已用完，没有推送。请重新选时间：${trouble.message}`;
  await held.release(
    { state: { is: 'held', order, why: trouble }, nextAt: null },
    { ...takenBack(held, trouble), tell },
  );
  await discard(context, held);
}

async function fail({ context, held, trouble }: Next, order: Order, offersText: boolean): Promise<void> {
  const offer = offersText ? '可以在重新排期时改为只发标题和链接的文字。' : '';
  await held.release(
    { state: { is: 'failed', order, why: trouble, offersText, receipt: null, end: null }, nextAt: null },
    { move: 'fail', reason: trouble.message, tell: `推送失败：${trouble.message}${offer}` },
  );
  await discard(context, held);
}

/** No repeat can tell any more. */
async function leaveToLeader({ held, trouble }: Next, order: Order): Promise<void> {
  await held.release(
    { state: { is: 'unknown', order: tried(order), undecided: trouble }, nextAt: null },
    {
      move: 'lose',
      reason: trouble.message,
      facts: { clientMsgId: order.id },
      tell: `结果不明，需要分管领导认定是否已发出：${trouble.message}`,
    },
  );
}

/** Nothing was sent, and the carrier will have forgotten the number: the next try has a new one. */
async function beginAnew({ context, held, now }: Next, why: Trouble): Promise<void> {
  const { push, order } = held;
  const past = [...push.past, { order, became: 'failed' as const, receipt: null, end: null }];
  const begun = context.carrierOf(push).begin(push.prepared, now);
  const state = { is: 'stalled', order: newOrder({ ...push, past }, order.asText), why } as const;
  await held.release({ state, past, prepared: begun, nextAt: now });
}

/** Where an order waits between two tries. */
function resting({ push }: HeldPush, order: Order): PushState {
  if (order.doubt === 'lost') return { is: 'unknown', order: tried(order), undecided: null };
  return push.state.is === 'stalled' ? { ...push.state, order } : { is: 'preparing', order };
}

/** The briefing goes back to where the dispatcher may move it; one that stands there already stays. */
function takenBack({ push }: HeldPush, trouble: Trouble): Step {
  return push.state.is === 'stalled' ? {} : { move: 'hold', reason: trouble.message };
}

function tried(order: Order): TriedOrder {
  const { firstAttemptAt, lastAttemptAt } = order;
  if (firstAttemptAt === null || lastAttemptAt === null) throw new Error('an order in doubt was never tried');
  return { ...order, firstAttemptAt, lastAttemptAt };
}

/** What surely was not sent should not lie at the carrier for somebody to send by hand. */
async function discard({ carrierOf }: PushContext, { push }: HeldPush): Promise<void> {
  if (push.prepared !== null) await carrierOf(push).discard(push.prepared);
}

const repeatAfter = ({ context, held }: Next): number => context.carrierOf(held.push).limits.repeatAfterMs;

const later = (clock: Clock, waitMs: number): Date => new Date(clock.now().getTime() + waitMs);
