import { finishWords, massResultOf } from '../wechat/index.ts';
import type { FinishEvent, Reprint } from './finish-events.store.ts';
import type { End, Push, Receipt, StateOf, Trouble } from './push.ts';
import { type PushContext, record, type Step, SYSTEM } from './record.ts';

/** MASSSENDJOBFINISH in the shape that the webhook hands on. */
export interface MassSendFinished {
  readonly msgId: string;
  /** As sent: `send success`, `send fail`, `err(10001)` … */
  readonly status: string;
  readonly totalCount: number;
  readonly filterCount: number;
  readonly sentCount: number;
  readonly errorCount: number;
  /** Articles that the event lists; absent in its older shape. */
  readonly articleCount?: number;
  /** What the platform found of each article that it takes for a reprint. */
  readonly copyright?: readonly Reprint[];
}

/** Longer than any repeat with the same number; an older event belongs to a push made by hand. */
const WAITING_MS = 25 * 3_600_000;
/** Clocks of platform and town may differ by this much. */
const SKEW_MS = 120_000;
const TRIES = 5;

/**
 * Keeps the platform's finish event and applies it: beside its answer to a question the only thing that makes a push
 * `delivered`. Repeats, early ones and ones of pushes that are not ours are all fine.
 */
export async function takeFinishEvent(context: PushContext, event: MassSendFinished): Promise<void> {
  const { finishEvents, clock } = context;
  await finishEvents.keep(eventOf(event, clock.now()));
  const kept = await finishEvents.find(event.msgId);
  if (kept) await settle(context, kept);
}

/** Applies the event of this push if it came already. */
export async function settleByEvent(context: PushContext, receiptId: string): Promise<void> {
  const kept = await context.finishEvents.find(receiptId);
  if (kept?.briefingId === null) await applyKnown(context, kept);
}

/** Looks again at events of which no push is known. */
export async function settleWaiting(context: PushContext): Promise<void> {
  const since = new Date(context.clock.now().getTime() - WAITING_MS);
  for (const event of await context.finishEvents.unmatched(since)) await settle(context, event);
}

async function settle(context: PushContext, event: FinishEvent): Promise<void> {
  if (event.briefingId !== null || (await applyKnown(context, event))) return;
  await adopt(context, event);
}

function eventOf(event: MassSendFinished, arrivedAt: Date): FinishEvent {
  return {
    _id: event.msgId,
    status: event.status.slice(0, 100),
    succeeded: massResultOf(event.status).outcome === 'delivered',
    counts: {
      total: event.totalCount,
      filtered: event.filterCount,
      sent: event.sentCount,
      failed: event.errorCount,
    },
    articles: event.articleCount ?? null,
    copyright: (event.copyright ?? []).map(reprintOf),
    arrivedAt,
    briefingId: null,
  };
}

/** Absent fields stay absent: the store refuses what it does not know. */
function reprintOf({ index, auditState, originalUrl, canReprint }: Reprint): Reprint {
  return {
    index,
    canReprint,
    ...(auditState === undefined ? {} : { auditState }),
    ...(originalUrl === undefined ? {} : { originalUrl }),
  };
}

async function applyKnown(context: PushContext, event: FinishEvent): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const push = await context.store.byReceipt(event._id);
    if (push === null) return false;
    if (await apply(context, push, event)) return true;
  }
  return false;
}

/**
 * An event whose MsgID we never received, because the answer to our call was lost or is still under way: taken for ours
 * only where exactly one order is open and nothing about the event speaks against it. Should the answer name another
 * number after all, it takes the event back.
 */
async function adopt(context: PushContext, event: FinishEvent): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const [only, another] = await context.store.open(2);
    if (only === undefined || another !== undefined) return;
    const { state } = only;
    if (state.is !== 'sending' && state.is !== 'unknown') return;
    if (event.arrivedAt.getTime() < state.order.firstAttemptAt.getTime() - SKEW_MS) return;
    if (event.articles !== null && event.articles > 0 && event.articles !== only.articleIds.length) return;
    context.log.warn('pushes.finish_event_adopted', { briefingId: only.briefingId, msgId: event._id });
    if (await applyFirst(context, only, state, event)) return;
  }
}

async function applyFirst(
  context: PushContext,
  seen: Push,
  { order }: StateOf<'sending' | 'unknown'>,
  event: FinishEvent,
): Promise<boolean> {
  const now = context.clock.now();
  const receipt: Receipt = { id: event._id, dataId: null, acceptedAt: now, unconfirmed: false };
  return finish(context, seen, { order, receipt }, event, true);
}

/** False where the push was written by somebody else meanwhile. */
async function apply(context: PushContext, seen: Push, event: FinishEvent): Promise<boolean> {
  const { state } = seen;
  if (state.is === 'accepted') return finish(context, seen, state, event, false);
  if (state.is !== 'delivered' && (state.is !== 'failed' || state.end === null)) return false;
  // The answer to a question came first: the counts are still news, the state is not.
  const end = { ...state.end, counts: event.counts } as End;
  const counted = { state: { ...state, end } };
  const changed = await record(context, seen, counted, {
    within: async (tx) => context.finishEvents.match(event._id, seen.briefingId, tx),
  });
  return changed !== null;
}

async function finish(
  context: PushContext,
  seen: Push,
  { order, receipt }: Pick<StateOf<'accepted'>, 'order' | 'receipt'>,
  event: FinishEvent,
  adopted: boolean,
): Promise<boolean> {
  const { finishEvents, briefings, clock } = context;
  const end: End = { at: clock.now(), status: event.status, counts: event.counts };
  const words = event.succeeded ? null : finishWords(event, await titlesOf(context, seen));
  const changed = await recordEnd(
    context,
    seen,
    { order, receipt, end, words },
    {
      facts: { msgId: event._id, status: event.status, adopted, sent: event.counts.sent },
      within: async (tx) => {
        await finishEvents.match(event._id, seen.briefingId, tx);
        // The event says two things at once where the answer to our call is still under way.
        if (seen.state.is !== 'sending') return;
        const facts = { clientMsgId: order.id, msgId: event._id, adopted };
        await briefings.follow(tx, { briefingId: seen.briefingId, move: 'accept', actor: SYSTEM, facts });
      },
    },
  );
  return changed !== null;
}

async function titlesOf({ briefings }: PushContext, { briefingId }: Push): Promise<string[]> {
  const { content } = await briefings.approved(briefingId);
  return (content?.articles ?? []).map(({ title }) => title);
}

/** The platform's last word: delivered, or, with words, failed. Publishing again what is public already changes nothing. */
export async function recordEnd(
  context: PushContext,
  seen: Push,
  { order, receipt, end, words }: Pick<StateOf<'delivered'>, 'order' | 'receipt' | 'end'> & { words: string | null },
  step: Step,
): Promise<Push | null> {
  const certain = { order: { ...order, doubt: 'none' as const }, receipt: { ...receipt, unconfirmed: false }, end };
  if (words === null) {
    const delivered = { state: { is: 'delivered', ...certain }, lease: null, nextAt: null } as const;
    return record(context, seen, delivered, { ...step, move: 'finish_well', publishes: true });
  }
  const why: Trouble = { at: end.at, code: 'platform_refused', message: words, errcode: null };
  const failed = { state: { is: 'failed', ...certain, why, offersText: false }, lease: null, nextAt: null } as const;
  return record(context, seen, failed, { ...step, move: 'finish_badly', reason: words, tell: `推送失败：${words}` });
}
