import type { z } from 'zod';
import type { Clock } from '../kernel/index.ts';
import { decodeCursor, defineRoute, encodeCursor, RawAnswer, type Route } from '../http/index.ts';
import { isWaiting } from './media.ts';
import type { Tipoff, TipoffPart } from './tipoff.ts';
import {
  answerBody,
  tipoffMediaParams,
  tipoffPage,
  tipoffParams,
  tipoffQuery,
  tipoffView,
} from './tipoffs.contract.ts';
import type { DisciplineDesk } from './tipoffs.service.ts';

const shared = { allow: { action: 'tipoffs.handle' }, quiet: true } as const;

/** The discipline office's own routes; every other role gets 403 from the policy table. */
export function tipoffRoutes(deps: { desk: DisciplineDesk; clock: Clock }): Route[] {
  const { desk, clock } = deps;
  const show = (tipoff: Tipoff): z.input<typeof tipoffView> => whole(tipoff, clock.now());
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/tipoffs',
      ...shared,
      summary: 'Tipoffs, newest day first; the look is audited',
      query: tipoffQuery,
      response: tipoffPage,
      handler: async ({ caller, query: { limit, cursor, status } }) => {
        const [day, id] = cursor === undefined ? [] : decodeCursor(cursor, ['number', 'string']);
        const before = day === undefined || id === undefined ? undefined : { day: new Date(day), id };
        const { tipoffs, next } = await desk.list(caller, { status, before, limit });
        return {
          items: tipoffs.map((tipoff) => row(tipoff, clock.now())),
          nextCursor: next && encodeCursor([next.day.getTime(), next.id]),
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/tipoffs/:code',
      ...shared,
      summary: 'One tipoff with its answers; the look is audited',
      params: tipoffParams,
      response: tipoffView,
      handler: async ({ caller, params }) => show(await desk.view(caller, params.code)),
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/tipoffs/:code/media/:id',
      ...shared,
      summary: 'A photo, voice or video of a tipoff; the look is audited',
      params: tipoffMediaParams,
      handler: async ({ caller, params }) => {
        const { bytes, contentType } = await desk.media(caller, params.code, params.id);
        const shown = /^(image\/(jpeg|png|gif|webp)|audio\/|video\/)/.test(contentType);
        return new RawAnswer({
          type: shown ? contentType : 'application/octet-stream',
          body: bytes,
          headers: { 'Cache-Control': 'no-store', 'Content-Disposition': shown ? 'inline' : 'attachment' },
        });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/tipoffs/:code/answer',
      ...shared,
      summary: 'Answer; the holder is told that there is an answer, not what it says',
      params: tipoffParams,
      body: answerBody,
      response: tipoffView,
      handler: async ({ caller, params, body }) => show(await desk.answer(caller, params.code, body.text)),
    }),
  ];
}

function row(tipoff: Tipoff, now: Date): z.input<typeof tipoffPage>['items'][number] {
  const { code, status, receivedAt, dueAt } = tipoff;
  return {
    code,
    status,
    receivedAt: receivedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    overdue: status === 'received' && dueAt < now,
  };
}

function whole(tipoff: Tipoff, now: Date): z.input<typeof tipoffView> {
  return {
    ...row(tipoff, now),
    messages: tipoff.parts.map((part) => ({
      at: part.at.toISOString(),
      type: part.type,
      ...(part.text === undefined ? {} : { text: part.text }),
      ...(part.location === undefined ? {} : { location: part.location }),
      ...mediaOf(part),
    })),
    answers: tipoff.answers.map(({ at, text }) => ({ at: at.toISOString(), text })),
  };
}

function mediaOf(part: TipoffPart): { media?: 'stored' | 'waiting' | 'lost'; mediaId?: string; contentType?: string } {
  if (part.file) return { media: 'stored', mediaId: part.file.id, contentType: part.file.contentType };
  if (part.lost) return { media: 'lost' };
  return isWaiting(part) ? { media: 'waiting' } : {};
}
