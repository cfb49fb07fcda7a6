import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { Context } from 'koa';
import { escapeMarkup, formatChinaMinute } from '../kernel/index.ts';
import type { World } from './world.ts';

/** Article bodies are other people's HTML: nothing in them may run. */
const ARTICLE_POLICY = "default-src 'none'; img-src *; style-src 'unsafe-inline'";

const PUBLIC = new URL('./public/', import.meta.url);
const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['phone.html', 'text/html; charset=utf-8'],
  '/desk.js': ['desk.js', 'text/javascript; charset=utf-8'],
  '/phone.js': ['phone.js', 'text/javascript; charset=utf-8'],
  '/menu.js': ['menu.js', 'text/javascript; charset=utf-8'],
  '/lines.js': ['lines.js', 'text/javascript; charset=utf-8'],
  '/phone.css': ['phone.css', 'text/css; charset=utf-8'],
  '/lines.css': ['lines.css', 'text/css; charset=utf-8'],
  '/sheets.js': ['sheets.js', 'text/javascript; charset=utf-8'],
  '/sheets.css': ['sheets.css', 'text/css; charset=utf-8'],
  '/sound.js': ['sound.js', 'text/javascript; charset=utf-8'],
  '/amr.js': [amrPlayer(), 'text/javascript; charset=utf-8'],
};

/** Decoder of AMR for the phone page alone, as its package brings it: no browser plays what WeChat records. */
function amrPlayer(): string {
  const main = createRequire(import.meta.url).resolve('benz-amr-recorder');
  return new URL('./BenzAMRRecorder.min.js', pathToFileURL(main)).href;
}

interface ShownArticle {
  readonly title: string;
  readonly author: string;
  readonly content: string;
  readonly sourceUrl: string;
  readonly at: Date;
}

function articleHtml(article: ShownArticle): string {
  const source = /^https?:\/\//.test(article.sourceUrl)
    ? `<p class="source"><a href="${escapeMarkup(article.sourceUrl)}" target="_blank" rel="noopener">阅读原文</a></p>`
    : '';
  return pageHtml(
    article.title,
    `<h1>${escapeMarkup(article.title)}</h1>
<p class="by">${escapeMarkup(article.author)} ${escapeMarkup(formatChinaMinute(article.at))}</p>
<article>${article.content}</article>${source}`,
  );
}

function pageHtml(title: string, body: string): string {
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeMarkup(title)}</title>
<style>body{max-width:677px;margin:0 auto;padding:20px 16px 48px;font:17px/1.75 system-ui,sans-serif;color:#222}
h1{font-size:22px;line-height:1.4;margin:0 0 12px}.by{color:#737373;font-size:15px;margin:0 0 24px}
img{max-width:100%;height:auto}.source a{color:#2f5f8f}</style></head><body>${body}</body></html>`;
}

function articleAt(world: World, path: string): ShownArticle | 'deleted' | undefined {
  const draftPath = /^\/s\/tmp\/([^/]+)\/(\d)$/.exec(path);
  if (draftPath !== null) {
    const draft = world.drafts.get(draftPath[1] ?? '');
    const article = draft?.articles[Number(draftPath[2])];
    if (draft === undefined || article === undefined) return undefined;
    return { ...article, sourceUrl: article.content_source_url, at: new Date(draft.updatedAt * 1_000) };
  }
  const page = world.pages.get(path.slice('/s/'.length));
  if (page === undefined) return undefined;
  return page.deleted ? 'deleted' : { ...page, at: new Date(page.at) };
}

function showArticle(world: World, ctx: Context): void {
  const article = articleAt(world, ctx.path);
  ctx.type = 'html';
  ctx.set('Content-Security-Policy', ARTICLE_POLICY);
  if (article === undefined) {
    ctx.status = 404;
    ctx.body = pageHtml('参数错误', '<p>参数错误</p>');
  } else if (article === 'deleted') {
    ctx.body = pageHtml('该内容已被发布者删除', '<p>该内容已被发布者删除</p>');
  } else {
    ctx.body = articleHtml(article);
  }
}

function showMedia(world: World, ctx: Context): void {
  const media = world.media.byKey(ctx.path.split('/')[2] ?? '');
  if (media === undefined) {
    ctx.status = 404;
    return;
  }
  ctx.type = media.mime;
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Accept-Ranges', 'bytes');
  const part = partOf(ctx.get('range'), media.bytes.length);
  if (part === undefined) {
    ctx.body = media.bytes;
    return;
  }
  ctx.status = 206;
  ctx.set('Content-Range', `bytes ${part.from}-${part.to}/${media.bytes.length}`);
  ctx.body = media.bytes.subarray(part.from, part.to + 1);
}

/** The one range that a player asks for (Safari plays no video without); undefined where the whole is answered. */
function partOf(range: string, size: number): { readonly from: number; readonly to: number } | undefined {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(range);
  if (asked === null) return undefined;
  const from = Number(asked[1]);
  const to = Math.min(asked[2] === '' ? size - 1 : Number(asked[2]), size - 1);
  return from <= to ? { from, to } : undefined;
}

/** The phone page, pushed articles, and media by address; false where the path is none of these. */
export async function handlePages(world: World, ctx: Context): Promise<boolean> {
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') return false;
  if (ctx.path.startsWith('/s/')) {
    showArticle(world, ctx);
    return true;
  }
  if (ctx.path.startsWith('/mmbiz/')) {
    showMedia(world, ctx);
    return true;
  }
  if (ctx.path === '/favicon.ico') {
    ctx.status = 204;
    return true;
  }
  const file = Object.hasOwn(FILES, ctx.path) ? FILES[ctx.path] : undefined;
  if (file === undefined) return false;
  ctx.body = await readFile(new URL(file[0], PUBLIC));
  ctx.set('Content-Type', file[1]);
  ctx.set('Cache-Control', 'no-cache');
  return true;
}
