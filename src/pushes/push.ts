import type { Audience } from '../subscribers/index.ts';
import type { CarrierKind, Prepared } from './prepared.ts';

/** Why something did not go on, in words for staff. */
export interface Trouble {
  readonly at: Date;
  readonly code: string;
  readonly message: string;
  /** The carrier's own number, for people to read. */
  readonly errcode: number | null;
}

/** As the carrier counted. */
export interface PushCounts {
  readonly total: number;
  readonly filtered: number;
  readonly sent: number;
  readonly failed: number;
}

/**
 * What is not known of an order. `unproven`: an attempt was refused in words that do not prove that nothing was sent.
 * `lost`: an attempt ended without an answer. From then on only the carrier or a leader can say "not sent".
 */
export type Doubt = 'none' | 'unproven' | 'lost';

/** One order to the carrier under one number, and how often it was tried. */
export interface Order {
  /** Ours, by which the carrier refuses a second one: fixed for the order's life. */
  readonly id: string;
  /** Titles and links as a text message: only where the dispatcher chose it. */
  readonly asText: boolean;
  readonly doubt: Doubt;
  readonly attempts: number;
  readonly firstAttemptAt: Date | null;
  readonly lastAttemptAt: Date | null;
  /** Failures in a row, for the back-off. */
  readonly failures: number;
  readonly lastError: Trouble | null;
}

/** An order that was tried: the carrier may know it. */
export type TriedOrder = Order & { readonly firstAttemptAt: Date; readonly lastAttemptAt: Date };

/** The carrier's answer to an order that it took. */
export interface Receipt {
  /** The carrier's number; null where a leader said that it was sent and named none. */
  readonly id: string | null;
  readonly dataId: string | null;
  readonly acceptedAt: Date;
  /** The carrier knows our number, but it may have been used up by an attempt that it refused. */
  readonly unconfirmed: boolean;
}

/** The carrier's last word. */
export interface End {
  readonly at: Date;
  /** As the carrier said it, e.g. `send success`, `err(10001)`, `SEND_SUCCESS`. */
  readonly status: string;
  readonly counts: PushCounts | null;
}

/** What each state knows, and nothing that only another one knows. */
export type PushState =
  /** Nothing is to be delivered: edited or cancelled since. */
  | { readonly is: 'idle' }
  /** Waits for its time. */
  | { readonly is: 'planned'; readonly asText: boolean }
  /** Being made ready, or waiting between two tries. */
  | { readonly is: 'preparing'; readonly order: Order }
  /** Our own account is refused: goes on by itself once that is mended. */
  | { readonly is: 'stalled'; readonly order: Order; readonly why: Trouble }
  /** No push is left in the period: waits for the dispatcher. */
  | { readonly is: 'held'; readonly order: Order; readonly why: Trouble }
  /** The call to the carrier is on record and may have happened. */
  | { readonly is: 'sending'; readonly order: TriedOrder }
  /** In doubt. `undecided`: no repeat can tell any more, a leader decides. */
  | { readonly is: 'unknown'; readonly order: TriedOrder; readonly undecided: Trouble | null }
  /** `asked`: how often the carrier was asked what became of it. */
  | { readonly is: 'accepted'; readonly order: Order; readonly receipt: Receipt; readonly asked: number }
  | { readonly is: 'delivered'; readonly order: Order; readonly receipt: Receipt; readonly end: End }
  /** `receipt` and `end` where the carrier took it and then did not deliver. */
  | {
      readonly is: 'failed';
      readonly order: Order;
      readonly why: Trouble;
      /** True where the carrier takes no articles from this account: titles and links as a text may go. */
      readonly offersText: boolean;
      readonly receipt: Receipt | null;
      readonly end: End | null;
    };

export type StateName = PushState['is'];
export type StateOf<Name extends StateName> = Extract<PushState, { is: Name }>;

/** An order that is over without the push being over: failed and tried anew, or declared not sent. */
export interface PastOrder {
  readonly order: Order;
  readonly became: 'failed' | 'not_sent';
  readonly receipt: Receipt | null;
  readonly end: End | null;
}

/** One order to take a pushed message, or one of its articles, off the phones. */
export interface Deletion {
  /** Null for the whole message. */
  readonly articleId: string | null;
  readonly by: string;
  readonly at: Date;
  readonly reason: string;
  /** `asked` and `unknown`: the carrier's answer is not on record; asking again is harmless. */
  readonly outcome: 'asked' | 'done' | 'refused' | 'unknown';
  readonly message: string | null;
}

/** The delivery of one briefing by one account of one carrier. */
export interface Push {
  readonly id: string;
  readonly briefingId: string;
  readonly carrier: CarrierKind;
  readonly account: string;
  /** Counts every write: who writes must have seen the newest one. */
  readonly rev: number;
  readonly title: string;
  readonly audience: Audience;
  readonly articleIds: readonly string[];
  readonly dueAt: Date;
  readonly state: PushState;
  /** When a sweep looks at it next; null where nothing is to be done by itself. */
  readonly nextAt: Date | null;
  readonly lease: { readonly by: string; readonly until: Date } | null;
  /** What was found out and uploaded; uploads stay good for a later order. */
  readonly prepared: Prepared | null;
  readonly past: readonly PastOrder[];
  readonly deletions: readonly Deletion[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What happens to a push. The briefing's state follows each of these, with an audit row. */
export type PushMove =
  | 'claim'
  | 'hold'
  | 'accept'
  | 'lose'
  | 'fail'
  | 'finish_well'
  | 'finish_badly'
  | 'resolve_sent'
  | 'resolve_not_sent';
