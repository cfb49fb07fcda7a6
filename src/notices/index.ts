import type { Feature } from '../feature/index.ts';
import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, Connection, Transact, Tx } from '../platform/mongo/index.ts';
import { createGroupRobot } from '../wechat/index.ts';
import { callLine, createCalls } from './calls.ts';
import type { Notice } from './notice.ts';
import { createNoticeStore, noticeCollection, type NewNotice } from './notices.store.ts';
import { createNoticesPersonal } from './personal.store.ts';
import { createSendSweep, type SendDeps } from './send.ts';
import type { QuietHours, StaffLine } from './staff-line.ts';
import { createStaffLineStore, staffLineCollection } from './staff-lines.store.ts';
import { createStaffRobot } from './staff-robot.ts';
import type { CallState } from './stoppage.ts';
import { createStoppages } from './stoppages.ts';
import { createStoppageStore, stoppageCollection } from './stoppages.store.ts';
import { takeForReply, type Room, type Taken } from './take.ts';

export type { Notice } from './notice.ts';
export type { NewNotice } from './notices.store.ts';
export type { StaffLine } from './staff-line.ts';
export type { CallState } from './stoppage.ts';

export const noticeCollections: readonly CollectionManifest[] = [
  noticeCollection,
  staffLineCollection,
  stoppageCollection,
];

export interface Notices {
  /** Owes a resident a message, in the transaction of what it tells. The same key again changes nothing. */
  owe(tx: Tx, notice: NewNotice): Promise<void>;
  /**
   * The waiting notices that fit into what is left of a reply, marked `seen` in the transaction that stores the reply.
   * Where `more` are left, call `wake` after it.
   */
  take(tx: Tx, openid: string, room: Room): Promise<Taken>;
  /** The resident wrote and the reply could not carry everything: what still waits goes out by the open window. */
  wake(openid: string): Promise<void>;
  /** A clerk told the resident of a ticket by telephone; answers how many notices that settled. */
  called(tx: Tx, ticket: string): Promise<number>;
  /** Tickets whose residents a clerk should call, the longest waiting first. */
  ticketsToCall(): Promise<string[]>;
  /** What was told about a ticket, and how far it got. */
  ofTicket(ticket: string): Promise<Notice[]>;
  /** The newest answer that this resident was told, in a message or in a reply; null for none. */
  lastAnswerTold(openid: string): Promise<{ ticket: string; toldAt: Date } | null>;
  /**
   * One line for the office's group (`STAFF_WEBHOOK_URL`), in the transaction of what makes work; grouped with others
   * and held back at night unless urgent. Does nothing where no group is configured. The same key again changes nothing.
   */
  tellStaff(tx: Tx, line: StaffLine): Promise<void>;
}

/** A notice that should have gone out ten minutes ago is stuck; the sweep looks each second. */
const STUCK_MS = 600_000;
/** More calls than the offices of a town make in a week. */
const MOST_CALLS = 1_000;

export interface NoticesDeps extends Omit<SendDeps, 'store' | 'toClerk'> {
  readonly connection: Connection;
  readonly transact: Transact;
  /** Hours that a notice waits for the resident's next contact before a clerk should call. */
  readonly callAfterHours: number;
  /** `retentionDays.notices` */
  readonly keepDays: number;
  /** Ends a text that had to be cut to fit into a reply. */
  readonly cutEnd: string;
  /** What this process last heard of each of the platform's calls; staff are told of what stops them. */
  readonly callStates?: () => readonly CallState[];
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
export function createNotices(deps: NoticesDeps): Feature<Notices> {
  const { clock, connection, canSend, cutEnd } = deps;
  const store = createNoticeStore(connection);
  const { url, ...group } = deps.staffGroup;
  const robot = createStaffRobot({
    ...deps,
    ...group,
    store: createStaffLineStore(connection),
    tellGroup: url === undefined ? null : createGroupRobot(url),
  });
  const calls = createCalls({ ...deps, store, tellStaff: robot.tell });
  const stoppages = createStoppages({
    ...deps,
    store: createStoppageStore(connection),
    callStates: deps.callStates ?? (() => []),
    tellStaff: robot.tell,
  });
  const toStaff: Sweep = {
    ...robot.sweep,
    run: async () => {
      await stoppages.note();
      return robot.sweep.run();
    },
  };
  const toClerk = async (notice: Notice): Promise<void> => {
    await calls.toClerk(notice);
  };
  const api: Notices = {
    owe: async (tx, notice) => {
      await store.add(tx, notice, clock.now());
      const onlyByCall = notice.openid === null && notice.call === true;
      if (onlyByCall && notice.ticket !== undefined) await robot.tell(tx, callLine(notice.key, notice.ticket));
    },
    take: (tx, openid, room) => takeForReply(store, tx, { openid, room, at: clock.now(), mayCut: !canSend, cutEnd }),
    wake: async (openid) => {
      await store.wake(openid, clock.now());
    },
    called: (tx, ticket) => store.settleCalls(tx, ticket, clock.now()),
    ticketsToCall: () => store.ticketsToCall(MOST_CALLS),
    ofTicket: store.ofTicket,
    lastAnswerTold: store.lastAnswerTold,
    tellStaff: robot.tell,
  };
  return {
    name: 'notices',
    api,
    routes: [],
    sweeps: [createSendSweep({ ...deps, store, toClerk }), calls.sweep, toStaff],
    collections: noticeCollections,
    health: async () => {
      const stuck = await store.countStuck(new Date(clock.now().getTime() - STUCK_MS));
      return [...(stuck > 0 ? [`有 ${stuck} 条告知超过十分钟没有发出。`] : []), ...(await stoppages.health())];
    },
    personal: createNoticesPersonal({ connection, keepDays: deps.keepDays, clock }),
  };
}
