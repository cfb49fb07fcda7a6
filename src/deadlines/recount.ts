import type { Sweep } from '../platform/jobs/index.ts';
import type { Transact, Tx } from '../platform/mongo/index.ts';
import type { WorkingDays } from '../platform/working-days/index.ts';
import { countDeadline, type CountedDeadline, type Frozen } from './deadline.ts';

const BATCH = 200;

/** Why a day moved, for history and audit. */
export const RECOUNTED = '放假安排有变化，期限重新计算';

export interface RecountDeps<T extends Frozen & Pick<CountedDeadline, 'dueAt' | 'calendarVersion'>> {
  /** Of the sweep. */
  readonly name: string;
  readonly workingDays: WorkingDays;
  readonly transact: Transact;
  /** Ids of open ones that were counted under another calendar. */
  readonly countedOtherwise: (version: string, limit: number) => Promise<readonly string[]>;
  readonly read: (tx: Tx, id: string) => Promise<T | null>;
  /** The day stays: only the derivation is new. */
  readonly keep: (tx: Tx, id: string, counted: CountedDeadline) => Promise<void>;
  /** The day moves: with its history and audit row; false where it is settled meanwhile. */
  readonly move: (
    tx: Tx,
    id: string,
    moved: { readonly before: T; readonly counted: CountedDeadline; readonly reason: string },
  ) => Promise<boolean>;
}

/** Counts what is open anew once the calendar has changed; the frozen rule stays as it was promised. */
export function createRecountSweep<T extends Frozen & Pick<CountedDeadline, 'dueAt' | 'calendarVersion'>>(
  deps: RecountDeps<T>,
): Sweep {
  const { workingDays } = deps;
  const recount = async (tx: Tx, id: string): Promise<boolean> => {
    const before = await deps.read(tx, id);
    if (before === null || before.calendarVersion === workingDays.version) return false;
    const counted = countDeadline(workingDays, before);
    if (counted.dueAt.getTime() !== before.dueAt.getTime())
      return deps.move(tx, id, { before, counted, reason: RECOUNTED });
    await deps.keep(tx, id, counted);
    return true;
  };
  return {
    name: deps.name,
    everySeconds: 60,
    run: async () => {
      let done = 0;
      for (const id of await deps.countedOtherwise(workingDays.version, BATCH)) {
        done += (await deps.transact((tx) => recount(tx, id))) ? 1 : 0;
      }
      return done;
    },
  };
}
