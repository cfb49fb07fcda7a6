import type { Tx } from '../platform/mongo/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';
import type { Conversation, Flow } from './state.ts';

/** What one message will do, decided before anything is written. `apart` = it belongs to a tipoff (P8). */
export type Plan = Step & { readonly apart?: boolean };

type Step =
  /** Changes nothing. */
  | { readonly kind: 'read'; readonly reply: Reply | null }
  /** Changes something that is itself safe to repeat, decided by the event's own time or id. */
  | { readonly kind: 'effect'; run(): Promise<Reply | null> }
  /** Changes the conversation only. */
  | {
      readonly kind: 'talk';
      readonly reply: Reply | null;
      readonly flow: Flow | null;
      /** An effect that is safe to repeat, made before the conversation moves on. */
      readonly first?: () => Promise<void>;
    }
  /** Changes the conversation and a feature's documents, in one transaction. */
  | { readonly kind: 'change'; run(tx: Tx): Promise<{ reply: Reply | null; flow: Flow | null }> };

/** One message with everything a decision may look at. */
export interface Turn {
  readonly key: string;
  readonly message: InboundMessage;
  readonly conversation: Conversation;
  readonly at: Date;
  readonly limited: boolean;
}

export function read(reply: Reply | null): Plan {
  return { kind: 'read', reply };
}

export function talk(reply: Reply | null, flow: Flow | null): Plan {
  return { kind: 'talk', reply, flow };
}
