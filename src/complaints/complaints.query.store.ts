import { Types, type PipelineStage } from 'mongoose';
import { COMPLAINT_STATUSES, OPEN_STATUSES, type ComplaintStatus } from './complaint.ts';

export interface ComplaintFilter {
  readonly status?: string | undefined;
  /** Null = held by no unit. */
  readonly unit?: string | null | undefined;
  readonly kind?: string | undefined;
  readonly villageCode?: string | undefined;
  /** Overdue at that moment, or the opposite. */
  readonly overdue?: { readonly at: Date; readonly is: boolean } | undefined;
  /** Only these tickets. */
  readonly tickets?: readonly string[] | undefined;
  /** Open and due in that span, both ends counted. */
  readonly dueSoon?: { readonly from: Date; readonly to: Date } | undefined;
  readonly words?: readonly string[] | undefined;
}

/** How many complaints are alike in what the office's lights and tabs tell. */
export interface ComplaintGroup {
  readonly status: ComplaintStatus;
  readonly overdue: boolean;
  readonly dueSoon: boolean;
  readonly callNeeded: boolean;
  readonly hasUnit: boolean;
  readonly count: number;
}

type Query = Readonly<Record<string, unknown>>;

const open = [...OPEN_STATUSES];

/** What MongoDB is asked for a filter of the list. */
export function toQuery(filter: ComplaintFilter): Query {
  const { tickets, unit, kind, villageCode, status, overdue, dueSoon, words } = filter;
  const parts: Record<string, unknown>[] = [
    ...(tickets === undefined ? [] : [{ ticket: { $in: [...tickets] } }]),
    ...(unit === undefined ? [] : [{ unit }]),
    ...(kind === undefined ? [] : [{ kind }]),
    ...(villageCode === undefined ? [] : [{ villageCode }]),
    ...(status === undefined ? [] : [{ status }]),
    ...(overdue === undefined ? [] : [overdueQuery(overdue)]),
    ...(dueSoon === undefined ? [] : [{ status: { $in: open }, dueAt: { $gte: dueSoon.from, $lte: dueSoon.to } }]),
    ...(words === undefined ? [] : [{ searchWords: { $all: [...words] } }]),
  ];
  return parts.length === 0 ? {} : { $and: parts };
}

function overdueQuery({ at, is }: { at: Date; is: boolean }): Record<string, unknown> {
  if (is) return { status: { $in: open }, dueAt: { $lt: at } };
  return { $or: [{ status: { $nin: open } }, { dueAt: { $gte: at } }] };
}

/** What comes after a place in the list, which runs from new to old. */
export function olderThan({ receivedAt, id }: { receivedAt: Date; id: string }): Query {
  return { $or: [{ receivedAt: { $lt: receivedAt } }, { receivedAt, _id: { $lt: new Types.ObjectId(id) } }] };
}

/** Words and single tickets have indexes of their own; all else is counted without reading one complaint. */
export function countedBy({ words, tickets }: ComplaintFilter): { hint?: string } {
  return words === undefined && tickets === undefined ? { hint: 'counted' } : {};
}

/** One pass that counts by status, lights, calls and whether a unit holds it; see `countedBy` for its index. */
export function groupsOf(
  filter: ComplaintFilter,
  at: { readonly now: Date; readonly soonUntil: Date; readonly toCall: readonly string[] },
): PipelineStage[] {
  const isOpen = { $in: ['$status', open] };
  return [
    // Every status is named so that the index, which begins with it, serves.
    { $match: { $and: [{ status: { $in: [...COMPLAINT_STATUSES] } }, toQuery(filter)] } },
    {
      $group: {
        _id: {
          status: '$status',
          overdue: { $and: [isOpen, { $lt: ['$dueAt', at.now] }] },
          dueSoon: { $and: [isOpen, { $gte: ['$dueAt', at.now] }, { $lte: ['$dueAt', at.soonUntil] }] },
          callNeeded: { $in: ['$ticket', [...at.toCall]] },
          hasUnit: { $ne: ['$unit', null] },
        },
        count: { $sum: 1 },
      },
    },
  ];
}
