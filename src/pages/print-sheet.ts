import { encodeQR } from 'qr';
import { escapeMarkup } from '../kernel/index.ts';
import type { Articles, PublicItem } from '../articles/index.ts';
import type { RawAnswer } from '../http/index.ts';
import { approvalWords } from './article-page.ts';
import { kept, type PageFrame } from './layout.ts';
import { timeTag, type Words } from './words.ts';

type PublicArticle = Awaited<ReturnType<Articles['publicView']>>;

/** A sheet may be printed again without asking for this long, seconds: what is withdrawn must be gone soon. */
const KEEP_SECONDS = 60;

/**
 * A4 for the 公示栏, read from a step away: 16 pt, tables with their head on each page, nothing cut in two. On the screen
 * it looks as on paper, with one line on top that says how to print.
 */
const SHEET_STYLE = [
  '@page{size:A4 portrait;margin:16mm 17mm}',
  '*{box-sizing:border-box}body{margin:0;font:16pt/1.7 system-ui,"PingFang SC","Noto Sans CJK SC",sans-serif;color:#000;background:#fff;overflow-wrap:anywhere}',
  '.how{background:#eef4f1;padding:.4em 17mm;font-size:18px}.how a{display:inline-block;min-height:44px;line-height:44px;color:#0b5345}',
  '.sheet{max-width:210mm;margin:0 auto;padding:10mm 17mm}@media(max-width:600px){.sheet{padding:16px}.how{padding:.4em 16px}}',
  'h1{font-size:24pt;line-height:1.35;text-align:center;margin:.2em 0 .5em}h2,h3{break-after:avoid}',
  '.office{text-align:center;margin:0;font-size:14pt}.facts{font-size:13.5pt;margin:0 0 1em}',
  'img{max-width:100%;max-height:110mm;display:block;margin:0 auto}p{orphans:2;widows:2}',
  'table{border-collapse:collapse;width:100%;font-size:14pt}thead{display:table-header-group}td,th{border:1px solid #333;padding:.2em .4em}',
  'tr,img,figure,li{break-inside:avoid}ol{padding-left:2em}li{margin:.3em 0}time{white-space:nowrap}',
  '.foot{display:flex;gap:8mm;align-items:center;border-top:1.5px solid #000;margin-top:8mm;padding-top:5mm;break-inside:avoid;font-size:13.5pt}.foot p{margin:.2em 0}',
  '.foot svg{width:34mm;height:34mm;flex:none}',
  '@media print{.how{display:none}.sheet{max-width:none;padding:0}}',
].join('');

/** An article whole, with who approved it and a QR code to its page. */
export function articleSheet(frame: PageFrame, found: PublicArticle, words: Words, publicUrl: string): RawAnswer {
  const facts = [words.category(found.categoryCode), words.village(found.villageCode)]
    .filter(Boolean)
    .map(escapeMarkup);
  return sheet(frame, {
    title: found.title,
    path: `/articles/${found.id}`,
    publicUrl,
    body: `<p class="facts">来源：${escapeMarkup(words.unit(found.unitCode))} · ${timeTag(found.firstPublishedAt)} · ${facts.join(' · ')}</p>
<article>${found.bodyHtml}</article><p class="facts">${approvalWords(found)}</p>`,
  });
}

/** The newest articles of a category or a village, with a QR code to the list. */
export function listSheet(
  frame: PageFrame,
  { name, path, items, words }: { name: string; path: string; items: readonly PublicItem[]; words: Words },
  publicUrl: string,
): RawAnswer {
  const rows = items.map(
    (item) =>
      `<tr><td>${timeTag(item.publishedAt)}</td><td>${escapeMarkup(item.title)}</td><td>${escapeMarkup(words.village(item.villageCode) || '全镇')}</td></tr>`,
  );
  const body =
    rows.length === 0
      ? '<p>还没有公开的信息。</p>'
      : `<table><thead><tr><th scope="col">公开日期</th><th scope="col">信息</th><th scope="col">范围</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return sheet(frame, { title: `${name}公开清单`, path, publicUrl, body });
}

function sheet(
  frame: PageFrame,
  { title, path, publicUrl, body }: { title: string; path: string; publicUrl: string; body: string },
): RawAnswer {
  const url = publicUrl + path;
  const code = encodeQR(url, 'svg', { ecc: 'medium', border: 2 }).replace(
    '<svg ',
    '<svg role="img" aria-label="本页网址的二维码" ',
  );
  const html = `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">
<title>${escapeMarkup(`${title} · 打印张贴 · ${frame.account}`)}</title><link rel="canonical" href="${escapeMarkup(url)}"><link rel="icon" href="data:,"><style>${SHEET_STYLE}</style></head>
<body><nav class="how" aria-label="打印"><a href="${escapeMarkup(path)}">返回</a>　在浏览器的菜单里选“打印”，纸张选 A4。</nav>
<main class="sheet"><p class="office">${escapeMarkup(frame.office)}</p><h1>${escapeMarkup(title)}</h1>${body}
<div class="foot">${code}<div><p>用微信扫一扫，在手机上看这一页。</p><p>有事要反映：关注公众号“${escapeMarkup(frame.account)}”，回复“投诉”；或打${escapeMarkup(frame.hotline.name)} ${escapeMarkup(frame.hotline.number)}。</p></div></div></main></body></html>`;
  return kept({ type: 'text/html; charset=utf-8', body: html, seconds: KEEP_SECONDS });
}
