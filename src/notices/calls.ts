import type { Clock } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { Notice } from './notice.ts';
import type { NoticeStore } from './notices.store.ts';
import type { StaffLine } from './staff-line.ts';

const BATCH = 100;

export interface CallsDeps {
  readonly store: NoticeStore;
  readonly transact: Transact;
  readonly tellStaff: (tx: Tx, line: StaffLine) => Promise<void>;
  /** Hours that a notice waits for the resident's next contact before a clerk should call. */
  readonly callAfterHours: number;
  readonly clock: Clock;
}

/** The last channel: a clerk's telephone call (`call_needed`). */
export function createCalls(deps: CallsDeps): {
  /** Puts a notice that waits on the clerks' list; false where it has been told meanwhile. */
  toClerk(notice: Notice): Promise<boolean>;
  readonly sweep: Sweep;
} {
  const { store, transact, clock } = deps;
  const toClerk = (notice: Notice): Promise<boolean> =>
    transact(async (tx) => {
      if (!(await store.needCall(tx, notice.id))) return false;
      const { id, ticket } = notice;
      if (ticket !== null) await deps.tellStaff(tx, callLine(id, ticket));
      return true;
    });
  return {
    toClerk,
    sweep: {
      name: 'notices.call',
      everySeconds: 5,
      run: async () => {
        const before = new Date(clock.now().getTime() - deps.callAfterHours * 3_600_000);
        let moved = 0;
        for (const notice of await store.waitingSince(before, BATCH)) moved += (await toClerk(notice)) ? 1 : 0;
        return moved;
      },
    },
  };
}

/** What the office's group is told of a call that is needed. */
export function callLine(key: string, ticket: string): StaffLine {
  return { key: `call:${key}`, kind: 'call_needed', ref: ticket, path: `/console/complaints/${ticket}` };
}
