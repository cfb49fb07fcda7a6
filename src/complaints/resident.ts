import { chinaDate, statesAllowing } from '../kernel/index.ts';
import { dayIsOver } from '../deadlines/index.ts';
import type { Tx } from '../platform/mongo/index.ts';
import {
  COMPLAINT_STATES,
  OPEN_STATUSES,
  type ComplaintAnswer,
  type ComplaintKind,
  type ComplaintMessage,
  type ComplaintStatus,
  type ComplaintStep,
} from './complaint.ts';
import { dayStart, newComplaint, staffLine, type ComplaintServiceDeps } from './complaints.service.ts';
import type { Linked, TicketLinks } from './links.ts';
import { ticketOf, type ComplaintDoc } from './complaints.store.ts';
import { dueOf } from './due.ts';
import { createFollowByPhone, type Followed, type FollowByPhoneInput } from './follow-by-phone.ts';
import type { PhoneTries } from './phone-tries.store.ts';

/** What a resident brings in chat. */
export interface SubmitInput {
  readonly ticket: string;
  /** The key of the message that confirmed: the same 确认 again gives the same ticket. */
  readonly sourceKey: string;
  readonly openid: string;
  readonly kind: ComplaintKind | null;
  readonly villageCode: string;
  readonly parts: readonly Omit<ComplaintMessage, 'from'>[];
  readonly phone: string | null;
  readonly at: Date;
}

export interface Submitted {
  readonly ticket: string;
  readonly dueAt: Date;
  readonly dueWhy: string;
  readonly overDaily: boolean;
  readonly linkGeneration?: number;
}

/** A complaint as its resident may see it: no notes, no names, no phone. */
export interface ResidentView {
  readonly ticket: string;
  readonly kind: ComplaintKind | null;
  readonly status: ComplaintStatus;
  readonly villageCode: string;
  readonly unitName: string | null;
  readonly receivedAt: Date;
  readonly dueAt: Date;
  /** Open although the day is over: then it is no promise any more. */
  readonly overdue: boolean;
  readonly messages: readonly ComplaintMessage[];
  readonly answers: readonly ComplaintAnswer[];
  readonly history: readonly ComplaintStep[];
  readonly rating: { readonly stars: number } | null;
  readonly linkGeneration?: number;
}

/** What residents can do and see: always by their own openid or a signed link. */
export interface ResidentDesk {
  nextTicket(): Promise<string>;
  submit(tx: Tx, input: SubmitInput): Promise<Submitted>;
  mine(openid: string, limit: number): Promise<ResidentView[]>;
  ofResident(openid: string, ticket: string): Promise<ResidentView | null>;
  rate(
    tx: Tx,
    input: { openid: string; ticket: string; stars: number; text: string },
  ): Promise<'rated' | 'already' | 'too_early' | 'unknown'>;
  reopen(
    tx: Tx,
    input: { openid: string; ticket: string; reason: string },
  ): Promise<{ dueAt: Date } | 'too_late' | 'unknown'>;
  addLateParts(tx: Tx, input: { openid: string; ticket: string; parts: SubmitInput['parts'] }): Promise<boolean>;
  /** `too_many` = no more guesses today, whatever they are. */
  followByPhone(tx: Tx, input: FollowByPhoneInput): Promise<Followed>;
  /** The page of a ticket, for whoever holds the link. */
  linkFor(complaint: Linked): string;
  /** Throws AppError not_found where the link is wrong or has expired. */
  byLink(ticket: string, k: string): Promise<ResidentView>;
}

