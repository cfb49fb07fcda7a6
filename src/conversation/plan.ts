import type { Tx } from '../platform/mongo/index.ts';
import type { InboundMessage, Reply } from '../wechat/index.ts';
import type { Conversation, Flow } from './state.ts';

/**
 * What one message will do, decided before anything is written. `apart` = it belongs to a tipoff (docs/promises.md#p8).
 */
export type Plan = Step & { readonly apart?: boolean };

type Step =
  /** Changes nothing. */
  | { readonly kind: 'read'; readonly reply: Reply | null }
  /** Changes something that is itself safe to repeat, decided by the event's own time or id. */
  | { readonly kind: 'effect'; run(): Promise<Reply | null> }
  /** Changes the conversation only. */
  | ({
      readonly kind: 'talk';
      readonly reply: Reply | null;
      /** An effect that is safe to repeat, made before the conversation moves on. */
      readonly first?: () => Promise<void>;
    } & Next)
  /** Changes the conversation and a feature's documents, in one transaction. */
  | { readonly kind: 'change'; run(tx: Tx): Promise<Changed> };

/** How the conversation stands afterwards. */
export interface Next {
  readonly flow: Flow | null;
  /** A flow begins here: a bare number no longer rates the answer that was told before. */
  readonly begins?: boolean;
  /** A ticket was just confirmed. As before where absent. */
  readonly recent?: Conversation['recent'];
}

export interface Changed extends Next {
  readonly reply: Reply | null;
}

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

export function change(run: (tx: Tx) => Promise<Changed>): Plan {
  return { kind: 'change', run };
}

/** The same plan with another reply; a plan that answers nothing goes on answering nothing. */
export function withReply(plan: Plan, make: (reply: Reply) => Reply): Plan {
  const made = (reply: Reply | null): Reply | null => (reply === null ? null : make(reply));
  switch (plan.kind) {
    case 'read':
    case 'talk':
      return { ...plan, reply: made(plan.reply) };
    case 'effect':
      return { ...plan, run: async () => made(await plan.run()) };
    case 'change':
      return {
        ...plan,
        run: async (tx) => {
          const changed = await plan.run(tx);
          return { ...changed, reply: made(changed.reply) };
        },
      };
  }
}
