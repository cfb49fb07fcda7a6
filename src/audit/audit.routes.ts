import { decodeIdCursor, defineRoute, encodeCursor, type Route } from '../http/index.ts';
import { auditPage, auditQuery } from './audit.contract.ts';
import type { AuditDoc, AuditStore } from './audit.store.ts';

export function auditRoutes(store: AuditStore): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/v1/audit',
      allow: { action: 'audit.read' },
      summary: 'Who did what, newest first; entries about tipoffs are left out',
      query: auditQuery,
      response: auditPage,
      handler: async ({ query }) => {
        const beforeId = query.cursor === undefined ? undefined : decodeIdCursor(query.cursor);
        const rows = await store.list({
          action: query.action,
          username: query.username,
          targetId: query.target,
          from: query.from === undefined ? undefined : new Date(query.from),
          to: query.to === undefined ? undefined : new Date(query.to),
          beforeId,
          limit: query.limit + 1,
        });
        const page = rows.slice(0, query.limit);
        const last = page.at(-1);
        return {
          items: page.map(present),
          nextCursor: rows.length > query.limit && last ? encodeCursor([String(last._id)]) : null,
        };
      },
    }),
  ];
}

function present(row: AuditDoc): Record<string, unknown> {
  const { actor } = row;
  const name = actor.kind === 'staff' ? actor.username : actor.kind === 'system' ? actor.part : actor.ref;
  return {
    id: String(row._id),
    at: row.at.toISOString(),
    action: row.action,
    actor: { kind: actor.kind, name, role: actor.kind === 'staff' ? actor.role : null },
    target: row.target,
    before: row.before,
    after: row.after,
    reason: row.reason,
    sealed: row.sealed,
  };
}
