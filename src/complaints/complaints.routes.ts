import type { z } from 'zod';
import { AppError } from '../kernel/index.ts';
import { decodeCursor, defineRoute, encodeCursor, type Caller, type Route } from '../http/index.ts';
import {
  acceptBody,
  assignBody,
  calledBody,
  complaintPage,
  complaintQuery,
  complaintView,
  emptyBody,
  enterBody,
  extendBody,
  mediumParams,
  reasonBody,
  textBody,
  ticketParams,
} from './complaints.contract.ts';
import { boundUnit, mayTouch } from './complaints.policy.ts';
import type { ComplaintDesk } from './complaints.service.ts';
import type { ComplaintDoc, ComplaintFilter } from './complaints.store.ts';
import { presentRow, presentWhole, type PresentDeps } from './complaints.view.ts';
import { mediumAnswer, type MediumDeps } from './medium-answer.ts';

export interface ComplaintRouteDeps extends PresentDeps, MediumDeps {
  readonly desk: ComplaintDesk;
  readonly askedWords: (query: string) => string[];
}

export function complaintRoutes(deps: ComplaintRouteDeps): Route[] {
  const { desk } = deps;
  const show = (caller: Caller, doc: ComplaintDoc) => presentWhole(deps, caller, doc);
  const move = <B extends z.ZodType>(
    verb: string,
    action: string,
    summary: string,
    body: B,
    run: (caller: Caller, ticket: string, body: z.output<B>) => Promise<ComplaintDoc>,
  ): Route =>
    defineRoute({
      method: 'post',
      path: `/api/v1/complaints/:ticket/${verb}`,
      allow: { action },
      summary,
      params: ticketParams,
      body,
      response: complaintView,
      handler: async ({ caller, params, body: given }) => show(caller, await run(caller, params.ticket, given)),
    });

  return [
    listRoute(deps),
    defineRoute({
      method: 'post',
      path: '/api/v1/complaints',
      allow: { action: 'complaints.enter' },
      summary: 'Enter a complaint that came by phone, box or visit',
      status: 201,
      body: enterBody,
      response: complaintView,
      handler: async ({ caller, body }) => show(caller, await desk.enter(caller, body)),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/complaints/:ticket',
      allow: { action: 'complaints.read' },
      summary: 'One complaint as the conversation it was',
      params: ticketParams,
      response: complaintView,
      handler: async ({ caller, params }) => {
        const found = await deps.store.byTicket(params.ticket);
        if (!found || !mayTouch(caller, found)) throw new AppError('not_found');
        return show(caller, found);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/complaints/:ticket/media/:id',
      allow: { action: 'complaints.read' },
      summary: 'A photo, recording or video of a complaint',
      params: mediumParams,
      handler: async ({ caller, params }) => {
        const found = await deps.store.byTicket(params.ticket);
        if (!found || !mayTouch(caller, found)) throw new AppError('not_found');
        return mediumAnswer(deps, params.ticket, params.id);
      },
    }),
    move('accept', 'complaints.triage', 'Accept; sets the kind where the resident did not', acceptBody, (c, t, b) =>
      desk.accept(c, t, b.kind),
    ),
    move('refuse', 'complaints.triage', 'Refuse with a reason that the resident gets', reasonBody, (c, t, b) =>
      desk.refuse(c, t, b.reason),
    ),
    move('assign', 'complaints.triage', 'Assign to a unit', assignBody, (c, t, b) => desk.assign(c, t, b.unit)),
    move('return', 'complaints.handle', 'Give back: not ours, with a reason', reasonBody, (c, t, b) =>
      desk.giveBack(c, t, b.reason),
    ),
    move('note', 'complaints.handle', 'A note among staff', textBody, (c, t, b) => desk.note(c, t, b.text)),
    move('answer', 'complaints.handle', 'Answer the resident', textBody, (c, t, b) => desk.answer(c, t, b.text)),
    move('close', 'complaints.close', 'Close what was answered', emptyBody, (c, t) => desk.close(c, t)),
    move(
      'extend',
      'complaints.extend',
      'Extend once, in working days, with a reason that the resident gets',
      extendBody,
      (c, t, b) => desk.extend(c, t, b.days, b.reason),
    ),
    move('called', 'complaints.handle', 'The resident was called', calledBody, (c, t, b) =>
      desk.called(c, t, b.result),
    ),
  ];
}

function listRoute(deps: ComplaintRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/complaints',
    allow: { action: 'complaints.read' },
    summary: 'Complaints, newest first; a clerk sees the own unit',
    query: complaintQuery,
    response: complaintPage,
    handler: async ({ caller, query }) => {
      const now = deps.clock.now();
      const toCall = await deps.notices.ticketsToCall();
      const filter = toFilter(deps, caller, query, { now, toCall });
      const found = filter === null ? [] : await deps.store.list(filter);
      const page = found.slice(0, query.limit);
      const last = page.at(-1);
      const more = found.length > query.limit && last !== undefined;
      return {
        items: page.map((doc) => presentRow(deps, doc, { now, toCall: new Set(toCall) })),
        nextCursor: more ? encodeCursor([last.receivedAt.getTime(), String(last._id)]) : null,
      };
    },
  });
}

/** Null where nothing can match. */
function toFilter(
  deps: ComplaintRouteDeps,
  caller: Caller,
  query: z.output<typeof complaintQuery>,
  at: { now: Date; toCall: readonly string[] },
): ComplaintFilter | null {
  const { status, kind, villageCode, q, cursor, overdue, callNeeded } = query;
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
    unit: bound ?? query.unit,
    overdue: overdue === undefined ? undefined : { at: at.now, is: overdue === 'true' },
    tickets: wantedTickets(ticket, callNeeded === 'true' ? at.toCall : undefined),
    words,
    before: cursor === undefined ? undefined : positionOf(cursor),
    limit: query.limit + 1,
  };
}

function wantedTickets(ticket: string | undefined, among: readonly string[] | undefined): string[] | undefined {
  if (ticket === undefined) return among && [...among];
  return among === undefined || among.includes(ticket) ? [ticket] : [];
}

function positionOf(cursor: string): { receivedAt: Date; id: string } {
  const [at, id] = decodeCursor(cursor, ['number', 'string']);
  const receivedAt = new Date(at);
  if (Number.isNaN(receivedAt.getTime()) || !/^[0-9a-f]{24}$/.test(id)) throw new AppError('invalid_input');
  return { receivedAt, id };
}
