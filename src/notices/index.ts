import type { Clock, Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { CollectionManifest, Connection, Transact, Tx } from '../platform/mongo/index.ts';
import { createGroupRobot } from '../wechat/index.ts';
import { callLine, createCalls } from './calls.ts';
import type { Notice } from './notice.ts';
import { createNoticeStore, noticeCollection, type NewNotice } from './notices.store.ts';
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
  /** Notices that should have gone out before then and have not. */
  countStuck(before: Date): Promise<number>;
  /**
   * One line for the office's group (`STAFF_WEBHOOK_URL`), in the transaction of what makes work; grouped with others
   * and held back at night unless urgent. Does nothing where no group is configured. The same key again changes nothing.
   */
  tellStaff(tx: Tx, line: StaffLine): Promise<void>;
  /** What the platform refuses because of our own settings or rights, one sentence each. */
  stopped(): Promise<string[]>;
  readonly sweeps: readonly Sweep[];
}

/** More calls than the offices of a town make in a week. */
const MOST_CALLS = 1_000;

export interface NoticesDeps extends Omit<SendDeps, 'store' | 'toClerk'> {
  readonly connection: Connection;
  readonly transact: Transact;
  /** Hours that a notice waits for the resident's next contact before a clerk should call. */
  readonly callAfterHours: number;
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
export function createNotices(deps: NoticesDeps): Notices {
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
  return {
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
    countStuck: store.countStuck,
    tellStaff: robot.tell,
    stopped: stoppages.health,
    sweeps: [createSendSweep({ ...deps, store, toClerk }), calls.sweep, toStaff],
  };
}
