import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import helmet from 'koa-helmet';
import Koa from 'koa';
import Router from 'koa-router';
import { AppError, type Log } from '../kernel/index.ts';
import { readBytes, readJson, readUpload } from './body.ts';
import { SESSION_COOKIE, type ShellContext } from './context.ts';
import { answerError } from './errors.ts';
import { checkAllow, checkCsrf, parse, singleQuery, useChineseMessages } from './guards.ts';
import { openApiDocument } from './openapi.ts';
import type { AddressLimiter, ShellMetrics } from './ports.ts';
import { RawAnswer, SessionAnswer, type Caller, type Route } from './route.ts';

/** The platform's calls: raw, because the signature is checked over what came and repeated parameters must be seen. */
export type WebhookHandler = (request: {
  method: 'GET' | 'POST';
  query: URLSearchParams;
  body: string;
}) => Promise<{ status: number; type: string; body: string }>;

export interface ShellDeps {
  readonly routes: readonly Route[];
  readonly webhook: WebhookHandler;
  readonly sessionOf: (token: string) => Promise<{ caller: Caller; csrfToken: string } | null>;
  readonly may: (role: string, action: string) => boolean;
  readonly limiter: AddressLimiter;
  readonly publicUrl: string;
  readonly trustProxy: boolean;
  readonly metricsToken: string | undefined;
  readonly consoleDir: string;
  /** Problems that keep pages and API from being served; empty = ready. */
  readonly readiness: () => Promise<readonly string[]>;
  readonly log: Log;
  readonly metrics: ShellMetrics;
}

/** The platform's messages are small: 64 KiB holds the longest text with room (design §4). */
const MAX_WEBHOOK_BYTES = 65_536;

type Next = () => Promise<unknown>;

/**
 * The Koa shell. The order of the middleware, and why:
 *  1. identity  request id and log child: everything below may speak of the request
 *  2. access    one line and one count a request, with the route's pattern, whatever happens below
 *  3. errors    every failure below becomes one answer
 *  4. headers   also on errors
 *  5. limit     per address, before anything is read; not for /wechat, whose sender is one platform
 *  6. router    body → session → CSRF → policy → schemas → handler, route by route
 */
export function createShell(deps: ShellDeps): Koa {
  useChineseMessages();
  const app = new Koa();
  app.proxy = deps.trustProxy;
  app.silent = true;
  const middleware = [identity(deps), access(deps), errors, headers(deps), limit(deps)];
  for (const step of middleware) app.use(step as unknown as Koa.Middleware);
  app.use(buildRouter(deps).routes());
  app.use(console_(deps) as unknown as Koa.Middleware);
  return app;
}

function identity(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    ctx.state.requestId = randomUUID();
    ctx.state.log = deps.log.child({ requestId: ctx.state.requestId });
    ctx.state.session = null;
    ctx.state.route = 'none';
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
  };
}

function access(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    const begun = performance.now();
    await next();
    const seconds = (performance.now() - begun) / 1_000;
    const { route } = ctx.state;
    deps.metrics.httpRequests.inc({ method: ctx.method, route, status: String(ctx.status) });
    deps.metrics.httpSeconds.observe({ method: ctx.method, route }, seconds);
    ctx.state.log.info('http', { method: ctx.method, route, status: ctx.status, ms: Math.round(seconds * 1_000) });
  };
}

async function errors(ctx: ShellContext, next: Next): Promise<void> {
  try {
    await next();
    if (ctx.status === 404 && ctx.body === undefined) throw new AppError('not_found');
  } catch (error) {
    answerError(ctx, error);
  }
}

function headers(deps: ShellDeps) {
  const https = deps.publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        upgradeInsecureRequests: https ? [] : null,
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: https ? { maxAge: 15_552_000 } : false,
    xFrameOptions: { action: 'deny' },
  });
}

function limit(deps: ShellDeps) {
  const free = new Set(['/wechat', '/healthz', '/readyz', '/metrics']);
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    if (!free.has(ctx.path)) {
      const taken = await deps.limiter.take('ip', ctx.ip);
      if (!taken.ok) throw new AppError('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
    }
    await next();
  };
}

function buildRouter(deps: ShellDeps): Router {
  const router = new Router();
  const register = (method: string, path: string, work: (ctx: ShellContext) => Promise<void>): void => {
    router.register(
      path,
      [method],
      [
        async (ctx) => {
          const shell = ctx;
          shell.state.route = path;
          await work(shell);
        },
      ],
    );
  };
  register('get', '/healthz', async (ctx) => {
    ctx.body = { status: 'ok' };
  });
  register('get', '/readyz', async (ctx) => {
    const problems = await deps.readiness();
    ctx.status = problems.length === 0 ? 200 : 503;
    ctx.body = { status: problems.length === 0 ? 'ready' : 'not ready', problems };
  });
  register('get', '/metrics', (ctx) => answerMetrics(ctx, deps));
  register('get', '/openapi.json', async (ctx) => {
    ctx.body = openApiDocument(deps.routes);
  });
  register('get', '/wechat', (ctx) => answerWebhook(ctx, deps));
  register('post', '/wechat', (ctx) => answerWebhook(ctx, deps));
  for (const route of deps.routes) register(route.method, route.path, (ctx) => serve(ctx, route, deps));
  return router;
}

