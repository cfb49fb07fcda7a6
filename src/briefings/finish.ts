import { finishWords, massResultOf } from '../wechat/index.ts';
import { type Batch, type Briefing, BRIEFING_MOVES, type PushCounts } from './briefing.ts';
import type { FinishEvent } from './finish-events.store.ts';
import { moveBySystem, type PushContext } from './push.context.ts';

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
}

export interface FinishDesk {
  /** Keeps the event and applies it. Repeats, early ones and ones of pushes that are not ours are all fine. */
  onMassSendFinished(event: MassSendFinished): Promise<void>;
  /** Applies the event of this push if it came already. */
  settle(msgId: string): Promise<void>;
  /** Looks again at events of which no briefing is known. */
  settleWaiting(): Promise<number>;
}

/** Longer than any repeat with the same clientmsgid; an older event belongs to a push made by hand. */
const WAITING_MS = 25 * 3_600_000;
/** Clocks of platform and town may differ by this much. */
const SKEW_MS = 120_000;
const TRIES = 5;

/** The platform's finish events: the only thing, beside its answer to a question, that makes a push `delivered`. */
export function createFinishDesk(context: PushContext): FinishDesk {
  const { finishEvents, clock } = context;
  const settleEvent = async (event: FinishEvent): Promise<boolean> =>
    event.briefingId === null && ((await applyKnown(context, event)) || (await adopt(context, event)));
  return {
    onMassSendFinished: async (event) => {
      await finishEvents.keep(eventOf(event, clock.now()));
      const kept = await finishEvents.find(event.msgId);
      if (kept) await settleEvent(kept);
    },
    settle: async (msgId) => {
      const kept = await finishEvents.find(msgId);
      if (kept?.briefingId === null) await applyKnown(context, kept);
    },
    settleWaiting: async () => {
      let settled = 0;
      for (const event of await finishEvents.unmatched(new Date(clock.now().getTime() - WAITING_MS))) {
        if (await settleEvent(event)) settled += 1;
      }
      return settled;
    },
  };
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
    arrivedAt,
    briefingId: null,
  };
}

async function applyKnown(context: PushContext, event: FinishEvent): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const briefing = await context.store.byMsgId(event._id);
    if (briefing === null) return false;
    if (await apply(context, briefing, event)) return true;
  }
  return false;
}

/**
 * An event whose MsgID we never received, because the answer to our call was lost: taken for ours only where exactly
 * one order is open, its outcome is unknown, and nothing about the event speaks against it.
 */
async function adopt(context: PushContext, event: FinishEvent): Promise<boolean> {
  const [only, another] = await context.store.openBatches(2);
  if (only === undefined || another !== undefined) return false;
  const { batch, frozen } = only;
  if (batch?.status !== 'unknown' || batch.firstAttemptAt === null) return false;
  if (event.arrivedAt.getTime() < batch.firstAttemptAt.getTime() - SKEW_MS) return false;
  if (event.articles !== null && event.articles > 0 && event.articles !== frozen?.articles.length) return false;
  context.log.warn('briefings.finish_event_adopted', { briefingId: only.id, msgId: event._id });
  return apply(context, { ...only, batch: { ...batch, msgId: event._id } }, event, true);
}

/** False where the briefing was written by somebody else meanwhile. */
async function apply(context: PushContext, seen: Briefing, event: FinishEvent, adopted = false): Promise<boolean> {
  const { clock, finishEvents, store, transact } = context;
  const { batch } = seen;
  if (batch === null) return false;
  const now = clock.now();
  const done = finished(batch, event.succeeded, event.status, event.counts, now);
  const move = event.succeeded ? 'finish_well' : 'finish_badly';
  if (BRIEFING_MOVES[seen.status][move] === undefined) {
    // The answer to a question came first: the counts are still news, the state is not.
    return transact(async (tx) => {
      const changed = await store.change(seen, { batch: { ...batch, counts: event.counts } }, now, tx);
      if (changed !== null) await finishEvents.match(event._id, seen.id, tx);
      return changed !== null;
    });
  }
  const failure = event.succeeded ? null : finishTrouble(event.status, now);
  const moved = await moveBySystem(
    context,
    seen,
    move,
    { batch: done, lease: null, nextAt: null, failure },
    {
      // Publishing again what is public already changes nothing.
      publishes: event.succeeded,
      facts: { msgId: event._id, status: event.status, adopted, sent: event.counts.sent },
      ...(failure === null ? {} : { reason: failure.message, tell: `推送失败：${failure.message}` }),
    },
    async (tx) => finishEvents.match(event._id, seen.id, tx),
  );
  return moved !== null;
}

/** The batch after the platform's last word on it. */
export function finished(
  batch: Batch,
  succeeded: boolean,
  finishStatus: string,
  counts: PushCounts | null,
  now: Date,
): Batch {
  return {
    ...batch,
    status: succeeded ? 'delivered' : 'failed',
    unconfirmed: false,
    uncertain: false,
    acceptedAt: batch.acceptedAt ?? now,
    finishedAt: now,
    finishStatus,
    counts: counts ?? batch.counts,
  };
}

export function finishTrouble(status: string, at: Date) {
  return { at, code: 'platform_refused', message: finishWords({ status }, []), errcode: null };
}
