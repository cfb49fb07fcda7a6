/**
 * What a failed call means for the work that it was for. `retry` — later, by itself. `ours` — the township's own
 * settings or rights stop it: it says nothing about the work, which waits until somebody mends them and then goes on.
 * `theirs` — only the resident can change it. `never` — not this way. `unknown` — it may have happened.
 */
export type FailureOutcome = 'retry' | 'ours' | 'theirs' | 'never' | 'unknown';

/** Every reason for which the platform does not do something. Its numbers stay behind this folder's door. */
export const REASONS = {
  /** No connection, or too much to do. */
  busy: 'retry',
  /** The platform's own fault; an earlier try may have got through. */
  platform_fault: 'retry',
  /** The access token is being renewed. */
  token_renewing: 'retry',
  /** Too many calls in this minute. */
  minute_full: 'retry',
  /** The calls of the day are used up. */
  day_full: 'retry',
  /** The same order is being worked on; an earlier try may have got through. */
  in_work: 'retry',

  /** The platform does not let this server in: address not on the list, wrong or frozen secret, wrong AppID. */
  not_let_in: 'ours',
  /** The platform says that the account lacks the right for this call. */
  right_missing: 'ours',
  /** The account, or this call of it, is barred for an irregularity. */
  account_barred: 'ours',

  /** The resident's last contact is too long ago. */
  window_closed: 'theirs',
  /** As many messages went to the resident as their last contact allows. */
  messages_used_up: 'theirs',
  /** The resident does not follow. */
  not_following: 'theirs',
  /** The resident wants no messages of the account. */
  declined: 'theirs',

  /** By its type and verification the account may not do this at all; the platform was not asked. */
  account_cannot: 'never',
  /** The account may not push this type of message. */
  type_not_allowed: 'never',
  /** No such media or draft any more. */
  gone: 'never',
  /** The platform knows no push of this number. */
  no_such_push: 'never',
  /** The account's pushes of the period are used up. */
  no_push_left: 'never',
  /** Something in the texts or pictures; staff can change it. */
  content: 'never',
  /** Any other refusal. */
  refused: 'never',

  /** The answer was lost. */
  answer_lost: 'unknown',
} as const satisfies Readonly<Record<string, FailureOutcome>>;

export type PlatformReason = keyof typeof REASONS;
