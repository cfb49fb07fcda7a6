import { isAppError, type Clock, type Log } from '../kernel/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import { newLease, nextTry, whileHeld } from '../platform/lease/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import type { TellGroup } from '../wechat/index.ts';
import { isQuiet, staffMessage, type QuietHours, type StaffLine } from './staff-line.ts';
import type { ClaimedLine, StaffLineStore } from './staff-lines.store.ts';

/** More lines than one message can hold; the rest is counted in it. */
const BATCH = 200;
/** After a day a line is no news: the console shows what waits. */
const GIVE_UP_MS = 24 * 3_600_000;
const TELL_AGAIN = { firstMs: 30_000, mostMs: 3_600_000 };

export interface StaffRobotDeps {
  readonly store: StaffLineStore;
  /** Null where STAFF_WEBHOOK_URL is not set: then nothing is kept either. */
  readonly tellGroup: TellGroup | null;
  readonly publicUrl: string;
  readonly quiet: QuietHours;
  /** Seconds for which lines gather before they go out together. */
  readonly groupSeconds: number;
  readonly clock: Clock;
  readonly log: Log;
}

export interface StaffRobot {
  tell(tx: Tx, line: StaffLine): Promise<void>;
  readonly sweep: Sweep;
}

/** Tells the office's group what waits: grouped, not at night, each line at least once. */
export function createStaffRobot(deps: StaffRobotDeps): StaffRobot {
  const { store, tellGroup, clock, log } = deps;

  const send = async (speak: TellGroup): Promise<number> => {
    const now = clock.now();
    const urgentOnly = isQuiet(deps.quiet, now);
    if (!(await store.anyDue(now, urgentOnly))) return 0;
    const lease = newLease(now);
    const lines = await store.claim(lease, now, { urgentOnly, limit: BATCH });
    if (lines.length === 0) return 0;
    return whileHeld({ lease, renew: store.renew, clock }, () => tellAll(speak, lease.by, lines, now));
  };

  const tellAll = async (speak: TellGroup, me: string, lines: readonly ClaimedLine[], now: Date): Promise<number> => {
    const ids = lines.map((line) => line.id);
    try {
      await speak(staffMessage(lines, deps.publicUrl));
    } catch (error) {
      const why = isAppError(error) ? error.details : 'error';
      const old = lines.filter((line) => now.getTime() - line.createdAt.getTime() > GIVE_UP_MS).map((line) => line.id);
      const attempts = Math.max(...lines.map((line) => line.attempts));
      await store.settle(me, old, 'failed', now);
      await store.postpone(me, ids, nextTry(TELL_AGAIN, attempts, now));
      log.warn('staff_robot.not_told', { lines: lines.length, givenUp: old.length, why });
      return 0;
    }
    await store.settle(me, ids, 'sent', clock.now());
    return lines.length;
  };

  return {
    tell: async (tx, line) => {
      if (tellGroup === null) return;
      const urgent = line.urgent ?? line.kind === 'push_failed';
      const at = clock.now();
      const nextAt = urgent ? at : new Date(at.getTime() + deps.groupSeconds * 1_000);
      await store.add(tx, { ...line, urgent }, at, nextAt);
    },
    sweep: { name: 'notices.staff', everySeconds: 2, run: async () => (tellGroup === null ? 0 : send(tellGroup)) },
  };
}
