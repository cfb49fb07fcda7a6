import type { Actor } from '../audit/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { ExactArticle, FrozenArticle } from '../pushes/index.ts';
import type { SubscribersApi } from '../subscribers/index.ts';
import type { WechatClient } from '../wechat/index.ts';

/** What briefings need of the articles. */
export interface ArticlesDoor {
  /** Approved or published ones only, in the order asked for; AppError wrong_state names which is not. */
  freezeApproved(articleIds: readonly string[]): Promise<readonly FrozenArticle[]>;
  /** AppError content_mismatch on any difference; withdrawn or wrong_state where the version may not go out any more. */
  readExact(exact: { versionId: string; contentHash: string }): Promise<ExactArticle>;
  /** approved → published, in the transaction that records that the platform accepted the push. */
  publishReleased(
    tx: Tx,
    order: {
      articleIds: readonly string[];
      /** Only these: what was approved after the briefing was frozen waits for a briefing of its own. */
      versionIds: readonly string[];
      actor: Actor;
    },
  ): Promise<void>;
  /** Those of these that were withdrawn. */
  withdrawnAmong(articleIds: readonly string[]): Promise<ReadonlySet<string>>;
}

/** What briefings need of the followers. */
export type SubscribersDoor = Pick<SubscribersApi, 'headCount' | 'pushTarget'>;

/** Where a member of staff receives previews, and whether a leader still is one. */
export interface StaffDoor {
  /** The openid bound to this account, null where none is. */
  boundOpenidOf(staffId: string): Promise<string | null>;
  /** AppError forbidden where this person may not approve any more, in the transaction of the decision. */
  assertStillMay(tx: Tx, staffId: string, action: 'briefings.approve'): Promise<void>;
}

export type PushClient = Pick<
  WechatClient,
  | 'rights'
  | 'addDraft'
  | 'deleteDraft'
  | 'uploadBodyImage'
  | 'uploadPermanentImage'
  | 'massSend'
  | 'massStatus'
  | 'massDelete'
  | 'preview'
>;

/**
 * Tells the office that a push needs a person (at once), or that a briefing waits for a leader, in the transaction of the
 * change that it speaks of. The same `key` is told once.
 */
export type TellStaff = (
  tx: Tx,
  line: {
    readonly kind: 'push_failed' | 'to_review';
    readonly key: string;
    readonly briefingId: string;
    readonly words: string;
  },
) => Promise<void>;
