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
