import { randomUUID } from 'node:crypto';
import helmet from 'koa-helmet';
import Koa from 'koa';
import Router from 'koa-router';
import { AppError, type Log } from '../kernel/index.ts';
import { asksForConsole, consoleFiles } from './console-files.ts';
import type { ShellContext } from './context.ts';
import { answerError, type ErrorPage } from './errors.ts';
import { plainRoutes, type PlainDeps } from './plain-routes.ts';
import type { AddressLimiter, ShellMetrics } from './ports.ts';
import { serve, type ServeDeps } from './serve.ts';

export interface ShellDeps extends ServeDeps, PlainDeps {
  readonly limiter: AddressLimiter;
  /** Believe the last proxy's X-Forwarded-For about who calls. */
  readonly trustProxy: boolean;
  /** Null where this process serves no console. */
  readonly consoleDir: string | null;
  readonly errorPage: ErrorPage;
  readonly log: Log;
  readonly metrics: ShellMetrics;
}

type Next = () => Promise<unknown>;

/**
 * The Koa shell. The order of the middleware, and why:
 *  1. identity  request id and log child: everything below may speak of the request
 *  2. access    one line and one count a request, with the route's pattern, whatever happens below
 *  3. errors    every failure below becomes one answer
 *  4. headers   also on errors
 *  5. limit     per address, before anything is read; not for /wechat, whose sender is one platform, nor for the
 *               console's files, of which one visit takes twenty: a whole office shares one address
 *  6. router    session → policy → CSRF → parameters → body → handler, route by route (serve.ts)
 *  7. console   the staff's built pages
 */
export function createShell(deps: ShellDeps): Koa {
  const app = new Koa();
  app.proxy = deps.trustProxy;
  // The proxy's own entry is the last one; those before it are what the caller claims.
  app.maxIpsCount = 1;
  // Koa would print addresses with their queries. What reaches it here is an answer that broke off half way.
  app.on('error', (err: unknown, ctx?: ShellContext) => {
    deps.log.warn('http.broken_off', { route: ctx?.state.route ?? 'none', err });
  });
  const steps = [identity(deps), access(deps), errors(deps), headers(deps), limit(deps)];
  for (const step of steps) app.use(step as unknown as Koa.Middleware);
  app.use(buildRouter(deps).routes());
  if (deps.consoleDir !== null) app.use(consoleFiles(deps.consoleDir) as unknown as Koa.Middleware);
  return app;
}

function identity(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    ctx.state.requestId = randomUUID();
    ctx.state.log = deps.log.child({ requestId: ctx.state.requestId });
    ctx.state.session = null;
    ctx.state.route = 'none';
    ctx.state.quiet = false;
    ctx.set('X-Request-Id', ctx.state.requestId);
    await next();
  };
}

function access(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    const begun = performance.now();
    await next();
    if (ctx.state.quiet) return;
    const seconds = (performance.now() - begun) / 1_000;
    const { route } = ctx.state;
    deps.metrics.httpRequests.inc({ method: ctx.method, route, status: String(ctx.status) });
    deps.metrics.httpSeconds.observe({ method: ctx.method, route }, seconds);
    ctx.state.log.info('http', { method: ctx.method, route, status: ctx.status, ms: Math.round(seconds * 1_000) });
  };
}

function errors(deps: ShellDeps) {
  return async (ctx: ShellContext, next: Next): Promise<void> => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body === undefined) throw nothingHere(ctx);
    } catch (error) {
      answerError(ctx, error, deps.errorPage);
    }
  };
}

/** No such path, or a path that knows other methods. */
function nothingHere(ctx: ShellContext): AppError {
  const methods = (ctx.matched ?? []).flatMap((layer) => layer.methods);
  if (methods.length === 0) return new AppError('not_found');
  ctx.set('Allow', [...new Set(methods)].join(', '));
  return new AppError('method_not_allowed');
}

function headers(deps: ShellDeps) {
  const https = deps.publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        // The console's AMR decoder works in a worker of its own making.
        workerSrc: ["'self'", 'blob:'],
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
    if (!free.has(ctx.path) && !asksForConsole(ctx)) {
      const taken = await deps.limiter.take('ip', ctx.ip);
      if (!taken.ok) throw new AppError('too_many_requests', { retryAfterSeconds: taken.retryAfterSeconds });
    }
    await next();
  };
}

function buildRouter(deps: ShellDeps): Router {
  const router = new Router();
  const register = (
    method: string,
    path: string,
    work: (ctx: ShellContext) => Promise<void>,
    quiet: boolean = false,
  ): void => {
    const handle = async (ctx: ShellContext): Promise<void> => {
      if (!quiet) ctx.state.route = path;
      ctx.state.quiet = quiet;
      await work(ctx);
    };
    router.register(path, [method], [handle]);
  };
  for (const [method, path, work] of plainRoutes(deps)) register(method, path, work);
  for (const route of deps.routes) {
    register(route.method, route.path, (ctx) => serve(ctx, route, deps), route.quiet);
  }
  return router;
}
