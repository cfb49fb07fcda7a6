import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type Action, AppError, type Role } from '../kernel/index.ts';
import { parseInChinese, refusalsOf } from './chinese.ts';
import type { ShellContext } from './context.ts';
import type { Allow, Caller } from './route.ts';

/** Equal in a time that does not depend on where they differ, nor on their lengths. */
export function sameSecret(given: string, wanted: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}

/**
 * A write under /api must come from our own pages, and within a session it carries that session's own token.
 * Logging in needs no token: there a page of somebody else's is kept out by Origin and Sec-Fetch-Site.
 */
export function checkCsrf(ctx: ShellContext, allow: Allow, publicOrigin: string): void {
  const site = ctx.get('Sec-Fetch-Site');
  const origin = ctx.get('Origin');
  if (site && site !== 'same-origin' && site !== 'none') throw new AppError('bad_csrf');
  if (origin && !site && origin !== publicOrigin && origin !== `${ctx.protocol}://${ctx.host}`) {
    throw new AppError('bad_csrf');
  }
  const { session } = ctx.state;
  if (!session || allow === 'public') return;
  if (!sameSecret(ctx.get('X-CSRF-Token'), session.csrfToken)) throw new AppError('bad_csrf');
}

/** Lets the caller through or throws not_signed_in / forbidden. */
export function checkAllow(allow: Allow, caller: Caller | null, may: (role: Role, action: Action) => boolean): void {
  if (allow === 'public') return;
  if (!caller) throw new AppError('not_signed_in');
  if (allow !== 'signed-in' && !may(caller.role, allow.action)) throw new AppError('forbidden');
}

/** A body where none is declared: nothing may stand in it (unknown body fields are refused). */
const NO_BODY = z.strictObject({});

/** `value` through `schema`; what does not fit is invalid_input with the places, in Chinese. */
export function parse(schema: z.ZodType | undefined, value: unknown, where: 'params' | 'query' | 'body'): unknown {
  if (!schema && where !== 'body') return {};
  const parsed = parseInChinese(schema ?? NO_BODY, value === undefined ? {} : value);
  if (parsed.success) return parsed.data;
  // A path that cannot name anything is a thing that does not exist.
  if (where === 'params') throw new AppError('not_found');
  throw new AppError('invalid_input', { details: refusalsOf(parsed.error) });
}

/** The query as single values; a parameter given twice is refused, as no one can say which one counts. */
export function singleQuery(search: URLSearchParams): Record<string, string> {
  const query = new Map<string, string>();
  for (const [key, value] of search) {
    if (query.has(key)) throw new AppError('invalid_input', { message: `参数 ${key.slice(0, 40)} 重复了。` });
    query.set(key, value);
  }
  return Object.fromEntries(query);
}
