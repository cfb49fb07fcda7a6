import { AppError, isAppError, newToken } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { type Batch, type Briefing, isOverdue, newBatch } from './briefing.ts';
import type { FinishDesk } from './finish.ts';
import { createHold, type Hold, LostHold, moveBySystem, type PushContext, troubleOf } from './push.context.ts';
import {
  afterPreparing,
  afterSending,
  NO_RIGHT_FOR_TYPE,
  REPEAT_AFTER_MS,
  REPEAT_WITHIN_MS,
  type Verdict,
} from './push-outcome.ts';
import { type PreparedPush, preparePush, Stop } from './push.prepare.ts';
import { sendPush } from './push.send.ts';

/** Longer than the slowest step (mass send and upload: 60 s), with room for a slow disk. */
const LEASE_MS = 180_000;
const CUT_OFF = new AppError('platform_unknown', { message: '推送时程序中断，没有收到平台的答复，结果不明。' });
const NO_MORE_REPEATS = new AppError('platform_retry', {
  message: '平台一直没有接受，23小时内的自动重试已用完。',
});
/** Pushes begun in one run; the account cannot send more in a day anyway. */
const A_RUN = 10;

/**
 * Carries due briefings to the platform (P4). Each step's result is stored before the next begins, each write is
 * conditional on the briefing being as this worker last saw it, and the order keeps one clientmsgid for its life.
 */
export function createPushSweep(context: PushContext, finish: FinishDesk): Sweep {
  return {
    name: 'briefings.push',
    everySeconds: 3,
    run: async () => {
      await finish.settleWaiting();
      let count = 0;
      for (; count < A_RUN; count += 1) {
        const claimed = await claim(context);
        if (claimed === null) break;
        await carry(context, finish, createHold(context, claimed));
      }
      return count;
    },
  };
}

/** Takes one due briefing, or null. Two workers that see the same one: the first write wins. */
async function claim(context: PushContext): Promise<Briefing | null> {
  const { store, clock } = context;
  for (;;) {
    const now = clock.now();
    const due = await store.duePush(now);
    if (due === null) return null;
    const lease = { by: newToken(), until: new Date(now.getTime() + LEASE_MS) };
    const dispatch = due.batch !== null && due.dispatch !== null ? due.dispatch : freshDispatch(due, now);
    const change = { lease, dispatch, batch: due.batch ?? newBatch(due) };
    const claimed =
      due.status === 'scheduled'
        ? await moveBySystem(context, due, 'claim', change)
        : await store.change(due, change, now);
    if (claimed !== null) return claimed;
  }
}

/** The audience is found out anew for each order; what was uploaded for an earlier one stays good. */
function freshDispatch({ dispatch }: Briefing, now: Date): NonNullable<Briefing['dispatch']> {
  const { covers = [], images = [] } = dispatch ?? {};
  return { startedAt: now, tagId: null, headCount: null, covers, images, polls: 0 };
}

async function carry(context: PushContext, finish: FinishDesk, hold: Hold): Promise<void> {
  const { log } = context;
  const briefingId = hold.briefing.id;
  try {
    if (await mayGoOn(context, hold)) await attempt(context, finish, hold);
  } catch (err) {
    if (err instanceof LostHold) {
      log.warn('briefings.lost_hold', { briefingId });
      return;
    }
    // The lease stays until it runs out: the store itself may be what failed.
    log.error('briefings.push_broken', { briefingId, err });
  }
}

/** Where an earlier attempt left the order; false where this run must not touch the platform. */
async function mayGoOn(context: PushContext, hold: Hold): Promise<boolean> {
  const { clock } = context;
  const now = clock.now();
  const batch = batchOf(hold);
  if (batch.status === 'sending') {
    // The worker that called the platform did not live to store the answer.
    const waitMs = Math.max(0, (batch.lastAttemptAt ?? now).getTime() + REPEAT_AFTER_MS - now.getTime());
    await follow(context, hold, { kind: 'unknown', waitMs }, CUT_OFF);
    return false;
  }
  const since = batch.firstAttemptAt ?? hold.briefing.dispatch?.startedAt ?? now;
  if (now.getTime() - since.getTime() < REPEAT_WITHIN_MS) return true;
  const verdict: Verdict = batch.uncertain ? { kind: 'stop' } : { kind: 'fail', code: 'platform_retry' };
  await follow(context, hold, verdict, NO_MORE_REPEATS);
  return false;
}

async function attempt(context: PushContext, finish: FinishDesk, hold: Hold): Promise<void> {
  let prepared: PreparedPush;
  try {
    prepared = await preparePush(context, hold, LEASE_MS);
  } catch (error) {
    if (error instanceof LostHold) throw error;
    if (error instanceof Stop) return follow(context, hold, verdictOf(error, batchOf(hold)), error.error);
    return follow(context, hold, afterPreparing(error, batchOf(hold)), error);
  }
  const sent = await sendPush(context, hold, prepared, LEASE_MS);
  if (sent.kind === 'failed') return follow(context, hold, afterSending(sent.error, batchOf(hold)), sent.error);
  await finish.settle(sent.msgId);
}

