import type { Tx } from '../platform/mongo/index.ts';
import type { ArticlesDoor as PushedArticles } from '../pushes/index.ts';

/** What briefings need of the articles. */
export type ArticlesDoor = Pick<PushedArticles, 'freezeApproved' | 'readExact'>;

/** Where a member of staff receives previews, and whether a leader still is one. */
export interface StaffDoor {
  /** The openid bound to this account, null where none is. */
  boundOpenidOf(staffId: string): Promise<string | null>;
  /** AppError forbidden where this person may not approve any more, in the transaction of the decision. */
  assertStillMay(tx: Tx, staffId: string, action: 'briefings.approve'): Promise<void>;
}

/**
 * Tells the office that a briefing waits for a leader, in the transaction of the change that it speaks of. The same `key`
 * is told once.
 */
export type TellStaff = (
  tx: Tx,
  line: {
    readonly kind: 'to_review';
    readonly key: string;
    readonly briefingId: string;
    readonly words: string;
  },
) => Promise<void>;
