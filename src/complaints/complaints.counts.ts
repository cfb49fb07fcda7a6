import type { z } from 'zod';
import type { Caller } from '../http/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import { COMPLAINT_STATUSES, type ComplaintStatus } from './complaint.ts';
import type { complaintCountsView, countsQuery } from './complaints.contract.ts';
import { soonUntil, toFilter, type FilterDeps } from './complaints.filter.ts';
import type { ComplaintGroup } from './complaints.query.store.ts';
import type { ComplaintStore } from './complaints.store.ts';

type Counts = z.input<typeof complaintCountsView>;

/**
 * How many complaints stand where, in one pass over the index. The statuses are counted under every filter that was
 * asked for, so that each tab says what it will show; due soon, overdue and calls under all but those three, so that
 * each quick filter says what it would add.
 */
export async function complaintCounts(
  deps: FilterDeps & {
    readonly store: Pick<ComplaintStore, 'groups'>;
    readonly notices: Pick<Notices, 'ticketsToCall'>;
    readonly clock: Clock;
  },
  caller: Caller,
  query: z.output<typeof countsQuery>,
): Promise<Counts> {
  const now = deps.clock.now();
  const toCall = await deps.notices.ticketsToCall();
  const { overdue, dueSoon, callNeeded, ...rest } = query;
  const filter = toFilter(deps, caller, rest, { now, toCall });
  const groups = filter === null ? [] : await deps.store.groups(filter, { now, soonUntil: soonUntil(now), toCall });
  const sum = (which: (group: ComplaintGroup) => boolean): number =>
    groups.reduce((total, group) => total + (which(group) ? group.count : 0), 0);
  const asked = (group: ComplaintGroup): boolean =>
    (overdue === undefined || group.overdue === (overdue === 'true')) &&
    (dueSoon !== 'true' || group.dueSoon) &&
    (callNeeded !== 'true' || group.callNeeded);
  const of = (status: ComplaintStatus): number => sum((group) => group.status === status && asked(group));
  return {
    all: sum(asked),
    statuses: Object.fromEntries(COMPLAINT_STATUSES.map((status) => [status, of(status)])) as Counts['statuses'],
    dueSoon: sum((group) => group.dueSoon),
    overdue: sum((group) => group.overdue),
    callNeeded: sum((group) => group.callNeeded),
    callNeededNoUnit: sum((group) => group.callNeeded && !group.hasUnit),
  };
}
