import type { Connection } from '../platform/mongo/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { createNoticeStore, type NewNotice } from './notices.store.ts';
import { createSendSweep, type SendDeps } from './send.ts';
import type { Notice } from './notice.ts';

export { type Notice } from './notice.ts';
export { noticeCollections, type NewNotice } from './notices.store.ts';

export interface Notices {
  /** Owes a resident a message, in the transaction of what it tells. The same key again changes nothing. */
  owe(tx: Tx, notice: NewNotice): Promise<void>;
  /** The resident wrote: what waited for that is due again. */
  wake(openid: string): Promise<void>;
  /** What was told about a ticket, and how far it got. */
  ofTicket(ticket: string): Promise<Notice[]>;
  /** Notices that should have gone out before then and have not. */
  countStuck(before: Date): Promise<number>;
  readonly sweeps: readonly Sweep[];
}

/** What we owe residents: one message each, by the best channel that is open. */
export function createNotices(deps: Omit<SendDeps, 'store'> & { connection: Connection }): Notices {
  const store = createNoticeStore(deps.connection);
  return {
    owe: (tx, notice) => store.add(tx, notice, deps.clock.now()),
    wake: async (openid) => {
      await store.wake(openid, deps.clock.now());
    },
    ofTicket: store.ofTicket,
    countStuck: store.countStuck,
    sweeps: [createSendSweep({ ...deps, store })],
  };
}
