import { isAppError, newToken } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Briefing } from './briefing.ts';
import { finished, finishTrouble } from './finish.ts';
import { moveBySystem, type PushContext, troubleOf } from './push.context.ts';
import { errcodeOf } from './push-outcome.ts';
import { FIRST_POLL_MS } from './push.send.ts';

/** Asking again: 2, 4, 8 … at most 30 minutes apart, for three days. */
const LONGEST_MS = 30 * 60_000;
const POLLS = 150;
const LEASE_MS = 60_000;
const A_RUN = 20;
/** 40059: the platform knows no push of this number. */
const NO_SUCH_PUSH = 40059;

/** Asks the platform for the result of pushes whose finish event did not come (P4). Counts come by the event only. */
export function createPollSweep(context: PushContext): Sweep {
  return {
    name: 'briefings.poll',
    everySeconds: 15,
    run: async () => {
      const { store, clock } = context;
      let count = 0;
      for (; count < A_RUN; count += 1) {
        const now = clock.now();
        const due = await store.duePoll(now);
        if (due === null) break;
        const lease = { by: newToken(), until: new Date(now.getTime() + LEASE_MS) };
        const held = await store.change(due, { lease }, now);
        if (held !== null) await ask(context, held);
      }
      return count;
    },
  };
}

async function ask(context: PushContext, held: Briefing): Promise<void> {
  const { client, log } = context;
  const msgId = held.batch?.msgId;
  if (msgId == null) return wait(context, held);
  let status: string;
  try {
    ({ status } = await client.massStatus(msgId));
  } catch (error) {
    if (!isAppError(error)) throw error;
    if (errcodeOf(error) === NO_SUCH_PUSH && held.batch?.unconfirmed === true) return idUsedUp(context, held, error);
    log.warn('briefings.poll_failed', { briefingId: held.id, code: error.code, details: error.details });
    return wait(context, held);
  }
  await settleByAnswer(context, held, status);
}

async function settleByAnswer(context: PushContext, held: Briefing, status: string): Promise<void> {
  const { clock } = context;
  const { batch } = held;
  if (batch === null) return;
  const now = clock.now();
  const facts = { msgId: batch.msgId, status };
  switch (status) {
    // Taken back afterwards: it was delivered first.
    case 'DELETE':
    case 'SEND_SUCCESS': {
      const done = finished(batch, true, status, null, now);
      await moveBySystem(
        context,
        held,
        'finish_well',
        { batch: done, lease: null, nextAt: null, failure: null },
        { facts },
      );
      return;
    }
    case 'SEND_FAIL': {
      const failure = finishTrouble(status, now);
      const done = finished(batch, false, status, null, now);
      await moveBySystem(
        context,
        held,
        'finish_badly',
        { batch: done, lease: null, nextAt: null, failure },
        { facts, reason: failure.message, tell: `推送失败：${failure.message}` },
      );
      return;
    }
    default:
      return wait(context, held, status === 'SENDING');
  }
}

/** `confirmed`: the platform knows this push, so the order's id was not used up by a refused attempt. */
async function wait({ store, clock, log }: PushContext, held: Briefing, confirmed = false): Promise<void> {
  const now = clock.now();
  const polls = (held.dispatch?.polls ?? 0) + 1;
  const nextAt = polls >= POLLS ? null : new Date(now.getTime() + Math.min(FIRST_POLL_MS * 2 ** polls, LONGEST_MS));
  if (nextAt === null) log.error('briefings.no_result', { briefingId: held.id });
  await store.change(
    held,
    {
      lease: null,
      nextAt: held.batch?.msgId == null ? null : nextAt,
      ...(held.dispatch ? { dispatch: { ...held.dispatch, polls } } : {}),
      ...(held.batch ? { batch: { ...held.batch, unconfirmed: held.batch.unconfirmed && !confirmed } } : {}),
    },
    now,
  );
}

/** 45065 named a push that does not exist: an attempt that was refused had used up the id. Nobody can tell but a person. */
async function idUsedUp(context: PushContext, held: Briefing, error: unknown): Promise<void> {
  const { clock } = context;
  const { batch } = held;
  if (batch === null) return;
  const words = '平台说这个编号用过，却查不到对应的群发。请分管领导到公众平台上看是否已发出，再认定。';
  const failure = { ...troubleOf(error, clock.now()), code: 'platform_unknown', message: words };
  await moveBySystem(
    context,
    held,
    'lose',
    {
      batch: { ...batch, status: 'unknown', msgId: null, uncertain: true, unconfirmed: false, lastError: failure },
      lease: null,
      nextAt: null,
      failure,
    },
    { reason: words, facts: { msgId: batch.msgId }, tell: words },
  );
}
