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

/** The built staff console in `folder`; unknown paths under /console/ are its own routes and get its first page. */
export function consoleFiles(folder: string) {
  return async (ctx: ShellContext, next: () => Promise<unknown>): Promise<void> => {
    if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || !/^\/console(\/|$)/.test(ctx.path)) {
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
    ctx.length = facts.size;
    ctx.body = createReadStream(path);
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new AppError('not_found');
  }
}
