import sanitizeHtml, { type IOptions } from 'sanitize-html';
import { AppError } from '../../kernel/index.ts';
import { type Element, isElement, judgeMarkup, parseMarkup, textOf, writeMarkup } from '../../platform/markup/index.ts';
import { containersOf } from './containers.ts';
import { convert, type Paper } from './convert.ts';
import { styleSheetOf } from './css.ts';
import { MISSING_PICTURE } from './embedded.ts';
import { type Cleaned, createNotes } from './notes.ts';
import { shape } from './shape.ts';

/** A body as it may be stored and shown. */
export interface CleanBody {
  readonly html: string;
  /** Ids of its images, each once, in the order of their first appearance. */
  readonly mediaIds: readonly string[];
  /** Places of pictures that could not be taken and are still to be replaced or removed. */
  readonly missingPictures: number;
  /** Of them, those that this cleaning found. */
  readonly droppedImages: number;
  /** What was left out, for the writer. */
  readonly cleaned: readonly Cleaned[];
}

export interface CleaningRules {
  /** PUBLIC_URL without a slash at the end; it is taken off addresses of our own images. */
  readonly publicUrl: string;
  /** Rows of a table beyond which a paste is cut; no limit where left out. */
  readonly maxRows?: number;
  /** A picture that could not be taken leaves its place in the text: for somebody who can fill it. */
  readonly markMissing?: boolean;
}

/** More than is ever stored: it need not go on. */
const MAX_WRITTEN_CHARS = 400_000;
const TOO_LONG = '正文太长，请分成几篇。';

/** What no text that people write reaches, and what no parser here is given more than. */
const LIMITS = { depth: 400, tags: 80_000, tagChars: 1_000_000 };
const REFUSED = {
  depth: '正文的排版一层套一层，太深了，系统整理不了。请先粘贴到记事本里去掉格式，再放进来。',
  tags: '正文的排版太复杂，系统整理不了。请分成几次粘贴，或分成几篇。',
  tagChars: '正文里有一个太大的排版标记，系统整理不了。请先粘贴到记事本里去掉格式，再放进来。',
} as const;

/** AppError invalid_input for markup that no person writes, judged in one pass before it is parsed. */
export function checkMarkup(html: string): void {
  const found = judgeMarkup(html, LIMITS);
  if (found === null) return;
  throw new AppError('invalid_input', {
    message: REFUSED[found],
    details: [{ path: 'bodyHtml', problem: REFUSED[found] }],
  });
}

/**
 * Cleans a body, whoever wrote it: what was hidden, remarked or put around it by an office program stays out, what
 * changes the sense (struck, raised, bold, aligned) stays in whatever dress, and only the structure of a text, tables,
 * links and images of this house are kept. Tells what was left out. Cleaning twice changes nothing more.
 */
export function cleanBody(html: string, rules: CleaningRules): CleanBody {
  const once = cleanOnce(html, rules);
  // Leaving out one thing may bring another to light; the second pass is what makes the stored form final.
  const again = cleanOnce(once.html, rules);
  return { ...again, droppedImages: once.droppedImages, cleaned: once.cleaned };
}

function cleanOnce(html: string, rules: CleaningRules): CleanBody {
  const { publicUrl, maxRows = Number.POSITIVE_INFINITY, markMissing = false } = rules;
  const root = parseMarkup(withoutForbiddenCharacters(html));
  const sheet = styleSheetOf(styleBlocks(root));
  const notes = createNotes();
  const paper: Paper = {
    sheet,
    notes,
    publicUrl,
    maxRows,
    markMissing,
    shownByScript: containersOf(root, sheet),
    at: { paragraph: 1, table: 0, cell: null },
    inField: false,
    missing: 0,
  };
  const written = writeMarkup(shape(convert(root, paper)));
  if (written.length > MAX_WRITTEN_CHARS) throw new AppError('invalid_input', { message: TOO_LONG });
  const text = sanitizeHtml(written, GATE).trim();
  const sources = [...text.matchAll(/<img src="([^"]*)"/g)].map(([, src]) => src ?? '');
  const own = sources.filter((src) => src !== MISSING_PICTURE).map((src) => src.slice('/media/'.length));
  return {
    html: text,
    mediaIds: [...new Set(own)],
    missingPictures: sources.filter((src) => src === MISSING_PICTURE).length,
    droppedImages: paper.missing,
    cleaned: notes.list(),
  };
}

function styleBlocks(root: Element): string[] {
  return root.children.flatMap((child): string[] => {
    if (!isElement(child)) return [];
    if (child.tag === 'style') return [textOf(child)];
    return child.tag === 'table' || child.children.length === 0 ? [] : styleBlocks(child);
  });
}

/** Half characters and control characters, which no store and no page may hold. */
function withoutForbiddenCharacters(html: string): string {
  return html
    .replaceAll('\r\n', '\n')
    .replace(/\p{Surrogate}/gu, '')
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F\uFFFE\uFFFF]/g, '');
}

const ALIGNED = ['p', 'h2', 'h3', 'h4', 'figure'];
const TABLE_PARTS = ['table', 'caption', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'];
const BLOCKS = ['p', 'h2', 'h3', 'h4', 'blockquote', 'ul', 'ol', 'li', 'figure', 'figcaption', 'hr'];
const INLINE = ['br', 'strong', 'em', 'u', 's', 'sub', 'sup', 'a', 'img'];
const MEDIA = /^\/media\/(?:[0-9a-f]{24}|missing)$/;
/** The page that is opened learns nothing of ours and cannot steer it. */
const LINK_REL = 'noopener noreferrer';

/** The last gate, which shares no code with what stands before it: whatever went wrong there, nothing that acts comes out. */
const GATE: IOptions = {
  allowedTags: [...BLOCKS, ...INLINE, ...TABLE_PARTS],
  allowedAttributes: {
    a: ['href', 'rel'],
    img: ['src', 'alt', 'width', 'height'],
    th: ['colspan', 'rowspan', 'scope', 'style'],
    td: ['colspan', 'rowspan', 'style'],
    ol: ['start'],
    ...Object.fromEntries(ALIGNED.map((tag) => [tag, ['style']])),
  },
  allowedStyles: { '*': { 'text-align': [/^(?:left|right|center)$/] } },
  allowedSchemes: ['http', 'https', 'tel'],
  allowedSchemesAppliedToAttributes: ['href'],
  selfClosing: ['img', 'br', 'hr'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: 60,
  transformTags: {
    a: (tagName, { href = '' }) => ({
      tagName,
      attribs: { href, ...(href.startsWith('tel:') ? {} : { rel: LINK_REL }) },
    }),
  },
  exclusiveFilter: (frame) => {
    // Of a link that leads nowhere its words stay.
    if (frame.tag === 'a') return frame.attribs['href'] === undefined ? 'excludeTag' : false;
    return frame.tag === 'img' && !MEDIA.test(frame.attribs['src'] ?? '');
  },
};
