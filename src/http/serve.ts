import type { Action, Role } from '../kernel/index.ts';
import { readJson, readUpload } from './body.ts';
import { SESSION_COOKIE, type ShellContext } from './context.ts';
import { checkAllow, checkCsrf, parse, singleQuery } from './guards.ts';
import { RawAnswer, SessionAnswer, type Caller, type Route } from './route.ts';

export interface ServeDeps {
  readonly sessionOf: (token: string) => Promise<{ caller: Caller; csrfToken: string } | null>;
  readonly may: (role: Role, action: Action) => boolean;
  readonly publicUrl: string;
}

/** One request on one route: session → policy → CSRF → body → schemas → handler → answer. */
export async function serve(ctx: ShellContext, route: Route, deps: ServeDeps): Promise<void> {
  const token = ctx.cookies.get(SESSION_COOKIE) ?? null;
  const isApi = route.path.startsWith('/api/');
  if (token && (isApi || route.allow !== 'public' || route.path.startsWith('/media/'))) {
    const found = await deps.sessionOf(token);
    if (found) ctx.state.session = { ...found, token };
  }
  const { session } = ctx.state;
  const write = route.method !== 'get';
  checkAllow(route.allow, session?.caller ?? null, deps.may);
  if (isApi && write) checkCsrf(ctx, route.allow, new URL(deps.publicUrl).origin);
  const params = parse(route.params, ctx.params, 'params');
  const query = parse(route.query, singleQuery(new URLSearchParams(ctx.querystring)), 'query');
  const file = route.upload ? await readUpload(ctx.req, route.upload.maxBytes) : null;
  const body = write && !route.upload ? parse(route.body, await readJson(ctx.req), 'body') : {};
  const result = await route.handler({
    params,
    query,
    body,
    caller: session?.caller ?? null,
    file,
    request: { id: ctx.state.requestId, ip: ctx.ip, sessionToken: token, header: (name) => ctx.get(name) || undefined },
  });
  answer(ctx, route, result, deps.publicUrl);
}

function answer(ctx: ShellContext, route: Route, result: unknown, publicUrl: string): void {
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
  const secure = publicUrl.startsWith('https:');
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
