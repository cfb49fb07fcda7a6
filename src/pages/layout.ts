import { escapeMarkup, sha256Hex } from '../kernel/index.ts';
import { RawAnswer } from '../http/index.ts';

/** A page's parts. `body` is HTML that is safe already; everything else is text. */
export interface PageParts {
  readonly title: string;
  readonly description?: string;
  readonly body: string;
  readonly status?: number;
  /** Complaint pages: never indexed, never kept by anybody. */
  readonly personal?: boolean;
}

/** The town's public words. */
export interface PageFrame {
  readonly town: string;
  readonly account: string;
  readonly office: string;
  readonly hotline: { readonly name: string; readonly number: string };
}

/** Residents read on cheap phones with weak eyes: system fonts, 19 px, targets of 44 px, contrast above AA. */
const STYLE = `*{box-sizing:border-box}body{margin:0;font:19px/1.75 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;color:#1d2321;background:#f6f5f1}
header,main,footer{max-width:42rem;margin:0 auto;padding:0 1rem}header{padding-top:.8rem;padding-bottom:.8rem}
.bar{background:#0b5345;color:#fff}.bar a{color:#fff;text-decoration:none;font-weight:600;font-size:1.15em;display:inline-block;line-height:44px}
main{background:#fff;padding-top:1rem;padding-bottom:1.5rem;min-height:60vh}h1{font-size:1.45em;line-height:1.4;margin:.3em 0}h2{font-size:1.2em;margin:1.3em 0 .4em}
a{color:#0b5345}.meta{color:#55605c;font-size:.9em}ul.list{list-style:none;padding:0;margin:0}ul.list li{border-bottom:1px solid #e3e3dd}
ul.list a{display:block;padding:.65em 0;min-height:44px;text-decoration:none;color:inherit}ul.list .meta{display:block}
.tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5em,1fr));gap:.5rem;padding:0;list-style:none}.tiles a{display:flex;align-items:center;min-height:52px;padding:.4em .7em;background:#eef4f1;border-radius:.4em;text-decoration:none;line-height:1.35}
form.search{display:flex;gap:.5rem;margin:.6rem 0}form.search input{flex:1;min-width:0;font:inherit;padding:.4em .6em;border:2px solid #0b5345;border-radius:.4em}
button{font:inherit;min-height:44px;padding:0 1em;border:0;border-radius:.4em;background:#0b5345;color:#fff}article img{max-width:100%;height:auto}
.scroll,article table{display:block;overflow-x:auto;max-width:100%}table{border-collapse:collapse}td,th{border:1px solid #b9bfbb;padding:.3em .6em}
.note{background:#fff6dd;border-left:5px solid #c98a00;padding:.6em .9em}.said{background:#eef4f1;border-radius:.5em;padding:.5em .9em;margin:.5em 0;white-space:pre-wrap;overflow-wrap:anywhere}
ol.steps{padding-left:1.2em}footer{font-size:.9em;color:#55605c;padding-top:1rem;padding-bottom:2rem}
@media print{.bar,footer,form{display:none}body{background:#fff;font-size:14pt}main{max-width:none}}`;

/** The whole page as an answer with its cache headers. */
export function page(frame: PageFrame, parts: PageParts): RawAnswer {
  const title = escapeMarkup(`${parts.title} · ${frame.account}`);
  const description = escapeMarkup((parts.description ?? `${frame.town}政务公开`).slice(0, 120));
  const body = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><meta name="description" content="${description}">${parts.personal ? '<meta name="robots" content="noindex,nofollow">' : ''}
<meta property="og:title" content="${title}"><meta property="og:description" content="${description}">
<link rel="alternate" type="application/atom+xml" title="${escapeMarkup(frame.account)}" href="/feed.xml"><style>${STYLE}</style></head>
<body><div class="bar"><header><a href="/">${escapeMarkup(frame.account)}</a></header></div>
<main>${parts.body}</main>
<footer>${escapeMarkup(frame.office)} · ${escapeMarkup(frame.hotline.name)} <a href="tel:${escapeMarkup(frame.hotline.number)}">${escapeMarkup(frame.hotline.number)}</a></footer></body></html>`;
  return new RawAnswer({
    ...(parts.status === undefined ? {} : { status: parts.status }),
    type: 'text/html; charset=utf-8',
    body,
    headers: parts.personal
      ? { 'Cache-Control': 'no-store', 'X-Robots-Tag': 'noindex, nofollow' }
      : { 'Cache-Control': 'public, max-age=60', ETag: `"${sha256Hex(body).slice(0, 32)}"` },
  });
}