async function answerMetrics(ctx: ShellContext, deps: ShellDeps): Promise<void> {
  const local = /^(::ffff:)?127\.|^::1$/.test(ctx.req.socket.remoteAddress ?? '') && !ctx.get('X-Forwarded-For');
  const allowed = deps.metricsToken === undefined ? local : ctx.get('Authorization') === `Bearer ${deps.metricsToken}`;
  if (!allowed) throw new AppError('not_found');
  const { type, body } = await deps.metrics.expose();
  ctx.set('Content-Type', type);
  ctx.body = body;
}

async function answerWebhook(ctx: ShellContext, deps: ShellDeps): Promise<void> {
  const method = ctx.method === 'POST' ? 'POST' : 'GET';
  const bytes = method === 'POST' ? await readBytes(ctx.req, MAX_WEBHOOK_BYTES) : Buffer.alloc(0);
  const answer = await deps.webhook({
    method,
    query: new URLSearchParams(ctx.querystring),
    body: bytes.toString('utf8'),
  });
  ctx.status = answer.status;
  ctx.set('Content-Type', answer.type);
  ctx.body = answer.body;
}

async function serve(ctx: ShellContext, route: Route, deps: ShellDeps): Promise<void> {
  const token = ctx.cookies.get(SESSION_COOKIE) ?? null;
  const isApi = route.path.startsWith('/api/');
  if (token && (isApi || route.allow !== 'public' || route.path.startsWith('/media/'))) {
    const found = await deps.sessionOf(token);
    if (found) ctx.state.session = { ...found, token };
  }
  const { session } = ctx.state;
  const write = route.method !== 'get';
  checkAllow(route.allow, session?.caller ?? null, deps.may);
  if (isApi && write) checkCsrf(ctx, deps.publicUrl);
  const file = route.upload ? await readUpload(ctx.req, route.upload.maxBytes) : null;
  const body = write && !route.upload ? parse(route.body, await readJson(ctx.req), 'body') : {};
  const result = await route.handler({
    params: parse(route.params, ctx.params, 'params'),
    query: parse(route.query, singleQuery(new URLSearchParams(ctx.querystring)), 'query'),
    body,
    caller: (session?.caller ?? null) as Caller,
    file,
    request: { id: ctx.state.requestId, ip: ctx.ip, sessionToken: token, header: (name) => ctx.get(name) || undefined },
  });
  answer(ctx, route, result, deps);
}

function answer(ctx: ShellContext, route: Route, result: unknown, deps: ShellDeps): void {
  if (result instanceof RawAnswer) {
    ctx.status = result.status;
    ctx.set('Content-Type', result.type);
    for (const [name, value] of Object.entries(result.headers)) ctx.set(name, value);
    ctx.body = result.body;
    if (ctx.fresh) ctx.status = 304;
    return;
  }
  ctx.set('Cache-Control', 'no-store');
  ctx.status = route.status ?? 200;
  if (!(result instanceof SessionAnswer)) {
    ctx.body = result ?? {};
    return;
  }
  ctx.body = result.body;
  const secure = deps.publicUrl.startsWith('https:');
  // Koa refuses a secure cookie on a plain socket; behind a proxy that ends https the town's address decides.
  ctx.cookies.secure = secure;
  ctx.cookies.set(SESSION_COOKIE, result.session?.token ?? null, {
    httpOnly: true,
    sameSite: 'strict',
    secure,
    overwrite: true,
    ...(result.session ? { expires: result.session.expiresAt } : {}),
  });
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/** The built staff console; unknown paths under /console/ are its own routes and get its first page. */
function console_(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    if (ctx.method !== 'GET' || !ctx.path.startsWith('/console')) {
      await next();
      return;
    }
    ctx.state.route = '/console/';
    const wanted = normalize(decodeURIComponent(ctx.path.slice('/console'.length))).replace(/^[/\\]+/, '');
    const isAsset = extname(wanted) !== '' && !wanted.startsWith('..');
    const path = join(deps.consoleDir, isAsset ? wanted : 'index.html');
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) throw new AppError('not_found');
    ctx.set('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    ctx.set(
      'Cache-Control',
      isAsset && wanted.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    ctx.length = facts.size;
    ctx.body = createReadStream(path);
  };
}
