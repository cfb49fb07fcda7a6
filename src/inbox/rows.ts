import type { Personal } from '../feature/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Connection } from '../platform/mongo/index.ts';
import { createInboxStore, type Contact, type InboxStore } from './inbox.store.ts';
import { createInboxPersonal } from './personal.store.ts';
import type { RowCodec } from './row-codec.ts';

/** The rows of the inbox, for those whom the intake needs itself: built before it and handed up to it. */
export interface InboxRows {
  readonly connection: Connection;
  readonly store: InboxStore;
  readonly personal: Personal;
  /** When and how a resident wrote to us since then, newest first. */
  contactsOf(openid: string, since: Date): Promise<Contact[]>;
}

export function createInboxRows(deps: {
  /** The hot pool. */
  connection: Connection;
  workConnection: Connection;
  codec: RowCodec;
  /** Days after which nothing of a row tells any more who wrote what (docs/promises.md#p5); may be a fraction. */
  keepDays: number;
  clock: Clock;
}): InboxRows {
  const { connection, workConnection, codec, keepDays, clock } = deps;
  const store = createInboxStore(connection, codec);
  const personal = createInboxPersonal({ connection: workConnection, codec, keepDays, clock });
  return { connection, store, personal, contactsOf: store.contacts };
}
