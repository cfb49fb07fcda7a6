import type { Route } from '../../src/http/index.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { POLICY, roleMay, ROLES, type Role } from '../../src/staff/index.ts';
import { startOffice, type Desk, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

const LETTERS: Readonly<Record<Role, string>> = {
  editor: 'E',
  dispatcher: 'D',
  leader: 'L',
  clerk: 'C',
  discipline: 'I',
  supervisor: 'S',
  admin: 'A',
};

/**
 * Who may what, written out by route. A route that is missing here, or that lets in somebody else than
 * stands here, fails: change this table only together with the design or a decision in docs/decisions.
 */
const MATRIX = `
GET    /api/v1/articles                          EDL  S
GET    /api/v1/articles/:id                      EDL  S
GET    /api/v1/articles/counts                   EDL  S
GET    /api/v1/articles/:id/diff                 EDL  S
GET    /api/v1/articles/:id/versions             EDL  S
PATCH  /api/v1/articles/:id                      EDL
POST   /api/v1/articles                          EDL
POST   /api/v1/articles/clean                    EDL
POST   /api/v1/articles/scan                     EDL
POST   /api/v1/articles/:id/approve                L
POST   /api/v1/articles/:id/reject                 L
POST   /api/v1/articles/:id/submit               EDL
POST   /api/v1/articles/:id/withdraw              DL
POST   /api/v1/media                             EDL
GET    /api/v1/audit                               L  S
GET    /api/v1/briefings                         EDL  S
GET    /api/v1/briefings/:id                     EDL  S
GET    /api/v1/briefings/calendar                EDL  S
GET    /api/v1/briefings/quota                   EDL  S
PATCH  /api/v1/briefings/:id                      D
POST   /api/v1/briefings                          D
POST   /api/v1/briefings/:id/approve               L
POST   /api/v1/briefings/:id/cancel               D
POST   /api/v1/briefings/:id/delete-pushed        DL
POST   /api/v1/briefings/:id/preview              D
POST   /api/v1/briefings/:id/reject                L
POST   /api/v1/briefings/:id/resolve               L
POST   /api/v1/briefings/:id/schedule             D
POST   /api/v1/briefings/:id/submit               D
GET    /api/v1/complaints                         DLC S
GET    /api/v1/complaints/:ticket                 DLC S
GET    /api/v1/complaints/counts                  DLC S
GET    /api/v1/complaints/:ticket/media/:id       DLC S
POST   /api/v1/complaints                         D
POST   /api/v1/complaints/:ticket/accept          D
POST   /api/v1/complaints/:ticket/answer            C
POST   /api/v1/complaints/:ticket/assign          D
POST   /api/v1/complaints/:ticket/called          D C
POST   /api/v1/complaints/:ticket/close           D C
POST   /api/v1/complaints/:ticket/extend           L
POST   /api/v1/complaints/:ticket/note              C
POST   /api/v1/complaints/:ticket/preview           C
POST   /api/v1/complaints/:ticket/refuse          D
POST   /api/v1/complaints/:ticket/return            C
GET    /api/v1/figures/articles                   DL  S
GET    /api/v1/figures/complaints                 DL  S
GET    /api/v1/health                             DL  SA
GET    /api/v1/menu                              DL  SA
PUT    /api/v1/menu                              D
DELETE /api/v1/menu                              D
POST   /api/v1/menu/publish                      D
GET    /api/v1/staff                                   A
PATCH  /api/v1/staff/:id                               A
POST   /api/v1/staff                                   A
GET    /api/v1/subscribers/growth                 DL  SA
GET    /api/v1/subscribers/summary                DL  SA
POST   /api/v1/subscribers/import                 D    A
POST   /api/v1/tipoffs/:code/answer                  I
GET    /api/v1/tipoffs/:code/media/:id               I
GET    /api/v1/tipoffs/:code                         I
GET    /api/v1/tipoffs                               I
`;

/** Everybody who is signed in: the own session, and the words that screens need. */
const SIGNED_IN = [
  'GET /api/v1/session',
  'DELETE /api/v1/session',
  'PUT /api/v1/session/password',
  'POST /api/v1/session/bind',
  'GET /api/v1/meta',
];

/** Everybody: logging in, and what residents read. */
const PUBLIC = [
  'POST /api/v1/session',
  'GET /',
  'GET /articles/:id',
  'GET /articles/:id/print',
  'GET /categories/:code',
  'GET /categories/:code/print',
  'GET /villages/:code',
  'GET /villages/:code/print',
  'GET /about',
  'GET /privacy',
  'GET /text-size/:size',
  'GET /search',
  'GET /complaints/:ticket',
  'GET /complaints/:ticket/media/:id',
  'GET /feed.xml',
  'GET /sitemap.xml',
  'GET /robots.txt',
  'GET /media/:id',
];

const { uri } = testDatabase();
let office: Office;
let routes: readonly { readonly line: string; readonly allow: Route['allow'] }[];
beforeAll(async () => {
  office = await startOffice({ uri });
  routes = office.app.routes.map(({ method, path, allow }) => ({ line: `${method.toUpperCase()} ${path}`, allow }));
});

/** `GET /path` → its letters in the order of ROLES. */
const expected = new Map(
  MATRIX.trim()
    .split('\n')
    .map((row) => {
      const [method = '', path = '', ...letters] = row.split(/\s+/);
      return [`${method} ${path}`, letters.join('')] as const;
    }),
);
const sorted = (lines: Iterable<string>) => [...lines].sort((a, b) => a.localeCompare(b));

describe('the route × role matrix', () => {
  it('is exactly the one of the design', () => {
    const guarded = routes.flatMap(({ line, allow }) => {
      if (typeof allow === 'string') return [];
      return [`${line} ${ROLES.flatMap((role) => (roleMay(role, allow.action) ? [LETTERS[role]] : [])).join('')}`];
    });
    expect(sorted(guarded)).toEqual(sorted([...expected].map(([line, letters]) => `${line} ${letters}`)));
  });

  it('leaves open what stands in two short lists', () => {
    const open = (kind: string) => sorted(routes.flatMap(({ line, allow }) => (allow === kind ? [line] : [])));
    expect(open('signed-in')).toEqual(sorted(SIGNED_IN));
    expect(open('public')).toEqual(sorted(PUBLIC));
  });

  it('has no action that no route asks for', () => {
    const asked = new Set<string>(routes.map(({ allow }) => (typeof allow === 'object' ? allow.action : '')));
    expect(Object.keys(POLICY).filter((action) => !asked.has(action))).toEqual([]);
  });

  it('holds at the door: over HTTP each role gets 403 exactly where it has no letter', {
    timeout: 120_000,
  }, async () => {
    const desks = new Map<Role, Desk>();
    for (const role of ROLES) desks.set(role, await office.staff(role));
    const wrong: string[] = [];
    for (const [line, letters] of expected) {
      const [method = '', pattern = ''] = line.split(' ');
      const path = pattern
        .replace(':id', '0'.repeat(24))
        .replace(':ticket', '20260210-9999')
        .replace(':code', 'ACDEFGHJKM');
      const nobody = await fetch(office.url + path, { method });
      if (nobody.status !== 401) wrong.push(`${line}: ${nobody.status} without a session`);
      for (const [role, desk] of desks) {
        // No body fits `nothing`, so that whoever is let in changes nothing.
        const { status } = await desk.ask(method, path, method === 'GET' ? undefined : { nothing: true });
        if ((status !== 403) !== letters.includes(LETTERS[role])) wrong.push(`${line}: ${role} got ${status}`);
        // 503: the platform is a closed port here.
        if (status === 500) wrong.push(`${line}: ${role} got ${status}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});
