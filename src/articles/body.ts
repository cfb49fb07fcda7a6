import sanitizeHtml, { type IOptions } from 'sanitize-html';

/** A body as it may be stored and shown. */
export interface CleanBody {
  readonly html: string;
  /** Ids of its images, each once, in the order of their first appearance. */
  readonly mediaIds: readonly string[];
  /** Images that were left out because they are not of this house (`/media/<id>`). */
  readonly droppedImages: number;
}

const MEDIA_PATH = /^\/media\/([0-9a-f]{24})$/;
const SPAN = /^(?:[1-9]|[1-9]\d|[1-4]\d\d|500)$/;
const PIXELS = /^[1-9]\d{0,3}$/;
const TABLE_PARTS = ['table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'];
const BLOCKS = ['p', 'div', 'h2', 'h3', 'h4', 'blockquote', 'ul', 'ol', 'li', 'figure', 'figcaption', 'hr'];
const INLINE = ['br', 'strong', 'em', 'u', 's', 'sub', 'sup', 'a', 'img'];
/** Alignment is the one thing of a pasted table that carries meaning; colours and fonts go. */
const ALIGNED = ['p', 'div', 'h2', 'h3', 'h4', 'figure'];
/** The page that is opened learns nothing of ours and cannot steer it. */
const LINK_REL = 'noopener noreferrer';
/** Deeper nesting is no text that a person wrote. */
const MAX_DEPTH = 60;

/**
 * Cleans a body by allow-list: text structure, tables (as pasted from Excel, WPS or Word, without their dress and
 * without the rows and columns that were hidden there), links by http and https, images of this house only. Cleaning
 * twice changes nothing more. `publicUrl` (no trailing
 * slash) is taken off addresses of our own images.
 */
export function cleanBody(html: string, publicUrl: string): CleanBody {
  const once = cleanOnce(html, publicUrl);
  // Leaving out one thing may bring another to light; the second pass is what makes the stored form final.
  const again = cleanOnce(once.html, publicUrl);
  return { ...again, droppedImages: once.droppedImages + again.droppedImages };
}

function cleanOnce(html: string, publicUrl: string): CleanBody {
  const mediaIds = new Set<string>();
  let droppedImages = 0;
  const hidden = new WeakSet<sanitizeHtml.Attributes>();
  const text = sanitizeHtml(withoutOfficeMarkup(html), {
    ...RULES,
    transformTags: {
      ...RULES.transformTags,
      a: (tagName, { href = '' }) => ({ tagName, attribs: link(href.trim(), publicUrl) }),
      img: (tagName, attribs) => {
        const src = attribs['src'] ?? '';
        const path = src.startsWith(`${publicUrl}/media/`) ? src.slice(publicUrl.length) : src;
        return { tagName, attribs: { ...attribs, src: path } };
      },
      '*': (tagName, attribs) => {
        const kept = tidied(attribs);
        if (!isHidden(attribs)) return { tagName, attribs: kept };
        hidden.add(kept);
        // The filter below is asked about allowed elements only.
        return { tagName: ALLOWED.includes(tagName) ? tagName : 'u', attribs: kept };
      },
    },
    exclusiveFilter: (frame) => {
      if (hidden.has(frame.attribs)) return true;
      // Of a link that leads nowhere its words stay.
      if (frame.tag === 'a') return frame.attribs['href'] === undefined ? 'excludeTag' : false;
      if (frame.tag !== 'img') return false;
      const id = MEDIA_PATH.exec(frame.attribs['src'] ?? '')?.[1];
      if (id === undefined) droppedImages += 1;
      else mediaIds.add(id);
      return id === undefined;
    },
  });
  return { html: text.replaceAll('\r\n', '\n').trim(), mediaIds: [...mediaIds], droppedImages };
}

const ALLOWED = [...BLOCKS, ...INLINE, ...TABLE_PARTS];

const RULES: IOptions = {
  allowedTags: ALLOWED,
  allowedAttributes: {
    a: ['href', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    th: ['colspan', 'rowspan', 'scope', 'style'],
    td: ['colspan', 'rowspan', 'style'],
    col: ['span'],
    ol: ['start'],
    ...Object.fromEntries(ALIGNED.map((tag) => [tag, ['style']])),
  },
  allowedStyles: { '*': { 'text-align': [/^(?:left|right|center|justify)$/] } },
  allowedSchemes: ['http', 'https'],
  allowedSchemesAppliedToAttributes: ['href'],
  selfClosing: ['img', 'br', 'hr', 'col'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: MAX_DEPTH,
  nonTextTags: [
    'style',
    'script',
    'textarea',
    'option',
    'select',
    'noscript',
    'template',
    'svg',
    'math',
    'title',
    'xml',
  ],
  transformTags: {
    b: 'strong',
    i: 'em',
    del: 's',
    strike: 's',
    h1: 'h2',
    h5: 'h4',
    h6: 'h4',
    section: 'div',
    article: 'div',
    center: (_tag, attribs) => ({ tagName: 'div', attribs: { ...attribs, style: 'text-align:center' } }),
    td: cell,
    th: cell,
  },
};

/** Links go by http or https, also to a page of our own; any other leads nowhere. */
function link(href: string, publicUrl: string): sanitizeHtml.Attributes {
  const absolute = /^\/(?!\/)/.test(href) ? `${publicUrl}${href}` : href;
  return /^https?:\/\//i.test(absolute) ? { href: absolute, rel: LINK_REL } : {};
}

/** What a spreadsheet hid, its writer did not mean to show; without its style it would come to light. */
function isHidden(attribs: sanitizeHtml.Attributes): boolean {
  return (
    'hidden' in attribs ||
    /(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)/i.test(attribs['style'] ?? '')
  );
}

/** The `align` attribute of older editors means what the style says today. */
function cell(tagName: string, attribs: sanitizeHtml.Attributes): sanitizeHtml.Tag {
  const align = attribs['align']?.toLowerCase() ?? '';
  const style = ['left', 'right', 'center'].includes(align) ? { style: `text-align:${align}` } : {};
  return { tagName, attribs: { ...style, ...tidied(attribs) } };
}

/** Numbers that are numbers; styles in small letters, as the rules are written. */
function tidied(attribs: sanitizeHtml.Attributes): sanitizeHtml.Attributes {
  const kept = { ...attribs };
  if (kept['style'] !== undefined) kept['style'] = kept['style'].toLowerCase();
  for (const name of ['colspan', 'rowspan', 'span', 'start']) {
    if (kept[name] !== undefined && (!SPAN.test(kept[name]) || kept[name] === '1')) delete kept[name];
  }
  for (const name of ['width', 'height']) {
    if (kept[name] !== undefined && !PIXELS.test(kept[name])) delete kept[name];
  }
  return kept;
}

/** Conditional comments of Word and WPS hide markup that some parsers would read; what no text may hold goes too. */
function withoutOfficeMarkup(html: string): string {
  return withoutComments(html)
    .replace(/<!\[(?:if|endif)[^<>]*\]>/gi, '')
    .replace(/<\/?[ovwxm]:[a-z]+[^<>]*>/gi, '')
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF]/g, '');
}

/** By hand, because a pattern would look for the end of each comment to the end of the text: minutes for a megabyte. */
function withoutComments(html: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let start = html.indexOf('<!--'); start !== -1; start = html.indexOf('<!--', from)) {
    kept.push(html.slice(from, start));
    const end = html.indexOf('-->', start + 4);
    if (end === -1) return kept.join('');
    from = end + 3;
  }
  return kept.join('') + html.slice(from);
}
