import type { Personal } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Connection } from '../platform/mongo/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { type ConversationStore, createConversationStore } from './conversations.store.ts';
import { createConversationPersonal } from './personal.store.ts';

/** How far each resident's talk has come, for those whom the talk needs itself: built before it and handed up to it. */
export interface ConversationMemory {
  /** Read and written inside the webhook request. */
  readonly store: ConversationStore;
  /** Changed together with the features' documents in one transaction. */
  readonly workStore: ConversationStore;
  readonly personal: Personal;
  /** Notices wait for the resident's next contact. */
  flagWaiting(openid: string): Promise<void>;
}

export function createConversationMemory(deps: {
  /** The hot pool. */
  connection: Connection;
  workConnection: Connection;
  sealer: Sealer;
  /** `retentionDays.conversations` */
  keepDays: number;
  clock: Clock;
}): ConversationMemory {
  const { connection, workConnection, sealer, keepDays, clock } = deps;
  const store = createConversationStore(connection, sealer);
  return {
    store,
    workStore: createConversationStore(workConnection, sealer),
    personal: createConversationPersonal({ connection: workConnection, keepDays, clock }),
    flagWaiting: (openid) => store.flagWaiting(openid, true, clock.now()),
  };
}
