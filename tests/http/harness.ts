import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { createShell, defineRoute, type Caller, type Route } from '../../src/http/index.ts';
import { createLog } from '../../src/platform/logging/index.ts';
import { createMetrics } from '../../src/platform/metrics/index.ts';
import { later } from '../support/later.ts';

type ShellDeps = Parameters<typeof createShell>[0];

export const EDITOR: Caller = { id: 'e1', username: 'editor1', name: '小李', role: 'editor', unit: null };
export const SESSION = { token: 'session-of-editor', csrfToken: 'csrf-of-editor' };
export const COOKIE = `xy_session=${SESSION.token}`;

export interface Shell {
  readonly url: string;
  /** Every line that was logged. */
  readonly lines: string[];
  /** What handlers were called with, in order. */
  readonly effects: unknown[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A write of the signed-in editor with the right token; `headers` override. */
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
}

export interface ApiError {
  readonly error: { readonly code: string; readonly message: string; readonly details?: unknown };
}

/** A shell on its own port with `routes`; sessions and limits are in memory. Closed after the file's tests. */
export async function startShell(routes: (effects: unknown[]) => readonly Route[], over: Partial<ShellDeps> = {}) {
  const lines: string[] = [];
  const effects: unknown[] = [];
  const app = createShell({
    routes: routes(effects),
    webhook: async ({ method }) => ({ status: 200, type: 'text/plain', body: method === 'GET' ? 'echo' : 'success' }),
    sessionOf: async (token) => (token === SESSION.token ? { caller: EDITOR, csrfToken: SESSION.csrfToken } : null),
    may: (role, action) => role === 'editor' && action === 'articles.write',
    limiter: { take: async () => ({ ok: true }) },
    publicUrl: 'https://town.example',
    trustProxy: false,
    metricsToken: undefined,
    consoleDir: '/nowhere',
    errorPage: ({ status, message, requestId }) => `<html>${status} ${message} ${requestId ?? ''}</html>`,
    readiness: async () => [],
    log: createLog({ level: 'debug', role: 'test', destination: { write: (line) => void lines.push(line) } }),
    metrics: createMetrics(),
    ...over,
  });
  const server = createServer(app.callback() as Parameters<typeof createServer>[1] & object);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  later(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shell: Shell = {
    url,
    lines,
    effects,
    get: (path, headers = {}) => fetch(url + path, { headers, redirect: 'manual' }),
    send: (method, path, body, headers = {}) =>
      fetch(url + path, {
        method,
        headers: {
          Cookie: COOKIE,
          'X-CSRF-Token': SESSION.csrfToken,
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
      }),
  };
  return shell;
}

export async function errorOf(answer: Response): Promise<ApiError['error']> {
  return ((await answer.json()) as ApiError).error;
}

const noteBody = z.strictObject({ title: z.string().min(1).max(5), count: z.number().int().max(3).optional() });

/** One route of each kind. A handler that runs leaves an effect. */
export function sampleRoutes(effects: unknown[]): Route[] {
  const note = async (input: { body: unknown; query: unknown; params: unknown; request: { ip: string } }) => {
    effects.push(input.body);
    return { ip: input.request.ip, query: input.query, params: input.params };
  };
  const get = { method: 'get', summary: 'reads' } as const;
  return [
    defineRoute({
      ...get,
      path: '/api/v1/open',
      allow: 'public',
      query: z.strictObject({ n: z.string().optional() }),
      handler: note,
    }),
    defineRoute({ ...get, path: '/api/v1/mine', allow: 'signed-in', handler: note }),
    defineRoute({ ...get, path: '/api/v1/audit', allow: { action: 'audit.read' }, handler: note }),
    defineRoute({
      ...get,
      path: '/api/v1/things/:id',
      allow: 'public',
      params: z.strictObject({ id: z.string().regex(/^[0-9a-f]{24}$/) }),
      handler: note,
    }),
    defineRoute({
      ...get,
      path: '/pages/:id',
      allow: 'public',
      handler: async () => Promise.reject(new Error('boom')),
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/notes',
      allow: { action: 'articles.write' },
      summary: 'writes',
      status: 201,
      body: noteBody,
      handler: note,
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/notes/:id/close',
      allow: 'signed-in',
      summary: 'writes without a body',
      handler: note,
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/session',
      allow: 'public',
      summary: 'logs in',
      body: noteBody,
      handler: note,
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/media',
      allow: 'signed-in',
      summary: 'takes a file',
      status: 201,
      upload: { maxBytes: 1_000 },
      handler: async ({ file }) => {
        effects.push(file);
        return { size: file?.bytes.length };
      },
    }),
  ];
}
