import { AppError, isAppError } from '../kernel/index.ts';
import type { ShellContext } from './context.ts';

/** Words for a page that says what went wrong; `requestId` only where the office should be able to find it in the log. */
export type ErrorPage = (facts: {
  status: number;
  message: string;
  requestId: string | null;
  /** The Cookie header, for how the reader wants pages. */
  cookies: string | undefined;
}) => string;

/** The store is away: names that its driver and mongoose give to that. The shell knows no store, only these words. */
const STORE_AWAY =
  /^Mongo(?:oseServerSelection|ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|WaitQueueTimeout|PoolClosed|PoolCleared|PoolClearedOnNetwork|ClientClosed|OperationTimeout|ExpiredSession)Error$/;
/** mongoose says so without a name of its own when `bufferCommands` is off. */
const NEVER_CONNECTED = /before initial connection is complete|Connection (?:was force closed|is closed)/;
/** Server codes: not primary, shutting down, interrupted, write conflict that outlasted the retries. */
const AWAY_CODES = new Set([6, 7, 89, 91, 112, 189, 262, 9_001, 10_107, 11_600, 11_602, 13_435, 13_436]);

function isStoreAway(error: Error): boolean {
  if (STORE_AWAY.test(error.name)) return true;
  if (error.name === 'MongooseError' && NEVER_CONNECTED.test(error.message)) return true;
  return error.name.startsWith('Mongo') && 'code' in error && AWAY_CODES.has(Number(error.code));
}

/** Any thrown value as an AppError; what nobody expected becomes `internal`. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  const code = error instanceof Error && isStoreAway(error) ? 'store_unavailable' : 'internal';
  return new AppError(code, { cause: error });
}

/** Answers an error: JSON under /api, a plain page elsewhere. Bugs are logged once, with the request's id (P7). */
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
