import { escapeMarkup, sha256Hex } from '../kernel/index.ts';
import { RawAnswer } from '../http/index.ts';
import { type Reader, switchPath } from './reader.ts';
import { STYLE } from './style.ts';

/** A page's parts. `body` is HTML that is safe already; everything else is text. */
export interface PageParts {
  readonly title: string;
  readonly description?: string;
  readonly body: string;
  readonly status?: number;
  /** Complaint pages: never indexed, never kept by anybody. */
  readonly personal?: boolean;
  /** Not for search engines, but anybody may keep it: lists of results. */
  readonly unlisted?: boolean;
  /** What a shared link shows, and the one address of this page. */
  readonly share?: Share;
}

export interface Share {
  readonly url: string;
  readonly type: 'website' | 'article';
  readonly imageUrl?: string;
  readonly publishedAt?: Date;
}

/** The town's public words. */
export interface PageFrame {
  readonly town: string;
  readonly account: string;
  readonly office: string;
  readonly hotline: { readonly name: string; readonly number: string };
}

/** How long a page may be shown again without asking, seconds: what is withdrawn must be gone soon. */
const KEEP_SECONDS = 60;
const DESCRIPTION_CHARS = 120;

/** The whole page as this reader wants it, as an answer with its cache headers. */
export function page(frame: PageFrame, reader: Reader, parts: PageParts): RawAnswer {
  const body = `<!doctype html>
<html lang="zh-CN"${reader.large ? ' class="large"' : ''} prefix="og: https://ogp.me/ns#"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeMarkup(`${parts.title} · ${frame.account}`)}</title>${metaOf(frame, parts)}
<link rel="alternate" type="application/atom+xml" title="${escapeMarkup(frame.account)}" href="/feed.xml"><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><a class="skip" href="#main">跳到正文</a><header class="bar"><div><a href="/">${escapeMarkup(frame.account)}</a>${sizeSwitch(reader)}</div></header>
<main id="main">${parts.body}</main>
${footer(frame)}</body></html>`;
  const status = parts.status === undefined ? {} : { status: parts.status };
  if (parts.personal) {
    const headers = { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow' };
    return new RawAnswer({ ...status, type: 'text/html; charset=utf-8', body, headers });
  }
  return kept({ ...status, type: 'text/html; charset=utf-8', body, seconds: KEEP_SECONDS, forEachReader: true });
}

function sizeSwitch(reader: Reader): string {
  const words = reader.large ? '普通字' : '大字';
  return `<a class="size" rel="nofollow" href="${escapeMarkup(switchPath(reader))}">${words}</a>`;
}

function footer({ office, hotline }: PageFrame): string {
  const number = escapeMarkup(hotline.number);
  return `<footer><p>${escapeMarkup(office)} · ${escapeMarkup(hotline.name)} <a href="tel:${number}">${number}</a></p>
<p><a href="/about#complain">怎样提诉求</a><a href="/about">关于</a><a href="/privacy">隐私</a><a href="/feed.xml">订阅</a></p></footer>`;
}

/**
 * An answer that anybody may keep for `seconds`, and ask afterwards whether it is still the same. One that differs with
 * the reader's cookie says so, or a shared cache would give one reader's size to all.
 */
export function kept(answer: {
  status?: number;
  type: string;
  body: string;
  seconds: number;
  forEachReader?: boolean;
}): RawAnswer {
  const { seconds, forEachReader = false, ...rest } = answer;
  return new RawAnswer({
    ...rest,
    headers: {
      'Cache-Control': `public, max-age=${seconds}`,
      ...(forEachReader ? { Vary: 'Cookie' } : {}),
      ETag: `"${sha256Hex(answer.body).slice(0, 32)}"`,
    },
  });
}

function metaOf(frame: PageFrame, { title, description, personal, unlisted, share }: PageParts): string {
  const words = Array.from(description || `${frame.town}政务公开`)
    .slice(0, DESCRIPTION_CHARS)
    .join('');
  const robots = personal ? 'noindex,nofollow' : unlisted ? 'noindex' : null;
  const named = [
    ['description', words],
    ['robots', robots],
  ] as const;
  const open = [
    ['og:title', title],
    ['og:description', words],
    ['og:site_name', frame.account],
    ['og:locale', 'zh_CN'],
    ['og:type', share?.type],
    ['og:url', share?.url],
    ['og:image', share?.imageUrl],
    ['article:published_time', share?.publishedAt?.toISOString()],
  ] as const;
  // What WeChat's older clients read for the card of a shared link.
  const card = share
    ? ([
        ['name', title],
        ['description', words],
        ['image', share.imageUrl],
      ] as const)
    : [];
  const tags = [
    ...named.flatMap(([name, content]) =>
      content ? [`<meta name="${name}" content="${escapeMarkup(content)}">`] : [],
    ),
    ...(personal ? [] : open).flatMap(([property, content]) =>
      content ? [`<meta property="${property}" content="${escapeMarkup(content)}">`] : [],
    ),
    ...card.flatMap(([property, content]) =>
      content ? [`<meta itemprop="${property}" content="${escapeMarkup(content)}">`] : [],
    ),
    ...(share ? [`<link rel="canonical" href="${escapeMarkup(share.url)}">`] : []),
  ];
  return tags.join('');
}
