import { Parser } from 'xml2js';
import { cleanText } from './json.ts';
import { MAX_BODY_BYTES, refuse, toFields } from './fields.ts';
import type { InboundFields } from './messages.types.ts';

/**
 * Parses a message of the platform: the members of the root element, repeated elements as lists, attributes ignored.
 * Throws AppError `invalid_input` (details.check: size, declaration, depth, nodes, xml). DOCTYPE and every other
 * declaration is refused before the parser sees it, so that no entity is ever read.
 */
export function parseXml(text: string): InboundFields {
  if (Buffer.byteLength(text) > MAX_BODY_BYTES) refuse('size');
  return parseFlat(text) ?? parseAny(text);
}

/** As the platform names its members; what objects inherit begins small, and is left to the parser. */
const OPEN_TAG = /<([A-Z][A-Za-z0-9_]{0,63})>/y;
const CDATA = '<![CDATA[';
const END = '</xml>';
/** More than any flat message has; a body of more is the parser's business. */
const MAX_FLAT = 100;

/**
 * The form in which the platform writes envelopes and most messages: members of `<xml>`, each once, with one CDATA or
 * plain text in it. Null for everything else, which the parser reads; what this reads the parser reads alike.
 */
export function parseFlat(text: string): InboundFields | null {
  if (!text.startsWith('<xml>')) return null;
  const members = new Map<string, string>();
  for (let at = skipSpace(text, 5); members.size <= MAX_FLAT; at = skipSpace(text, at)) {
    if (text.startsWith(END, at)) {
      return skipSpace(text, at + END.length) === text.length ? Object.fromEntries(members) : null;
    }
    OPEN_TAG.lastIndex = at;
    const name = OPEN_TAG.exec(text)?.[1];
    if (name === undefined || members.has(name)) return null;
    const content = contentAt(text, OPEN_TAG.lastIndex);
    const close = `</${name}>`;
    if (content === null || !text.startsWith(close, content.end)) return null;
    members.set(name, content.value);
    at = content.end + close.length;
  }
  return null;
}

function contentAt(text: string, at: number): { value: string; end: number } | null {
  if (text.startsWith(CDATA, at)) {
    const end = text.indexOf(']]>', at);
    return end === -1 ? null : { value: text.slice(at + CDATA.length, end), end: end + 3 };
  }
  const end = text.indexOf('<', at);
  const value = text.slice(at, end);
  if (end === -1 || /[&>]/.test(value)) return null;
  return { value: /^\s*$/.test(value) ? '' : value, end };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (' \n\r\t'.includes(text.charAt(at)) && at < text.length) at += 1;
  return at;
}

/** By the parser, whatever the form. */
export function parseAny(text: string): InboundFields {
  if (hasDeclaration(text)) refuse('declaration');
  const root = parseRoot(text);
  if (root === null) refuse('xml');
  return toFields(root.content);
}

function parseRoot(text: string): { content: unknown } | null {
  let result: unknown;
  let failed = false;
  const parser = new Parser({ explicitArray: false, ignoreAttrs: true, explicitRoot: true, strict: true });
  try {
    parser.parseString(text, (error: unknown, parsed: unknown) => {
      failed ||= error !== null && error !== undefined;
      result = parsed;
    });
  } catch {
    return null;
  }
  if (failed || typeof result !== 'object' || result === null) return null;
  return { content: Object.values(result)[0] };
}

/** True where markup other than elements, comments, CDATA and processing instructions occurs outside of CDATA. */
function hasDeclaration(text: string): boolean {
  const skips: readonly (readonly [string, string])[] = [
    ['<![CDATA[', ']]>'],
    ['<!--', '-->'],
    ['<?', '?>'],
  ];
  let at = text.indexOf('<');
  while (at !== -1) {
    const skip = skips.find(([open]) => text.startsWith(open, at));
    if (skip === undefined && text.startsWith('<!', at)) return true;
    const end = skip === undefined ? at + 1 : text.indexOf(skip[1], at + skip[0].length);
    if (end === -1) return false;
    at = text.indexOf('<', end);
  }
  return false;
}

/** Text as a CDATA section: `]]>` split over two sections, characters that XML forbids removed. */
export function cdata(text: string): string {
  return `<![CDATA[${cleanText(text).replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
