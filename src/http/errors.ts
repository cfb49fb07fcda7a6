import { AppError, isAppError, isStoreAway } from '../kernel/index.ts';
import type { ShellContext } from './context.ts';

/** Words for a page that says what went wrong; `requestId` only where the office should be able to find it in the log. */
export type ErrorPage = (facts: {
  status: number;
  message: string;
  requestId: string | null;
  /** The Cookie header, for how the reader wants pages. */
  cookies: string | undefined;
}) => string;

/** Any thrown value as an AppError; what nobody expected becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const code = isStoreAway(error) ? 'store_unavailable' : 'internal';
  return new AppError(code, { cause: error });
}

/**
 * Answers an error: JSON under /api, a plain page elsewhere. Bugs are logged once, with the request's id
 * (docs/promises.md#p7).
 */
export function answerError(ctx: ShellContext, thrown: unknown, errorPage: ErrorPage): void {
  const error = toAppError(thrown);
  if (error.code === 'internal' || error.code === 'store_unavailable') {
    ctx.state.log.error('http.failed', { route: ctx.state.route, err: error.cause ?? error });
  }
  ctx.status = error.status;
  if (error.retryAfterSeconds !== undefined) ctx.set('Retry-After', String(error.retryAfterSeconds));
  ctx.set('Cache-Control', 'no-store');
  if (ctx.path.startsWith('/api/') || ctx.path === '/wechat') {
    const details = error.details === undefined ? {} : { details: error.details };
    ctx.body = { error: { code: error.code, message: error.message, ...details } };
    return;
  }
  const requestId = error.status >= 500 ? ctx.state.requestId : null;
  const cookies = ctx.get('cookie') || undefined;
  ctx.body = errorPage({ status: error.status, message: error.message, requestId, cookies });
  ctx.type = 'html';
}
