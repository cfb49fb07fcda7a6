import type { Actor } from '../audit/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { FrozenArticle, FrozenContent } from './approved.ts';
import type { PushMove } from './push.ts';

/** The approved text of one version, its hash recomputed from what is stored. */
export interface ExactArticle {
  readonly bodyHtml: string;
  /** Every image of the body and the cover. */
  readonly images: readonly { readonly mediaId: string; readonly bytes: Uint8Array }[];
}

/** What carries approved articles to the public needs of them. */
export interface ArticlesDoor {
  /** Approved or published ones only, in the order asked for; AppError wrong_state names which is not. */
  freezeApproved(articleIds: readonly string[]): Promise<readonly FrozenArticle[]>;
  /** AppError content_mismatch on any difference; withdrawn or wrong_state where the version may not go out any more. */
  readExact(exact: { versionId: string; contentHash: string }): Promise<ExactArticle>;
  /** approved → published, in the transaction that records that the carrier took the push. */
  publishReleased(
    tx: Tx,
    order: {
      articleIds: readonly string[];
      /** Only these: what was approved after they were frozen waits for a release of its own. */
      versionIds: readonly string[];
      actor: Actor;
    },
  ): Promise<void>;
  /** Those of these that were withdrawn. */
  withdrawnAmong(articleIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What pushes need of the briefings that they carry. */
export interface BriefingsDoor {
  /** What stands there now and the hash that a leader approved; nulls where there is none. */
  approved(briefingId: string): Promise<{ readonly content: FrozenContent | null; readonly hash: string | null }>;
  /**
   * The briefing's state follows its push, with the audit row, in the push's own transaction. AppError wrong_state where
   * the briefing is in no state for it.
   */
  follow(tx: Tx, step: Followed): Promise<void>;
}

export interface Followed {
  readonly briefingId: string;
  readonly move: PushMove;
  readonly actor: Actor;
  readonly reason?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean | null>>;
}

/** What pushes need of the followers. */
export type SubscribersDoor = Pick<SubscribersApi, 'headCount' | 'pushTarget'>;

/** Tells the office that a push needs a person, in the transaction of the change. The same `key` is told once. */
export type TellStaff = (
  tx: Tx,
  line: {
    readonly kind: 'push_failed';
    readonly key: string;
    readonly briefingId: string;
    readonly words: string;
  },
) => Promise<void>;
