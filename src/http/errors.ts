import { AppError, escapeMarkup, isAppError } from '../kernel/index.ts';
import type { ShellContext } from './context.ts';

/** Failures of the store's driver by name: the shell knows no store, but callers shall hear "come back later". */
const STORE_ERRORS = /^(Mongo(ServerSelection|Network|NotConnected|TopologyClosed|WaitQueueTimeout|ose)?\w*Error)$/;

/** Any thrown value as an AppError; what nobody expected becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && STORE_ERRORS.test(error.name) && !('code' in error && error.code === 121)) {
    return new AppError('store_unavailable', { cause: error });
  }
  return new AppError('internal', { cause: error });
}

/** Answers an error: JSON under /api, a plain page elsewhere. Bugs are logged once, with the request's id. */
export function answerError(ctx: ShellContext, thrown: unknown): void {
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
  ctx.type = 'html';
  ctx.body = errorPage(error.status, error.message, ctx.state.requestId);
}

function errorPage(status: number, message: string, requestId: string): string {
  const foot = status >= 500 ? `<p>编号 ${escapeMarkup(requestId)}</p>` : '';
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${status}</title><style>body{font:20px/1.7 sans-serif;max-width:32em;margin:3em auto;padding:0 1em}</style></head>
<body><h1>${escapeMarkup(message)}</h1>${foot}<p><a href="/">回到首页</a></p></body></html>`;
}
