import type { Lease } from '../platform/lease/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';

/** What a message came to. */
export interface Outcome {
  readonly reply: Reply | null;
  /**
   * The message belongs to another security domain (docs/promises.md#p8): its row keeps no message and no openid once
   * the effect is done, and a late reply does not become a notice.
   */
  readonly apart?: boolean;
}

/** One inbound message, kept as it came. `open` = its effect is owed, `done` = effect and reply are stored. */
export interface InboxRow {
  /** The dedupe key (docs/promises.md#p2): what makes two deliveries the same message. */
  readonly key: string;
  /** A pseudonym that nobody can resolve, once a row apart is done. */
  readonly openid: string;
  /** Null where it is no longer kept. */
  readonly message: InboundMessage | null;
  readonly receivedAt: Date;
  readonly source: 'webhook' | 'spool';
  readonly state: 'open' | 'done' | 'failed';
  /**
   * Keys of the resident's rows that were open when this one was about to be inserted: they go first. Each row reads
   * before it inserts, so these lists have no cycle, and no clock of any host decides the order.
   */
  readonly after: readonly string[];
  readonly lease: Lease | null;
  readonly attempts: number;
  readonly reply: Reply | null;
  /**
   * Set where no request was answered with the reply: from then on it is owed as a notice. A redelivery that comes
   * before is answered with the reply and takes the debt away.
   */
  readonly tellAt: Date | null;
  readonly apart: boolean;
}

/** What a message will do, decided before anything is written. What else is in it is the handler's business. */
export interface Prepared {
  /** The answer where nothing is left to be done; null = the message changes something. */
  readonly outcome: Outcome | null;
  /**
   * Only where the whole effect is one conditional write of the handler's, which remembers the key: it needs no claim.
   * Answers null where another message came first; nothing is changed then.
   */
  readonly alone?: () => Promise<Outcome | null>;
}

/**
 * What a feature above must give, so that the inbox can run without knowing any flow. `C` = its conversation state, `P`
 * = its plan for one message.
 */
export interface InboxHandler<C, P extends Prepared> {
  /** The resident's conversation as it stands. Called with the hot pool's limits. */
  load(openid: string): Promise<C>;
  /** Decides what the message does, and does nothing: called before the message is claimed. */
  prepare(input: Asked & { conversation: C }): Promise<P>;
  /**
   * Makes the message's effect exactly once, however often it is called with the same key, and answers the reply.
   * `prepared` is run if it still fits the conversation; null, or one that others overtook: decided anew.
   */
  apply(input: Asked & { prepared: P | null }): Promise<Outcome>;
}

interface Asked {
  readonly key: string;
  readonly message: InboundMessage;
  readonly at: Date;
  /** The resident sends too fast: keep what they say, answer only that they should wait. */
  readonly limited: boolean;
}
