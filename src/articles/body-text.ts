/** One stretch of a body's text with the words for where it stands. */
export interface Passage {
  readonly kind: 'text' | 'cell' | 'link' | 'image';
  readonly text: string;
  /** For staff, e.g. `第 3 段` or `表格 1 第 12 行第 4 列`. */
  readonly place: string;
}

const BREAKING = new Set([
  'p',
  'div',
  'h2',
  'h3',
  'h4',
  'blockquote',
  'ul',
  'ol',
  'li',
  'figure',
  'figcaption',
  'hr',
  'br',
  'table',
  'caption',
  'colgroup',
  'col',
  'thead',
  'tbody',
  'tfoot',
  'tr',
]);

/**
 * The text of a body as `cleanBody` made it (well-formed, attributes quoted and escaped), cut where a reader sees a
 * break: parts of a word in bold or italics stay together, cells of a table do not. Link targets and the words of
 * images are passages of their own.
 */
export function passagesOf(html: string): Passage[] {
  const found: Passage[] = [];
  const at = { paragraph: 1, table: 0, row: 0, column: 0, inCell: false };
  let text = '';
  const place = (): string =>
    at.inCell ? `表格 ${at.table} 第 ${at.row} 行第 ${at.column} 列` : `第 ${at.paragraph} 段`;
  const flush = (): void => {
    if (text.trim() !== '') {
      found.push({ kind: at.inCell ? 'cell' : 'text', text: text.trim(), place: place() });
      if (!at.inCell) at.paragraph += 1;
    }
    text = '';
  };
  for (const [token] of html.matchAll(/<[^>]*>|[^<]+/g)) {
    const tag = /^<(\/?)([a-z0-9]+)/.exec(token);
    if (!tag) {
      text += decoded(token);
      continue;
    }
    const [, closing = '', name = ''] = tag;
    if (name === 'td' || name === 'th') {
      flush();
      at.inCell = closing === '';
      if (at.inCell) at.column += 1;
    } else if (BREAKING.has(name)) {
      flush();
      if (name === 'table' && closing === '') Object.assign(at, { table: at.table + 1, row: 0 });
      if (name === 'tr' && closing === '') Object.assign(at, { row: at.row + 1, column: 0, inCell: false });
    }
    if (name === 'a') addAttribute(found, token, { name: 'href', kind: 'link', place: place() });
    if (name === 'img') addAttribute(found, token, { name: 'alt', kind: 'image', place: place() });
  }
  flush();
  return found;
}

/** The text alone, a line for each passage; for searching and comparing. */
export function plainText(html: string): string {
  return passagesOf(html)
    .filter((passage) => passage.kind !== 'link')
    .map((passage) => passage.text)
    .join('\n');
}

function addAttribute(
  found: Passage[],
  token: string,
  { name, kind, place }: Pick<Passage, 'kind' | 'place'> & { name: string },
): void {
  const value = new RegExp(`\\s${name}="([^"]*)"`).exec(token)?.[1];
  if (value) found.push({ kind, text: decoded(value), place });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' };

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
