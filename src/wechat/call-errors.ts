import { AppError, type ErrorCode } from '../kernel/index.ts';
import type { PlatformErrorDetails } from './client.types.ts';
import { idOf, recordOf } from './answers.ts';
import { meaningOf, NOT_ON_LIST } from './errcodes.ts';
import { type FailureOutcome, type PlatformReason, REASONS } from './reasons.ts';

/**
 * A call that brought no usable answer. `notSent` means that the request cannot have reached the platform. Carries no
 * address: the address holds the access token.
 */
export class TransportError extends Error {
  readonly reason: TransportReason;
  readonly notSent: boolean;

  constructor(reason: TransportReason, notSent = false) {
    super(`transport: ${reason}`);
    this.name = 'TransportError';
    this.reason = reason;
    this.notSent = notSent;
  }
}

export type TransportReason = 'not_connected' | 'timeout' | 'answer_lost' | 'answer_unreadable' | 'answer_too_large';

/** What a call does on the platform: a `read` may be repeated freely. */
export type CallEffect = 'read' | 'change';

const CODES = {
  retry: 'platform_retry',
  ours: 'platform_retry',
  theirs: 'platform_refused',
  never: 'platform_refused',
  unknown: 'platform_unknown',
} as const satisfies Record<FailureOutcome, ErrorCode>;

/** The AppError of a call's failure. What is ours to mend can be tried again, so that no caller takes it for the end. */
export function platformError(facts: Omit<PlatformErrorDetails, 'outcome'>, message?: string): AppError {
  const { api, reason, ...more } = facts;
  const outcome = REASONS[reason];
  const details: PlatformErrorDetails = { api, outcome, reason, ...more };
  return new AppError(CODES[outcome], message === undefined ? { details } : { message, details });
}

/** The AppError of an answer with an errcode. */
export function refusedError(api: string, answer: unknown): AppError {
  const { errcode, errmsg, msg_id: msgId } = recordOf(answer);
  const code = Number(errcode);
  const { reason, zh } = meaningOf(api, code);
  const id = idOf(msgId);
  const said = plainErrmsg(errmsg);
  const words = code === NOT_ON_LIST ? `${zh}${addressWords(said)}` : zh;
  return platformError({ api, reason, errcode: code, errmsg: said, ...(id === undefined ? {} : { msgId: id }) }, words);
}

/** The AppError of a call without a usable answer: what changes something may have happened. */
export function lostError(api: string, effect: CallEffect, error: TransportError): AppError {
  const reason: PlatformReason = error.notSent || effect === 'read' ? 'busy' : 'answer_lost';
  return platformError({ api, reason, cause: error.reason });
}

/** Which address the administrator has to add: the platform names it, and nobody here may know it otherwise. */
function addressWords(errmsg: string): string {
  const address = /\bip ([0-9a-f.:]+)/i.exec(errmsg)?.[1];
  return address === undefined ? '' : `要添加的地址：${address}。`;
}

/** openids have 28 characters, `o` first; the platform quotes them in some messages (docs/promises.md#p5). */
function plainErrmsg(errmsg: unknown): string {
  const text = typeof errmsg === 'string' ? errmsg : '';
  return text.replaceAll(/\bo[\w-]{27}(?![\w-])/g, '…').slice(0, 200);
}
