import type { z } from 'zod';
import { addChinaDays, chinaDate, endOfChinaDate } from '../kernel/index.ts';
import type { Caller } from '../http/index.ts';
import { NO_UNIT, type countsQuery } from './complaints.contract.ts';
import { boundUnit } from './complaints.policy.ts';
import type { ComplaintFilter } from './complaints.query.store.ts';

/** What the list and its counts may be asked for. */
export type Asked = z.output<typeof countsQuery> & { readonly status?: ComplaintFilter['status'] };

export interface FilterDeps {
  readonly askedWords: (query: string) => string[];
}

/** An open ticket is due soon until the end of tomorrow in China: the day that the yellow light stands for. */
export function soonUntil(now: Date): Date {
  return endOfChinaDate(addChinaDays(chinaDate(now), 1));
}

/** What a caller asks for, bound to what the caller may see. Null where nothing can match. */
export function toFilter(
  deps: FilterDeps,
  caller: Caller,
  query: Asked,
  at: { now: Date; toCall: readonly string[] },
): ComplaintFilter | null {
  const { status, kind, villageCode, q, overdue, dueSoon, callNeeded } = query;
  const bound = boundUnit(caller);
  if (bound !== undefined && query.unit !== undefined && query.unit !== bound) return null;
  const ticket = q !== undefined && /^\d{8}-\d{4,}$/.test(q) ? q : undefined;
  const words = q === undefined || q === '' || ticket !== undefined ? undefined : deps.askedWords(q);
  // Only words that carry a question were asked for: no complaint is about "怎么办".
  if (words?.length === 0) return null;
  return {
    status,
    kind,
    villageCode,
    unit: bound ?? (query.unit === NO_UNIT ? null : query.unit),
    overdue: overdue === undefined ? undefined : { at: at.now, is: overdue === 'true' },
    dueSoon: dueSoon === 'true' ? { from: at.now, to: soonUntil(at.now) } : undefined,
    tickets: wantedTickets(ticket, callNeeded === 'true' ? at.toCall : undefined),
    words,
  };
}

function wantedTickets(ticket: string | undefined, among: readonly string[] | undefined): string[] | undefined {
  if (ticket === undefined) return among && [...among];
  return among === undefined || among.includes(ticket) ? [ticket] : [];
}
