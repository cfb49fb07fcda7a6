import type { Tx } from '../platform/mongo/index.ts';

/** Whose data: a resident by openid, or only a reference (a ticket) that no longer knows, or never knew, an openid. */
export interface Person {
  readonly openid: string | null;
  readonly reference: string | null;
}

export interface Forgotten {
  /** References that no longer know the resident. */
  readonly forgotten: readonly string[];
  /** References that still need to: they are not settled yet. */
  readonly waiting: readonly string[];
}

/** Runs `work` in one transaction together with the audit row that says how many it ended. */
export type Audited = (work: (tx: Tx) => Promise<number>) => Promise<number>;

/** What ends by itself when its days (`retentionDays`) are over. */
export interface Expiry {
  /** The sweep in which it runs; those of one name run one after another. */
  readonly sweep: string;
  readonly everySeconds: number;
  /**
   * Ends up to a few hundred, oldest first, inside `audited`; answers how many. It is called again while it answers
   * more than none.
   */
  run(audited: Audited): Promise<number>;
}

/**
 * What one feature holds of a resident (docs/promises.md#p5). `src/privacy` asks all features in turn; each writes only
 * its own collections. What takes a `tx` happens in one transaction with that of all others and with its audit row.
 */
export interface Personal {
  /** Whose reference it is: null = nobody is known any more, undefined = none of this feature's. */
  whose?(reference: string): Promise<string | null | undefined>;
  /** What the resident may see, by its heading in the export. Nothing tells of a tipoff (docs/promises.md#p8). */
  held(person: Person): Promise<Readonly<Record<string, unknown>>>;
  /** They have left: takes them out of all that can do without them. */
  cut(tx: Tx, openid: string): Promise<void>;
  /** They have come back: what still knows them is theirs again; answers how much. */
  back?(tx: Tx, openid: string): Promise<number>;
  /** They asked to be forgotten: takes them out of all that is settled. */
  forget(tx: Tx, person: Person): Promise<Forgotten>;
  readonly expire: readonly Expiry[];
}

export const NOTHING_FORGOTTEN: Forgotten = { forgotten: [], waiting: [] };

/** For a feature that holds nothing of residents. */
export const NOTHING_PERSONAL: Personal = {
  held: async () => ({}),
  cut: async () => {},
  forget: async () => NOTHING_FORGOTTEN,
  expire: [],
};
