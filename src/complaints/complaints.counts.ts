import type { z } from 'zod';
import type { Caller } from '../http/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { Notices } from '../notices/index.ts';
import { COMPLAINT_STATUSES } from './complaint.ts';
import { type complaintCountsView, type countsQuery, NO_UNIT } from './complaints.contract.ts';
import { toFilter, type Asked, type FilterDeps } from './complaints.filter.ts';
import { COUNTED_UP_TO } from './complaints.query.store.ts';
import type { ComplaintStore } from './complaints.store.ts';

type Counts = z.input<typeof complaintCountsView>;

/**
 * How many complaints stand where, in one command. The statuses are counted under every filter that was asked for, so
 * that each tab says what it will show; due soon, overdue and calls under all but those three, so that each quick filter
 * says what it would add. A number that has reached `countedUpTo` means "so many or more".
 */
export async function complaintCounts(
  deps: FilterDeps & {
    readonly store: Pick<ComplaintStore, 'counts'>;
    readonly notices: Pick<Notices, 'ticketsToCall'>;
    readonly clock: Clock;
  },
  caller: Caller,
  query: z.output<typeof countsQuery>,
): Promise<Counts> {
  const at = { now: deps.clock.now(), toCall: await deps.notices.ticketsToCall() };
  const { overdue: _overdue, dueSoon: _dueSoon, callNeeded: _callNeeded, ...rest } = query;
  const calls = { ...rest, callNeeded: 'true' } as const;
  const asked: (Asked | null)[] = [
    ...COMPLAINT_STATUSES.map((status) => ({ ...query, status })),
    { ...rest, dueSoon: 'true' },
    { ...rest, overdue: 'true' },
    calls,
    // Whoever asks for one unit asks for none without.
    rest.unit === undefined || rest.unit === NO_UNIT ? { ...calls, unit: NO_UNIT } : null,
  ];
  const filters = asked.map((one) => one && toFilter(deps, caller, one, at));
  const found = await deps.store.counts(filters.filter((filter) => filter !== null));
  const each = filters.map((filter) => (filter === null ? 0 : (found.shift() ?? 0)));
  const statuses = Object.fromEntries(COMPLAINT_STATUSES.map((status, i) => [status, each[i]])) as Counts['statuses'];
  const [dueSoon = 0, overdue = 0, callNeeded = 0, callNeededNoUnit = 0] = each.slice(COMPLAINT_STATUSES.length);
  const all = Object.values(statuses).reduce((sum, one) => sum + (one ?? 0), 0);
  return { all, statuses, dueSoon, overdue, callNeeded, callNeededNoUnit, countedUpTo: COUNTED_UP_TO };
}
