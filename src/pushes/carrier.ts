import type { AppError } from '../kernel/index.ts';
import type { Audience } from '../subscribers/index.ts';
import type { FrozenArticle, FrozenContent } from './approved.ts';
import type { ExactArticle } from './ports.ts';
import type { CarrierKind, Prepared } from './prepared.ts';

/** The time in which a carrier counts pushes together. */
export interface QuotaPeriod {
  readonly unit: 'day' | 'month';
  /** `YYYY-MM-DD` or `YYYY-MM`, China time. */
  readonly key: string;
  readonly from: Date;
  readonly to: Date;
}

export interface CarrierLimits {
  /** Pushes that one period holds. */
  readonly perPeriod: number;
  periodOf(at: Date): QuotaPeriod;
  /** In words for staff: the period is full with these. */
  fullWords(taken: string): string;
  /** What the count leaves out. */
  readonly note: string;
  /** In words, what a dispatcher should think of before a push to this audience beside these of the period. */
  warnings(audience: Audience, others: readonly Audience[]): string[];
  /** Does a push to `other` use one of the pushes that somebody in `audience` may get? */
  usesSame(other: Audience, audience: Audience): boolean;
  /** The same order is repeated no sooner than this after an attempt. */
  readonly repeatAfterMs: number;
  /** The carrier forgets our number some time after the first attempt: no repeat of the same order after this. */
  readonly repeatWithinMs: number;
  /** The carrier is asked for the result when its own word did not come for this long. */
  readonly askAfterMs: number;
}

/** What a carrier makes ready: what a leader approved, with its texts, hashes just compared. */
export interface Job {
  readonly content: FrozenContent;
  /** In the order of `content.articles`. */
  readonly texts: readonly ExactArticle[];
  readonly asText: boolean;
  /** As the last `remember` left it. */
  readonly prepared: Prepared;
  /** Puts a result on record before the next call. */
  remember(prepared: Prepared): Promise<void>;
  /** Before each call outwards: rejects where another worker has taken the push over. */
  confirm(): Promise<void>;
}

/**
 * Why it did not go on. `not_ready` — nothing failed, something is awaited. `later` — refused for now (`unproven`: the
 * answer does not prove that nothing was sent). `ours` — the account is refused, whatever the push: it waits until that
 * is mended. `lost` — no answer, it may have happened. `gone` — what was prepared is there no more: prepare again.
 * `none_left` — no push is left in the period. `refused` — for good.
 */
export type Setback = { readonly error: unknown } & (
  | { readonly is: 'not_ready'; readonly waitMs: number }
  | { readonly is: 'later'; readonly leastMs: number; readonly unproven: boolean }
  | { readonly is: 'ours' | 'lost' | 'none_left' }
  | { readonly is: 'gone'; readonly prepared: Prepared }
  | {
      readonly is: 'refused';
      readonly code: AppError['code'];
      /** The carrier takes no articles from this account; titles and links as a text it may take. */
      readonly offersText?: boolean;
    }
);

export type Readied = { readonly is: 'ready' } | Setback;

export type Taken =
  | {
      readonly is: 'taken';
      readonly id: string;
      readonly dataId: string | null;
      /** It says that it had taken this order before. */
      readonly before: boolean;
    }
  | Setback;

/** What became of an order that the carrier took. `never_heard`: it knows none of this number. */
export type Outcome =
  | { readonly is: 'under_way' | 'delivered' | 'failed' | 'unclear'; readonly status: string; readonly words: string }
  | { readonly is: 'never_heard' | 'no_answer'; readonly error: AppError };

/**
 * One account of one carrier: what it takes, how a push is made ready for it, the one call that reaches residents, and
 * what became of it. It answers in the closed sets above; its own numbers and words stay behind it.
 */
export interface Carrier {
  readonly kind: CarrierKind;
  readonly account: string;
  readonly limits: CarrierLimits;
  /** Where a new order begins; `before` is what an earlier one left. */
  begin(before: Prepared | null, now: Date): Prepared;
  prepare(job: Job): Promise<Readied>;
  /** The attempt is on record before this is called. */
  send(job: Job, orderId: string): Promise<Taken>;
  outcome(receiptId: string): Promise<Outcome>;
  /** AppErrors where the carrier would not take this article. */
  check(article: FrozenArticle, text: ExactArticle): void;
  /** Takes away what lies prepared at the carrier and must not be sent by hand any more. */
  discard(prepared: Prepared): Promise<void>;

  /** What not every carrier can: show it on one phone first, take it off the phones, have a person send it by hand. */
  readonly preview?: (phone: string, shown: Shown) => Promise<void>;
  readonly takeOff?: TakeOff;
  readonly byHand?: (shown: Shown) => HandPackage;
}

export type Shown = readonly { readonly article: FrozenArticle; readonly text: ExactArticle }[];

export interface TakeOff {
  /** What that means for the residents. */
  readonly warning: string;
  /** `articleIndex` from 1, absent = the whole message. Null where it is gone; else why not, in words. */
  run(receiptId: string, articleIndex?: number): Promise<AppError | null>;
}

/** What a person copies where the account may not push by interface. */
export interface HandPackage {
  readonly steps: readonly string[];
  readonly articles: readonly {
    readonly title: string;
    readonly digest: string;
    readonly bodyHtml: string;
    readonly sourceUrl: string;
    readonly coverUrl: string | null;
    readonly imageUrls: readonly string[];
  }[];
}