export function createResidentDesk(
  deps: ComplaintServiceDeps & { links: TicketLinks; tries: PhoneTries },
): ResidentDesk {
  const { store, clock, limits } = deps;

  const resident = (ticket: string): { kind: 'resident'; ref: string } => ({ kind: 'resident', ref: ticket });

  return {
    nextTicket: async () => {
      const at = clock.now();
      return ticketOf(at, await store.nextNumber(chinaDate(at)));
    },
    submit: async (tx, input) => {
      const { ticket, sourceKey, openid, kind, villageCode, parts, phone, at } = input;
      const before = await store.bySourceKey(tx, sourceKey);
      if (before) return before;
      const overDaily = (await store.countSince(tx, openid, dayStart(at))) >= limits.complaints.perDay;
      const text = parts.flatMap((part) => (part.text === undefined ? [] : [part.text])).join(' ');
      const complaint = {
        ...newComplaint(deps, { ticket, kind, villageCode, at, phone, text }),
        sourceKey,
        source: 'chat' as const,
        openid,
        overDaily,
        messages: parts.map((part) => ({ ...part, from: 'resident' as const })),
        history: [{ at, move: 'receive', status: 'received' as const, by: '群众' }],
      };
      await store.insert(tx, complaint);
      await deps.audit.record(tx, {
        action: 'complaints.submit',
        actor: resident(ticket),
        target: { kind: 'complaint', id: ticket },
        after: 'received',
      });
      await deps.notices.tellStaff(tx, staffLine('received', ticket, 'received'));
      return complaint;
    },
    mine: async (openid, limit) => (await store.ofResident(openid, limit)).map((doc) => view(deps, doc)),
    ofResident: async (openid, ticket) => {
      const found = await store.byTicket(ticket);
      return found && found.openid === openid ? view(deps, found) : null;
    },
    rate: (tx, input) => rate(deps, tx, input),
    reopen: (tx, input) => reopen(deps, tx, input),
    addLateParts: (tx, { openid, ticket, parts }) =>
      store.addMessages(
        tx,
        ticket,
        openid,
        parts.map((part) => ({ ...part, from: 'resident' as const })),
      ),
    followByPhone: createFollowByPhone(deps),
    linkFor: deps.links.linkFor,
    byLink: async (ticket, k) => view(deps, deps.links.opened(await store.byTicket(ticket), k)),
  };
}

function view(deps: ComplaintServiceDeps, doc: ComplaintDoc): ResidentView {
  const { ticket, kind, status, villageCode, receivedAt, dueAt, messages, answers, history, rating } = doc;
  const unitName = deps.town.units.find((unit) => unit.code === doc.unit)?.name ?? null;
  const overdue = OPEN_STATUSES.includes(status) && dayIsOver(dueAt, deps.clock.now());
  const facts = { ticket, kind, status, villageCode, unitName, receivedAt, dueAt, overdue };
  const shown = { ...facts, messages, answers, history, rating };
  return doc.linkGeneration === undefined ? shown : { ...shown, linkGeneration: doc.linkGeneration };
}

async function rate(
  deps: ComplaintServiceDeps,
  tx: Tx,
  input: { openid: string; ticket: string; stars: number; text: string },
): Promise<'rated' | 'already' | 'too_early' | 'unknown'> {
  const found = await deps.store.byTicket(input.ticket, tx);
  if (!found || found.openid !== input.openid) return 'unknown';
  if (found.rating) return 'already';
  const at = deps.clock.now();
  const rating = { stars: input.stars, text: input.text.slice(0, 500), at };
  const step = { at, move: 'rate', status: found.status, by: '群众' };
  const after = await deps.store.change(tx, input.ticket, ['answered', 'closed'], { set: { rating }, step });
  if (!after) return 'too_early';
  await deps.audit.record(tx, {
    action: 'complaints.rate',
    actor: { kind: 'resident', ref: input.ticket },
    target: { kind: 'complaint', id: input.ticket },
    facts: { stars: input.stars },
  });
  return 'rated';
}

async function reopen(
  deps: ComplaintServiceDeps,
  tx: Tx,
  input: { openid: string; ticket: string; reason: string },
): Promise<{ dueAt: Date } | 'too_late' | 'unknown'> {
  const found = await deps.store.byTicket(input.ticket, tx);
  if (!found || found.openid !== input.openid) return 'unknown';
  const at = deps.clock.now();
  const until = (found.settledAt?.getTime() ?? 0) + deps.limits.complaints.reopenDays * 86_400_000;
  if (!COMPLAINT_STATES[found.status].reopen || at.getTime() > until) return 'too_late';
  const due = dueOf(deps, found.kind, at);
  const step = { at, move: 'reopen', status: 'reopened' as const, by: '群众', reason: input.reason.slice(0, 500) };
  const set = { ...due, status: 'reopened' as const, extended: false, settledAt: null };
  const after = await deps.store.change(tx, input.ticket, statesAllowing(COMPLAINT_STATES, 'reopen'), { set, step });
  if (!after) return 'too_late';
  await deps.audit.record(tx, {
    action: 'complaints.reopen',
    actor: { kind: 'resident', ref: input.ticket },
    target: { kind: 'complaint', id: input.ticket },
    before: found.status,
    after: 'reopened',
  });
  await deps.notices.tellStaff(tx, staffLine('received', input.ticket, `reopened:${after.history.length}`));
  return { dueAt: due.dueAt };
}
