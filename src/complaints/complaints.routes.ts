import type { z } from 'zod';
import { AppError, firstChars, type Clock } from '../kernel/index.ts';
import { decodeCursor, defineRoute, encodeCursor, type Caller, type Route } from '../http/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Sealer } from '../platform/sealing/index.ts';
import { OPEN_STATUSES, maskPhone } from './complaint.ts';
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
  reasonBody,
  textBody,
  ticketParams,
} from './complaints.contract.ts';
import { boundUnit, mayTouch } from './complaints.policy.ts';
import type { ComplaintDesk } from './complaints.service.ts';
import type { ComplaintDoc, ComplaintFilter, ComplaintStore } from './complaints.store.ts';

export interface ComplaintRouteDeps {
  readonly desk: ComplaintDesk;
  readonly store: ComplaintStore;
  readonly notices: Pick<Notices, 'ofTicket'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly askedWords: (query: string) => string[];
}

export function complaintRoutes(deps: ComplaintRouteDeps): Route[] {
  const { desk } = deps;
  const show = async (doc: ComplaintDoc): Promise<z.input<typeof complaintView>> => presentWhole(deps, doc);
  const post = <B extends z.ZodType>(
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
      handler: async ({ caller, params, body: given }) => show(await run(caller, params.ticket, given)),
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
      handler: async ({ caller, body }) => show(await desk.enter(caller, body)),
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
        return show(found);
      },
    }),
    post('accept', 'complaints.triage', 'Accept; sets the kind where the resident did not', acceptBody, (c, t, b) =>
      desk.accept(c, t, b.kind),
    ),
    post('refuse', 'complaints.triage', 'Refuse with a reason that the resident gets', reasonBody, (c, t, b) =>
      desk.refuse(c, t, b.reason),
    ),
    post('assign', 'complaints.triage', 'Assign to a unit', assignBody, (c, t, b) => desk.assign(c, t, b.unit)),
    post('return', 'complaints.handle', 'Give back: not ours, with a reason', reasonBody, (c, t, b) =>
      desk.giveBack(c, t, b.reason),
    ),
    post('note', 'complaints.handle', 'A note among staff', textBody, (c, t, b) => desk.note(c, t, b.text)),
    post('answer', 'complaints.handle', 'Answer the resident', textBody, (c, t, b) => desk.answer(c, t, b.text)),
    post('close', 'complaints.close', 'Close what was answered', emptyBody, (c, t) => desk.close(c, t)),
    post(
      'extend',
      'complaints.extend',
      'Extend once, in working days, with a reason that the resident gets',
      extendBody,
      (c, t, b) => desk.extend(c, t, b.days, b.reason),
    ),
    post('called', 'complaints.handle', 'The resident was called', calledBody, (c, t, b) =>
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
      const found = await deps.store.list(toFilter(deps, caller, query, now));
      const page = found.slice(0, query.limit);
      const last = page.at(-1);
      const more = found.length > query.limit && last !== undefined;
      return {
        items: page.map((doc) => presentRow(deps, doc, now)),
        nextCursor: more ? encodeCursor([last.receivedAt.getTime(), String(last._id)]) : null,
      };
    },
  });
}

function toFilter(
  deps: ComplaintRouteDeps,
  caller: Caller,
  query: z.output<typeof complaintQuery>,
  now: Date,
): ComplaintFilter {
  const { status, kind, villageCode, q, cursor } = query;
  const isTicket = q !== undefined && /^\d{8}-\d{4,}$/.test(q);
  const [at, id] = cursor === undefined ? [] : decodeCursor(cursor, ['number', 'string']);
  if (id !== undefined && !/^[0-9a-f]{24}$/.test(id)) throw new AppError('invalid_input');
  return {
    status,
    kind,
    villageCode,
    unit: boundUnit(caller) ?? query.unit,
    overdueAt: query.overdue === 'true' ? now : undefined,
    ticket: isTicket ? q : undefined,
    words: q === undefined || isTicket ? undefined : deps.askedWords(q),
    before: at === undefined || id === undefined ? undefined : { receivedAt: new Date(at), id },
    limit: query.limit + 1,
  };
}

function openPhone(deps: ComplaintRouteDeps, doc: ComplaintDoc): string | null {
  return doc.phone === null ? null : deps.sealer.open(doc.phone, doc.ticket);
}

function presentRow(
  deps: ComplaintRouteDeps,
  doc: ComplaintDoc,
  now: Date,
): z.input<typeof complaintPage>['items'][number] {
  const phone = openPhone(deps, doc);
  const said = doc.messages.find((message) => message.text)?.text ?? '';
  return {
    ...presentHead(doc),
    overdue: OPEN_STATUSES.includes(doc.status) && doc.dueAt < now,
    excerpt: firstChars(said, 60),
    phone: phone === null ? null : maskPhone(phone),
  };
}

function presentHead(doc: ComplaintDoc) {
  const { ticket, kind, status, source, villageCode, unit, overDaily } = doc;
  const times = { receivedAt: doc.receivedAt.toISOString(), dueAt: doc.dueAt.toISOString() };
  return { ticket, kind, status, source, villageCode, unit, overDaily, ...times };
}

async function presentWhole(deps: ComplaintRouteDeps, doc: ComplaintDoc): Promise<z.input<typeof complaintView>> {
  const [notes, notices] = await Promise.all([deps.store.notesOf(doc.ticket), deps.notices.ofTicket(doc.ticket)]);
  const withTime = <T extends { at: Date }>(item: T): Omit<T, 'at'> & { at: string } => ({
    ...item,
    at: item.at.toISOString(),
  });
  return {
    ...presentHead(doc),
    phone: openPhone(deps, doc),
    dueWhy: doc.dueWhy,
    extended: doc.extended,
    messages: doc.messages.map(({ picUrl: _picUrl, ...message }) => withTime(message)),
    notes: notes.map(withTime),
    answers: doc.answers.map(withTime),
    history: doc.history.map(withTime),
    ...(doc.rating ? { rating: withTime(doc.rating) } : {}),
    notices: notices.map(({ kind, state, waiting, createdAt }) => ({
      kind,
      state,
      waiting,
      at: createdAt.toISOString(),
    })),
  };
}
