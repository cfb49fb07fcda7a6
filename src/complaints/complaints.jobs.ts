import { addChinaDays, chinaDate, endOfChinaDate, startOfChinaDate, statesAllowing } from '../kernel/index.ts';
import { createRecountSweep, type CountedDeadline } from '../deadlines/index.ts';
import type { Sweep } from '../platform/jobs/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import { COMPLAINT_STATES, OPEN_STATUSES } from './complaint.ts';
import { staffLine, type ComplaintServiceDeps } from './complaints.service.ts';
import type { ComplaintDoc } from './complaints.store.ts';

const BATCH = 200;

/** What happens to complaints without anybody's doing. */
export function complaintSweeps(deps: ComplaintServiceDeps): Sweep[] {
  const { store, transact, clock, workingDays } = deps;
  const each = async (tickets: readonly string[], work: (tx: Tx, ticket: string) => Promise<boolean>) => {
    let done = 0;
    for (const ticket of tickets) done += (await transact((tx) => work(tx, ticket))) ? 1 : 0;
    return done;
  };
  return [
    {
      name: 'complaints.close',
      everySeconds: 30,
      run: async () => {
        const limit = new Date(clock.now().getTime() - deps.limits.complaints.reopenDays * 86_400_000);
        return each(await store.settledBefore(limit, BATCH), (tx, ticket) => closeOne(deps, tx, ticket, limit));
      },
    },
    createRecountSweep<ComplaintDoc>({
      name: 'complaints.recount',
      workingDays,
      transact,
      countedOtherwise: store.countedOtherwise,
      read: (tx, ticket) => store.byTicket(ticket, tx),
      keep: (tx, ticket, counted) => store.set(tx, ticket, counted),
      move: (tx, ticket, moved) => moveDue(deps, tx, { ticket, ...moved }),
    }),
    {
      name: 'complaints.due_tomorrow',
      everySeconds: 600,
      run: async () => {
        const tomorrow = addChinaDays(chinaDate(clock.now()), 1);
        const due = await store.dueBetween(startOfChinaDate(tomorrow), endOfChinaDate(tomorrow), BATCH);
        return each(due, async (tx, ticket) => {
          await deps.notices.tellStaff(tx, staffLine('due_tomorrow', ticket, tomorrow));
          return true;
        });
      },
    },
  ];
}

/** Answered, and the time for 重办 has ended. */
async function closeOne(deps: ComplaintServiceDeps, tx: Tx, ticket: string, limit: Date): Promise<boolean> {
  const before = await deps.store.byTicket(ticket, tx);
  if (!before || before.status !== 'answered' || !before.settledAt || before.settledAt >= limit) return false;
  const step = { at: deps.clock.now(), move: 'close', status: 'closed' as const, by: deps.town.office };
  const set = { status: 'closed' as const };
  const after = await deps.store.change(tx, ticket, statesAllowing(COMPLAINT_STATES, 'close'), { set, step });
  if (!after) return false;
  await deps.audit.record(tx, {
    action: 'complaints.close',
    actor: { kind: 'system', part: 'complaints.close' },
    target: { kind: 'complaint', id: ticket },
    before: 'answered',
    after: 'closed',
  });
  return true;
}

/** The calendar has changed and with it the day: that is history. */
async function moveDue(
  { store, clock, town, audit }: ComplaintServiceDeps,
  tx: Tx,
  moved: { ticket: string; before: ComplaintDoc; counted: CountedDeadline; reason: string },
): Promise<boolean> {
  const { ticket, before, counted, reason } = moved;
  const step = { at: clock.now(), move: 'recount', status: before.status, by: town.office, reason };
  const after = await store.change(tx, ticket, OPEN_STATUSES, { set: counted, step });
  if (!after) return false;
  await audit.record(tx, {
    action: 'complaints.recount',
    actor: { kind: 'system', part: 'complaints.recount' },
    target: { kind: 'complaint', id: ticket },
    before: before.dueAt.toISOString(),
    after: after.dueAt.toISOString(),
    reason,
  });
  return true;
}
