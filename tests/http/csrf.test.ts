import { beforeAll, describe, expect, it } from 'vitest';
import { buildApp } from '../../src/app/build-app.ts';
import type { Route } from '../../src/http/index.ts';
import { loadConfig } from '../../src/platform/config/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { environment, temporaryFolder } from '../support/office.ts';
import { COOKIE, errorOf, SESSION, startShell, type Shell } from './harness.ts';

/** Logging in has no session yet: a page of somebody else's is kept out by its Origin. */
const LOG_IN = 'post /api/v1/session';

let shell: Shell;
let writes: readonly Route[];
beforeAll(async () => {
  // The table of routes is the service's own; nothing is asked of MongoDB. A handler that is reached leaves its line.
  const app = await buildApp({
    config: loadConfig(environment({ DATA_DIR: temporaryFolder() })),
    log: createLog({ level: 'silent', role: 'test' }),
    consoleDir: '',
  });
  await app.close();
  writes = app.routes.filter(({ method, path }) => method !== 'get' && path.startsWith('/api/'));
  const watched = (effects: unknown[]) =>
    app.routes.map((route): Route => {
      const { params: _params, query: _query, body: _body, upload: _upload, ...rest } = route;
      return { ...rest, handler: async () => void effects.push(lineOf(route)) };
    });
  shell = await startShell(watched, { may: () => true });
});

const lineOf = ({ method, path }: Route) => `${method} ${path}`;

/** The write with these headers: its answer, and what it did. */
async function write(
  route: Route,
  headers: Record<string, string>,
): Promise<{ status: number; code: string; did: unknown[] }> {
  shell.effects.length = 0;
  const path = route.path.replaceAll(/:\w+/g, '0'.repeat(24));
  const answer = await fetch(shell.url + path, { method: route.method.toUpperCase(), headers });
  const code = answer.status >= 400 ? (await errorOf(answer)).code : '';
  return { status: answer.status, code, did: [...shell.effects] };
}

const REFUSED = { status: 403, code: 'bad_csrf', did: [] };
const signedIn = { Cookie: COOKIE };
const withToken = { ...signedIn, 'X-CSRF-Token': SESSION.csrfToken };

describe('every write of the API', () => {
  it('is one of the routes that are tried here', () => {
    expect(writes.length).toBeGreaterThan(30);
    expect(new Set(writes.map(({ method }) => method))).toEqual(new Set(['post', 'put', 'patch', 'delete']));
    expect(writes.filter(({ allow }) => allow === 'public').map(lineOf)).toEqual([LOG_IN]);
  });

  it('needs the token of its own session', async () => {
    for (const route of writes.filter((one) => lineOf(one) !== LOG_IN)) {
      const line = lineOf(route);
      expect(await write(route, signedIn), line).toEqual(REFUSED);
      expect(await write(route, { ...signedIn, 'X-CSRF-Token': '' }), line).toEqual(REFUSED);
      expect(await write(route, { ...signedIn, 'X-CSRF-Token': 'csrf-of-somebody-else' }), line).toEqual(REFUSED);
      expect((await write(route, withToken)).did, line).toEqual([line]);
    }
  });

  it('comes from our own pages, whatever token it has', async () => {
    for (const route of writes) {
      const line = lineOf(route);
      expect(await write(route, { ...withToken, Origin: 'https://elsewhere.example' }), line).toEqual(REFUSED);
      for (const site of ['cross-site', 'same-site']) {
        expect(await write(route, { ...withToken, 'Sec-Fetch-Site': site }), line).toEqual(REFUSED);
      }
      expect((await write(route, { ...withToken, Origin: 'https://town.example' })).did, line).toEqual([line]);
    }
  });
});
