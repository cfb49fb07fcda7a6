/** How much markup a text may be. */
export interface MarkupLimits {
  /** Elements open at once. */
  readonly depth: number;
  readonly tags: number;
  /** Characters of one tag with all its attributes; an embedded picture is one. */
  readonly tagChars: number;
}

/** May be left open by their writers, so they say nothing about depth. */
const OFTEN_OPEN = new Set(['p', 'li', 'td', 'th', 'tr', 'tbody', 'thead', 'tfoot', 'dt', 'dd', 'option', 'colgroup']);
const NEVER_CLOSED = new Set(['br', 'hr', 'img', 'col', 'meta', 'link', 'input', 'wbr', 'source', 'area', 'base']);

const LESS = 0x3c;
const MORE = 0x3e;
const SLASH = 0x2f;
const QUOTES = new Set([0x22, 0x27]);

/**
 * What of a text is beyond the limits, found in one pass over its characters, before any parser sees it; null where
 * nothing is. A parser may take time that grows with the square of the depth; this never does.
 */
export function judgeMarkup(html: string, limits: MarkupLimits): 'depth' | 'tags' | 'tagChars' | null {
  let depth = 0;
  let tags = 0;
  for (let at = html.indexOf('<'); at !== -1; at = html.indexOf('<', at)) {
    const closing = html.charCodeAt(at + 1) === SLASH;
    const from = at + (closing ? 2 : 1);
    let end = from;
    while (isNamePart(html.charCodeAt(end))) end += 1;
    if (end === from) {
      at += 1;
      continue;
    }
    const name = html.slice(from, Math.min(end, from + 16)).toLowerCase();
    tags += 1;
    const close = endOfTag(html, end);
    if (close - at > limits.tagChars) return 'tagChars';
    if (!OFTEN_OPEN.has(name) && !NEVER_CLOSED.has(name)) {
      if (closing) depth = Math.max(0, depth - 1);
      else if (html.charCodeAt(close - 1) !== SLASH) depth += 1;
    }
    if (depth > limits.depth) return 'depth';
    if (tags > limits.tags) return 'tags';
    at = close;
  }
  return null;
}

/** The place of the `>` that ends the tag, outside of quotes; the end of the text where there is none. */
function endOfTag(html: string, from: number): number {
  let quote = 0;
  let afterEquals = false;
  for (let at = from; at < html.length; at += 1) {
    const code = html.charCodeAt(at);
    if (quote !== 0) {
      if (code === quote) quote = 0;
    } else if (code === MORE) return at;
    else if (code === LESS && !afterEquals) return at;
    else if (afterEquals && QUOTES.has(code)) quote = code;
    // A quote opens a value only behind `=` and blanks.
    if (quote === 0 && code > 0x20) afterEquals = code === 0x3d;
  }
  return html.length;
}

function isNamePart(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x3a ||
    code === 0x2d
  );
}
