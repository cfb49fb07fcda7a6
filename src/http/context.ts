import type { RouterContext } from 'koa-router';
import type { Log } from '../kernel/index.ts';
import type { Caller } from './route.ts';

/** What the shell keeps for one request; `ctx.state` is the only place for request data. */
export interface ShellState {
  requestId: string;
  log: Log;
  session: { caller: Caller; csrfToken: string; token: string } | null;
  /** The pattern, never the path: paths hold tickets and signatures. */
  route: string;
  /** No access line and no count for this request. */
  quiet: boolean;
}

export type ShellContext = RouterContext & { state: ShellState };

export const SESSION_COOKIE = 'xy_session';
