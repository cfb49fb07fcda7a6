import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { AppError } from '../kernel/index.ts';
import type { ShellContext } from './context.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/** A request for the staff console: its files or one of its own routes. */
export function asksForConsole({ method, path }: Pick<ShellContext, 'method' | 'path'>): boolean {
  return (method === 'GET' || method === 'HEAD') && /^\/console(\/|$)/.test(path);
}

/**
 * The built staff console in `folder`; unknown paths under /console/ are its own routes and get its first page. Where
 * the build left a `.gz` beside a file, it goes to everybody who can read it.
 */
export function consoleFiles(folder: string) {
  return async (ctx: ShellContext, next: () => Promise<unknown>): Promise<void> => {
    if (!asksForConsole(ctx)) {
      await next();
      return;
    }
    ctx.state.route = '/console/';
    if (ctx.path === '/console') {
      ctx.redirect('/console/');
      return;
    }
    const wanted = normalize(decode(ctx.path.slice('/console'.length))).replace(/^[/\\]+/, '');
    const isAsset = extname(wanted) !== '' && !wanted.startsWith('..');
    const path = join(folder, isAsset ? wanted : 'index.html');
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) throw new AppError('not_found');
    ctx.set('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    const named = isAsset && wanted.startsWith('assets/');
    ctx.set('Cache-Control', named ? 'public, max-age=31536000, immutable' : 'no-cache');
    ctx.vary('Accept-Encoding');
    const packed = ctx.acceptsEncodings('gzip', 'identity') === 'gzip' ? await sizeOf(`${path}.gz`) : null;
    if (packed !== null) ctx.set('Content-Encoding', 'gzip');
    ctx.length = packed ?? facts.size;
    ctx.body = createReadStream(packed === null ? path : `${path}.gz`);
  };
}

/** In bytes; null where there is no such file. */
async function sizeOf(path: string): Promise<number | null> {
  const facts = await stat(path).catch(() => null);
  return facts?.isFile() === true ? facts.size : null;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AppError('not_found');
  }
}
