import { isAppError } from '../kernel/index.ts';
import { type PlatformErrorDetails, reasonOf } from '../wechat/index.ts';
import type { Batch } from './briefing.ts';

/**
 * What follows a step that did not work (P4).
 * `repeat` — the same step, same clientmsgid, later (`uncertain`: the answer does not prove that nothing happened;
 * `waiting`: nothing failed, something is not ready). `unknown` — it may have happened: the same clientmsgid after a
 * minute. `rebuild` — the draft is gone: make it again under the same clientmsgid. `hold` — back to the schedule until
 * the dispatcher moves it. `fail` — surely not sent. `stop` — it may have happened and no repeat can tell: a leader decides.
 */
export type Verdict =
  | { readonly kind: 'repeat'; readonly waitMs: number; readonly uncertain?: true; readonly waiting?: true }
  | { readonly kind: 'unknown'; readonly waitMs: number }
  | { readonly kind: 'rebuild' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'fail'; readonly code: string }
  | { readonly kind: 'stop' };

/** The platform refuses a repeat within a minute (45066); a little more, for clocks that differ. */
export const REPEAT_AFTER_MS = 62_000;
/** The platform forgets a clientmsgid after 24 h: a repeat must not come near that. */
export const REPEAT_WITHIN_MS = 23 * 3_600_000;
const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 30 * 60_000;
/** A draft that is gone again and again is not worth a third. */
const MAX_REBUILDS = 3;

/** Refusals that need at least a minute (45066 same id too fast, 42010 and 45011 per minute). */
const A_MINUTE: ReadonlySet<number> = new Set([45066, 42010, 45011]);
/** "System error", and "this id is being worked on": an earlier try may have got through. */
const UNPROVEN: ReadonlySet<number> = new Set([-1, 45066]);
/** The day's calls are used up. */
const DAILY_QUOTA = 45009;
const DRAFT_GONE = 40007;
export const NO_PUSH_LEFT = 45028;
/** 48008: the account may not push this type of message. */
export const NO_RIGHT_FOR_TYPE = 48008;

/** The platform's error code inside an AppError, undefined where there is none. */
export function errcodeOf(error: unknown): number | undefined {
  if (!isAppError(error) || typeof error.details !== 'object' || error.details === null) return undefined;
  return (error.details as Partial<PlatformErrorDetails>).errcode;
}

/** `failures` in a row: 5 s, 10 s, 20 s … at most half an hour. */
export function backOff(failures: number): number {
  return Math.min(FIRST_WAIT_MS * 2 ** Math.min(failures, 12), LONGEST_WAIT_MS);
}

/** What follows a failure of uploading or making the draft: none of it can reach a resident. */
export function afterPreparing(error: unknown, batch: Pick<Batch, 'uncertain' | 'failures' | 'rebuilds'>): Verdict {
  if (isAppError(error, 'platform_retry') || isAppError(error, 'platform_unknown')) {
    return { kind: 'repeat', waitMs: waitFor(error, batch.failures) };
  }
  if (!isAppError(error)) return { kind: 'repeat', waitMs: backOff(batch.failures) };
  if (error.code === 'store_unavailable') return { kind: 'repeat', waitMs: backOff(batch.failures) };
  if (errcodeOf(error) === DRAFT_GONE && batch.rebuilds < MAX_REBUILDS) return { kind: 'rebuild' };
  if (batch.uncertain) return { kind: 'stop' };
  return { kind: 'fail', code: reasonOf(error) === 'account_cannot' ? 'manual_push_needed' : error.code };
}

/** What follows a failure of the mass send itself. */
export function afterSending(error: unknown, batch: Pick<Batch, 'uncertain' | 'failures' | 'rebuilds'>): Verdict {
  if (!isAppError(error) || error.code === 'platform_unknown') {
    return { kind: 'unknown', waitMs: Math.max(REPEAT_AFTER_MS, backOff(batch.failures)) };
  }
  const errcode = errcodeOf(error);
  if (error.code === 'platform_retry') {
    const unproven: { uncertain?: true } = errcode !== undefined && UNPROVEN.has(errcode) ? { uncertain: true } : {};
    return { kind: 'repeat', waitMs: waitFor(error, batch.failures), ...unproven };
  }
  if (errcode === DRAFT_GONE && batch.rebuilds < MAX_REBUILDS) return { kind: 'rebuild' };
  // Also "no push left" proves nothing then: it may be our own first attempt that used the push.
  if (batch.uncertain) return { kind: 'stop' };
  if (errcode === NO_PUSH_LEFT) return { kind: 'hold' };
  return { kind: 'fail', code: reasonOf(error) === 'account_cannot' ? 'manual_push_needed' : error.code };
}

function waitFor(error: unknown, failures: number): number {
  const errcode = errcodeOf(error);
  if (errcode === DAILY_QUOTA) return LONGEST_WAIT_MS;
  if (errcode !== undefined && A_MINUTE.has(errcode)) return Math.max(REPEAT_AFTER_MS, backOff(failures));
  return backOff(failures);
}
