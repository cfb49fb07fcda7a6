import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../kernel/index.ts';
import type { ShellContext } from './context.ts';
import type { Allow, Caller } from './route.ts';

/** A write under /api needs the session's own token and must come from our own pages (design §4). */
export function checkCsrf(ctx: ShellContext, publicUrl: string): void {
  const site = ctx.get('Sec-Fetch-Site');
  const origin = ctx.get('Origin');
  if (site && site !== 'same-origin' && site !== 'none') throw new AppError('bad_csrf');
  if (origin && !site && origin !== new URL(publicUrl).origin && origin !== `${ctx.protocol}://${ctx.host}`) {
    throw new AppError('bad_csrf');
  }
  const { session } = ctx.state;
  if (!session) return;
  const given = Buffer.from(ctx.get('X-CSRF-Token'));
  const wanted = Buffer.from(session.csrfToken);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new AppError('bad_csrf');
}

/** Lets the caller through or throws not_signed_in / forbidden. */
export function checkAllow(allow: Allow, caller: Caller | null, may: (role: string, action: string) => boolean): void {
  if (allow === 'public') return;
  if (!caller) throw new AppError('not_signed_in');
  if (allow !== 'signed-in' && !may(caller.role, allow.action)) throw new AppError('forbidden');
}

/** `value` through `schema`; what does not fit is invalid_input with the places, in Chinese. */
export function parse(schema: z.ZodType | undefined, value: unknown, where: 'params' | 'query' | 'body'): unknown {
  if (!schema) return {};
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  // A path that cannot name anything is a thing that does not exist.
  if (where === 'params') throw new AppError('not_found');
  throw new AppError('invalid_input', {
    details: parsed.error.issues.slice(0, 20).map((issue) => ({ path: issue.path.join('.'), problem: issue.message })),
  });
}

/** The query as single values; a parameter given twice is refused, as no one can say which one counts. */
export function singleQuery(search: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = {};
  for (const [key, value] of search) {
    if (Object.hasOwn(query, key)) throw new AppError('invalid_input', { message: `参数 ${key} 重复了。` });
    query[key] = value;
  }
  return query;
}

/** Chinese messages for what schemas refuse. */
export function useChineseMessages(): void {
  z.config(z.locales.zhCN());
}
