import { AppError } from '../kernel/index.ts';
import { staffActor } from '../audit/index.ts';
import { decodeCursor, defineRoute, encodeCursor, SessionAnswer, type Caller, type Route } from '../http/index.ts';
import {
  bindView,
  callerView,
  changeStaffBody,
  createStaffBody,
  loginBody,
  ownPasswordBody,
  sessionView,
  staffPage,
  staffParams,
  staffQuery,
  staffView,
} from './staff.contract.ts';
import type { StaffMember } from './staff.ts';
import type { StartedSession } from './sessions.service.ts';
import type { StaffService } from './staff.service.ts';

function started(session: StartedSession): SessionAnswer {
  const { id, username, name, role, unit } = session.staff;
  return new SessionAnswer({ csrfToken: session.csrfToken, staff: { id, username, name, role, unit } }, session);
}

export function staffRoutes(service: StaffService): Route[] {
  return [...sessionRoutes(service), ...accountRoutes(service)];
}

function sessionRoutes(service: StaffService): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/session',
      allow: 'public',
      summary: 'Log in; a new session replaces whatever the browser held',
      body: loginBody,
      response: sessionView,
      handler: async ({ body, request }) => {
        const session = await service.logIn({ ...body, ip: request.ip });
        const old = request.sessionToken ? await service.sessionOf(request.sessionToken) : null;
        if (old && request.sessionToken) await service.logOut(request.sessionToken, old.caller);
        return started(session);
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/session',
      allow: 'signed-in',
      summary: 'Who am I, and the token that every write must carry',
      response: sessionView,
      handler: async ({ caller, request }) => {
        const found = request.sessionToken ? await service.sessionOf(request.sessionToken) : null;
        if (!found) throw new AppError('not_signed_in');
        return { csrfToken: found.csrfToken, staff: callerView.parse(caller) };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/v1/session',
      allow: 'signed-in',
      summary: 'Log out',
      handler: async ({ caller, request }) => {
        if (request.sessionToken) await service.logOut(request.sessionToken, caller);
        return new SessionAnswer({}, null);
      },
    }),
    defineRoute({
      method: 'put',
      path: '/api/v1/session/password',
      allow: 'signed-in',
      summary: 'Change the own password; all other sessions end',
      body: ownPasswordBody,
      response: sessionView,
      handler: async ({ body, caller, request }) =>
        started(await service.changeOwnPassword(caller, { ...body, ip: request.ip })),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/session/bind',
      allow: 'signed-in',
      summary: 'A code that binds the own phone when it is sent in chat as 绑定 <code>',
      response: bindView,
      handler: async ({ caller }) => ({ code: await service.newBindCode(caller) }),
    }),
  ];
}

function accountRoutes(service: StaffService): Route[] {
  const actor = (caller: Caller) => staffActor(caller);
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/staff',
      allow: { action: 'staff.manage' },
      summary: 'Accounts by username',
      query: staffQuery,
      response: staffPage,
      handler: async ({ query }) => {
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, ['string'])[0];
        const found = await service.list(after, query.limit + 1);
        const page = found.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(present),
          nextCursor: found.length > query.limit && last ? encodeCursor([last.username]) : null,
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/staff',
      allow: { action: 'staff.manage' },
      summary: 'Open an account',
      status: 201,
      body: createStaffBody,
      response: staffView,
      handler: async ({ body, caller }) => present(await service.create(actor(caller), body)),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/v1/staff/:id',
      allow: { action: 'staff.manage' },
      summary: 'Change, disable or re-enable an account; its sessions end where that matters',
      params: staffParams,
      body: changeStaffBody,
      response: staffView,
      handler: async ({ params, body, caller }) => {
        const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
        return present(await service.change(actor(caller), params.id, given));
      },
    }),
  ];
}

function present(staff: StaffMember): Record<string, unknown> {
  const { id, username, name, role, unit, disabled, openid } = staff;
  return { id, username, name, role, unit, disabled, bound: openid !== null };
}
