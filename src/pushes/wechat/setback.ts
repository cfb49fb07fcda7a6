import { type AppError, isAppError } from '../../kernel/index.ts';
import { type PlatformReason, reasonOf } from '../../wechat/index.ts';
import type { Setback } from '../carrier.ts';
import type { WechatPrepared } from '../prepared.ts';

/** The platform refuses a repeat within a minute; a little more, for clocks that differ. */
export const A_MINUTE_MS = 62_000;
/** The calls of the day are used up: no use in asking soon. */
const LONG_MS = 30 * 60_000;
/** A draft that is gone again and again is not worth a third. */
const MAX_REBUILDS = 3;

/** How long a refusal lasts at least. */
const LASTS: Readonly<Partial<Record<PlatformReason, number>>> = {
  in_work: A_MINUTE_MS,
  minute_full: A_MINUTE_MS,
  day_full: LONG_MS,
};
/** An earlier try may have got through. */
const UNPROVEN: ReadonlySet<PlatformReason> = new Set(['platform_fault', 'in_work']);

/** Nothing of what is made ready can reach a resident: a lost answer there is no doubt about the push. */
export function whilePreparing(error: unknown, prepared: WechatPrepared): Setback {
  const setback = setbackOf(error, prepared);
  if (setback.is === 'lost') return { is: 'later', leastMs: 0, unproven: false, error };
  return setback.is === 'later' ? { ...setback, unproven: false } : setback;
}

/** What is no answer of the platform and no refusal of ours proves nothing. */
export function whileSending(error: unknown, prepared: WechatPrepared): Setback {
  if (!isAppError(error)) return { is: 'lost', error };
  return reasonOf(error) === null ? refused(error) : setbackOf(error, prepared);
}

function setbackOf(error: unknown, prepared: WechatPrepared): Setback {
  const reason = reasonOf(error);
  if (!isAppError(error) || reason === null) throw error;
  switch (reason) {
    case 'busy':
    case 'platform_fault':
    case 'token_renewing':
    case 'minute_full':
    case 'day_full':
    case 'in_work':
      return { is: 'later', leastMs: LASTS[reason] ?? 0, unproven: UNPROVEN.has(reason), error };
    case 'not_let_in':
    case 'right_missing':
    case 'account_barred':
      return { is: 'ours', error };
    case 'answer_lost':
      return { is: 'lost', error };
    case 'no_push_left':
      return { is: 'none_left', error };
    case 'gone':
      return prepared.rebuilds < MAX_REBUILDS ? { is: 'gone', prepared: rebuilt(prepared), error } : refused(error);
    case 'account_cannot':
      return { is: 'refused', code: 'manual_push_needed', error };
    case 'type_not_allowed':
      return { is: 'refused', code: error.code, offersText: true, error };
    default:
      return refused(error);
  }
}

const refused = (error: AppError): Setback => ({ is: 'refused', code: error.code, error });

/** The platform may have dropped the cover as well as the draft: both are made again. */
function rebuilt(prepared: WechatPrepared): WechatPrepared {
  return { ...prepared, draft: null, covers: [], rebuilds: prepared.rebuilds + 1 };
}