/** Our own reasons not to send. After an unanswered attempt they cannot prove that nothing was sent. */
function verdictOf(stop: Stop, { uncertain }: Batch): Verdict {
  if (stop.waitMs !== null) return { kind: 'repeat', waitMs: stop.waitMs, waiting: true };
  return uncertain ? { kind: 'stop' } : { kind: 'fail', code: stop.error.code };
}

/** Stores what follows from a step that did not work. */
async function follow(context: PushContext, hold: Hold, verdict: Verdict, error: unknown): Promise<void> {
  const { clock, log } = context;
  const now = clock.now();
  const { briefing } = hold;
  const batch = batchOf(hold);
  const trouble = troubleOf(error, now, verdict.kind === 'fail' ? verdict.code : undefined);
  const waiting = verdict.kind === 'repeat' && verdict.waiting === true;
  const failed = { ...batch, failures: batch.failures + (waiting ? 0 : 1), lastError: trouble };
  const quiet: Batch = { ...failed, status: batch.uncertain ? 'unknown' : 'preparing' };
  log.warn('briefings.push_step_failed', {
    briefingId: briefing.id,
    verdict: verdict.kind,
    code: trouble.code,
    errcode: trouble.errcode,
    ...(isAppError(error) ? {} : { err: error }),
  });
  switch (verdict.kind) {
    case 'repeat': {
      const repeated: Batch = verdict.uncertain === true ? { ...failed, status: 'unknown', uncertain: true } : quiet;
      const late = isOverdue(briefing, now) && !(batch.lastError && isOverdue(briefing, batch.lastError.at));
      return hold.save(
        { batch: repeated, lease: null, nextAt: later(now, verdict.waitMs) },
        late ? `应该发出的推送还没有发出，系统会接着试：${trouble.message}` : undefined,
      );
    }
    case 'rebuild': {
      // The platform may have dropped the cover as well as the draft: both are made again.
      const dispatch = briefing.dispatch && { ...briefing.dispatch, covers: [] };
      const rebuilt = { ...quiet, draftMediaId: null, rebuilds: batch.rebuilds + 1 };
      return hold.save({ batch: rebuilt, dispatch, lease: null, nextAt: now });
    }
    case 'unknown': {
      const nextAt = later(now, verdict.waitMs);
      const lost: Batch = { ...failed, status: 'unknown', uncertain: true };
      const first = { tell: '平台没有回应，结果不明。系统会用同一编号核对，请不要手工再发。' };
      return hold.move(
        'lose',
        { batch: lost, lease: null, nextAt },
        { facts: { clientMsgId: batch.clientMsgId }, ...(batch.uncertain ? {} : first) },
      );
    }
    case 'stop': {
      const lost: Batch = { ...failed, status: 'unknown' };
      const change = { batch: lost, lease: null, nextAt: null, failure: trouble };
      return hold.move('lose', change, {
        reason: trouble.message,
        facts: { clientMsgId: batch.clientMsgId },
        tell: `结果不明，需要分管领导认定是否已发出：${trouble.message}`,
      });
    }
    case 'hold':
      await hold.move(
        'hold',
        { batch: { ...failed, status: 'failed' }, lease: null, nextAt: null, hold: trouble },
        { reason: trouble.message, tell: `平台的群发次数已用完，没有推送。请重新选时间：${trouble.message}` },
      );
      return dropDraft(context, batch);
    case 'fail':
      await hold.move(
        'fail',
        { batch: { ...failed, status: 'failed' }, lease: null, nextAt: null, failure: trouble },
        { reason: trouble.message, tell: `推送失败：${trouble.message}${textOffer(trouble.errcode)}` },
      );
      return dropDraft(context, batch);
  }
}

/** Offered, never taken by itself: a text is not what the leader saw on the preview. */
const textOffer = (errcode: number | null): string =>
  errcode === NO_RIGHT_FOR_TYPE ? '可以在重新排期时改为只发标题和链接的文字。' : '';

/** What surely was not sent should not lie in the draft box for somebody to send by hand. */
async function dropDraft({ client, log }: PushContext, { draftMediaId, clientMsgId }: Batch): Promise<void> {
  if (draftMediaId === null) return;
  try {
    await client.deleteDraft(draftMediaId);
  } catch (err) {
    log.warn('briefings.draft_left', { clientMsgId, err });
  }
}

const later = (now: Date, waitMs: number): Date => new Date(now.getTime() + waitMs);

function batchOf(hold: Hold): Batch {
  const { batch } = hold.briefing;
  if (batch === null) throw new Error('a briefing at work has no batch');
  return batch;
}
