import { Types, type PipelineStage } from 'mongoose';
import { OPEN_STATUSES } from './complaint.ts';

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

/** No number of a tab or a light says more than "so many or more": counting on would read the index of years. */
export const COUNTED_UP_TO = 1_000;

/**
 * How many complaints each filter lets by, up to COUNTED_UP_TO, as one command: a branch a filter, which reads no more
 * keys than that and no complaint where an index holds all that the filter asks for.
 */
export function countsOf(filters: readonly ComplaintFilter[]): PipelineStage[] {
  const branch = (filter: ComplaintFilter, n: number) => [
    { $match: toQuery(filter) },
    { $limit: COUNTED_UP_TO },
    { $count: 'count' },
    { $set: { n } },
  ];
  const [first, ...others] = filters;
  if (!first) return [];
  return [
    ...branch(first, 0),
    ...others.map((filter, i) => ({ $unionWith: { coll: 'complaints', pipeline: branch(filter, i + 1) } })),
  ];
}
