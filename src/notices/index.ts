import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, Connection, Tx } from '../platform/mongo/index.ts';
import type { Notice } from './notice.ts';
import { createNoticeStore, noticeCollection, type NewNotice } from './notices.store.ts';
import { createGroupRobot } from './robot-call.ts';
import { createSendSweep, type SendDeps } from './send.ts';
import type { QuietHours, StaffLine } from './staff-line.ts';
import { createStaffLineStore, staffLineCollection } from './staff-lines.store.ts';
import { createStaffRobot } from './staff-robot.ts';

export type { Notice } from './notice.ts';
export type { NewNotice } from './notices.store.ts';
export type { StaffLine } from './staff-line.ts';

export const noticeCollections: readonly CollectionManifest[] = [noticeCollection, staffLineCollection];

export interface Notices {
  /** Owes a resident a message, in the transaction of what it tells. The same key again changes nothing. */
  owe(tx: Tx, notice: NewNotice): Promise<void>;
  /** The resident wrote: what waited for that is due again. */
  wake(openid: string): Promise<void>;
  /** What was told about a ticket, and how far it got. */
  ofTicket(ticket: string): Promise<Notice[]>;
  /** Notices that should have gone out before then and have not. */
  countStuck(before: Date): Promise<number>;
  /**
   * One line for the office's group (`STAFF_WEBHOOK_URL`), in the transaction of what makes work; grouped with others
   * and held back at night unless urgent. Does nothing where no group is configured. The same key again changes nothing.
   */
  tellStaff(tx: Tx, line: StaffLine): Promise<void>;
  readonly sweeps: readonly Sweep[];
}

export interface NoticesDeps extends Omit<SendDeps, 'store'> {
  readonly connection: Connection;
  readonly clock: Clock;
  readonly log: Log;
  readonly staffGroup: {
    /** The group robot's address; undefined = staff are told nothing. */
    readonly url: string | undefined;
    readonly publicUrl: string;
    readonly quiet: QuietHours;
    /** Seconds for which lines gather. */
    readonly groupSeconds: number;
  };
}

/** What we owe residents: one message each, by the best channel that is open. And what staff should look at. */
export function createNotices(deps: NoticesDeps): Notices {
  const store = createNoticeStore(deps.connection);
  const { url, ...group } = deps.staffGroup;
  const robot = createStaffRobot({
    ...deps,
    ...group,
    store: createStaffLineStore(deps.connection),
    post: url === undefined ? null : createGroupRobot(url),
  });
  return {
    owe: (tx, notice) => store.add(tx, notice, deps.clock.now()),
    wake: async (openid) => {
      await store.wake(openid, deps.clock.now());
    },
    ofTicket: store.ofTicket,
    countStuck: store.countStuck,
    tellStaff: robot.tell,
    sweeps: [createSendSweep({ ...deps, store }), robot.sweep],
  };
}
