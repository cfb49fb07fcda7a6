import type { z } from 'zod';
import { type Action, AppError } from '../kernel/index.ts';
import { decodeCursor, defineRoute, encodeCursor, type Caller, type Route } from '../http/index.ts';
import { complaintCounts } from './complaints.counts.ts';
import {
  acceptBody,
  answerPreview,
  assignBody,
  calledBody,
  complaintPage,
  complaintCountsView,
  complaintQuery,
  countsQuery,
  complaintView,
  emptyBody,
  enterBody,
  extendBody,
  mediumParams,
  reasonBody,
  textBody,
  ticketParams,
} from './complaints.contract.ts';
import { mayTouch } from './complaints.policy.ts';
import type { ComplaintDesk } from './complaints.service.ts';
import { toFilter } from './complaints.filter.ts';
import type { ComplaintDoc } from './complaints.store.ts';
import { presentRow, presentWhole, type PresentDeps } from './complaints.view.ts';
import { mediumAnswer, type MediumDeps } from './medium-answer.ts';

export interface ComplaintRouteDeps extends PresentDeps, MediumDeps {
  readonly desk: ComplaintDesk;
  readonly askedWords: (query: string) => string[];
  readonly answerText: (complaint: ComplaintDoc, answer: string) => { text: string; cut: boolean };
}

export function complaintRoutes(deps: ComplaintRouteDeps): Route[] {
  const { desk } = deps;
  const show = (caller: Caller, doc: ComplaintDoc) => presentWhole(deps, caller, doc);
  const move = <B extends z.ZodType>(
    verb: string,
    { action, summary, body }: { action: Action; summary: string; body: B },
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

  const triage = { action: 'complaints.triage' } as const;
  const handle = { action: 'complaints.handle' } as const;
  return [
    listRoute(deps),
    countsRoute(deps),
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
    defineRoute({
      method: 'post',
      path: '/api/v1/complaints/:ticket/preview',
      allow: { action: 'complaints.handle' },
      summary: 'An answer as the resident would get it, and by which way; changes nothing',
      params: ticketParams,
      body: textBody,
      response: answerPreview,
      handler: async ({ caller, params, body }) => {
        const found = await deps.store.byTicket(params.ticket);
        if (!found || !mayTouch(caller, found)) throw new AppError('not_found');
        // Who is told by telephone gets the answer alone, without chat's frame around it.
        if (found.openid === null) return { text: body.text, cut: false, channel: 'call' as const };
        return { ...deps.answerText(found, body.text), channel: 'wechat' as const };
      },
    }),
    move(
      'accept',
      { ...triage, summary: 'Accept; sets the kind where the resident did not', body: acceptBody },
      (c, t, b) => desk.accept(c, t, b.kind),
    ),
    move('refuse', { ...triage, summary: 'Refuse with a reason that the resident gets', body: reasonBody }, (c, t, b) =>
      desk.refuse(c, t, b.reason),
    ),
    move('assign', { ...triage, summary: 'Assign to a unit', body: assignBody }, (c, t, b) =>
      desk.assign(c, t, b.unit),
    ),
    move('return', { ...handle, summary: 'Give back: not ours, with a reason', body: reasonBody }, (c, t, b) =>
      desk.giveBack(c, t, b.reason),
    ),
    move('note', { ...handle, summary: 'A note among staff', body: textBody }, (c, t, b) => desk.note(c, t, b.text)),
    move('answer', { ...handle, summary: 'Answer the resident', body: textBody }, (c, t, b) =>
      desk.answer(c, t, b.text),
    ),
    move('close', { action: 'complaints.close', summary: 'Close what was answered', body: emptyBody }, (c, t) =>
      desk.close(c, t),
    ),
    move(
      'extend',
      {
        action: 'complaints.extend',
        summary: 'Extend once, in working days, with a reason that the resident gets',
        body: extendBody,
      },
      (c, t, b) => desk.extend(c, t, b.days, b.reason),
    ),
    move('called', { action: 'complaints.call', summary: 'The resident was called', body: calledBody }, (c, t, b) =>
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
      const before = query.cursor === undefined ? undefined : positionOf(query.cursor);
      const found = filter === null ? [] : await deps.store.list(filter, { before, limit: query.limit + 1 });
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

function countsRoute(deps: ComplaintRouteDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/v1/complaints/counts',
    allow: { action: 'complaints.read' },
    summary: 'How many complaints stand where, under the filters of the list; a clerk counts the own unit',
    query: countsQuery,
    response: complaintCountsView,
    handler: ({ caller, query }) => complaintCounts(deps, caller, query),
  });
}

function positionOf(cursor: string): { receivedAt: Date; id: string } {
  const [at, id] = decodeCursor(cursor, ['number', 'string']);
  const receivedAt = new Date(at);
  if (Number.isNaN(receivedAt.getTime()) || !/^[0-9a-f]{24}$/.test(id)) throw new AppError('invalid_input');
  return { receivedAt, id };
}
