import { type Element, isElement, type Node, parseMarkup } from '../platform/markup/index.ts';

/** One stretch of a body's text with the words for where it stands. */
export interface Passage {
  readonly kind: 'text' | 'cell' | 'link' | 'image';
  readonly text: string;
  /** For staff, e.g. `第 3 段` or `表格 1 第 12 行第 4 列`. */
  readonly place: string;
  /** Of a cell: the words at the head of its column. */
  readonly head: string;
  /** For each character, how many characters of the body's words stand before it; -1 for a break. */
  readonly at: readonly number[];
  /** Of a cell: which table, row and column, from 1. */
  readonly cell: { readonly table: number; readonly row: number; readonly column: number } | null;
}

const BREAKING = new Set(
  'p div h1 h2 h3 h4 h5 h6 blockquote ul ol li figure figcaption hr table caption colgroup col thead tbody tfoot tr'.split(
    ' ',
  ),
);
/** A cell that says more is no head of a column. */
const HEAD_CHARS = 20;

interface Gathered {
  text: string;
  at: number[];
}

/**
 * The text of a body, cut where a reader sees another paragraph or cell: parts of a word in bold or italics stay
 * together, lines of one cell too. Link targets and the words of images are passages of their own.
 */
export function passagesOf(html: string): Passage[] {
  const found: Passage[] = [];
  const at = { paragraph: 1, table: 0, chars: 0 };
  let run: Gathered = { text: '', at: [] };
  let cell: { table: number; row: number; column: number; head: string } | null = null;

  const place = (): string =>
    cell ? `表格 ${cell.table} 第 ${cell.row} 行第 ${cell.column} 列` : `第 ${at.paragraph} 段`;
  const keep = (kind: Passage['kind'], { text, at: places }: Gathered): void => {
    const facts = cell && { table: cell.table, row: cell.row, column: cell.column };
    found.push({ kind, text, place: place(), head: cell?.head ?? '', at: places, cell: facts });
  };
  const flush = (): void => {
    const trimmed = trim(run);
    run = { text: '', at: [] };
    if (trimmed.text === '') return;
    keep(cell ? 'cell' : 'text', trimmed);
    if (!cell) at.paragraph += 1;
  };
  const broken = (): void => {
    if (!cell) flush();
    else if (run.text !== '' && !run.text.endsWith('\n')) add('\n', -1);
  };
  const add = (text: string, from: number): void => {
    run.text += text;
    for (let i = 0; i < text.length; i += 1) run.at.push(from === -1 ? -1 : from + i);
  };
  const visit = (node: Node): void => {
    if (!isElement(node)) {
      add(node, at.chars);
      at.chars += node.length;
      return;
    }
    const { tag, attrs } = node;
    if (tag === 'br') return add('\n', -1);
    if (tag === 'img' && attrs['alt']) keep('image', { text: attrs['alt'], at: [] });
    if (tag === 'a' && attrs['href']) keep('link', { text: attrs['href'], at: [] });
    if (tag === 'table') return table(node);
    if (!BREAKING.has(tag)) return node.children.forEach(visit);
    broken();
    node.children.forEach(visit);
    broken();
  };
  const table = (element: Element): void => {
    broken();
    if (!cell) flush();
    const outer = cell;
    const outerRun = run;
    run = { text: '', at: [] };
    at.table += 1;
    const number = at.table;
    const heads: string[] = [];
    let taken: number[] = [];
    let row = 0;
    const rows = (node: Element): void => {
      for (const child of node.children) {
        if (!isElement(child)) {
          at.chars += child.length;
          continue;
        }
        if (child.tag !== 'tr') {
          if (child.tag === 'caption') visit(child);
          else rows(child);
          continue;
        }
        row += 1;
        taken = oneRow(child, row, taken);
      }
    };
    const oneRow = (tr: Element, index: number, above: readonly number[]): number[] => {
      const below = above.map((left) => Math.max(0, left - 1));
      let column = 0;
      /** The words of the cell before: in some tables they name what follows. */
      let before = '';
      for (const child of tr.children) {
        if (!isElement(child)) {
          at.chars += child.length;
          continue;
        }
        while ((above[column] ?? 0) > 0) column += 1;
        const span = Math.min(500, Number(child.attrs['colspan'] ?? 1) || 1);
        const down = Math.min(5_000, Number(child.attrs['rowspan'] ?? 1) || 1);
        const head = [heads[column] ?? '', before].join(' ').trim();
        cell = { table: number, row: index, column: column + 1, head };
        child.children.forEach(visit);
        const words = trim(run).text.replaceAll('\n', '');
        flush();
        before = isHead(words) ? words : '';
        for (let c = column; c < column + span; c += 1) {
          below[c] = Math.max(below[c] ?? 0, down - 1);
          if (isHead(words)) heads[c] = index <= 3 ? `${heads[c] ?? ''} ${words}`.trim() : (heads[c] ?? words);
        }
        column += span;
      }
      return Array.from(below, (left) => left ?? 0);
    };
    rows(element);
    cell = outer;
    run = outerRun;
  };
  parseMarkup(html).children.forEach(visit);
  flush();
  return found;
}

/** Short words without a number: what a head of a column looks like. */
function isHead(words: string): boolean {
  return words !== '' && words.length <= HEAD_CHARS && !/\d{4}/.test(words);
}

/** The text alone, a line for each passage; for searching and comparing. */
export function plainText(html: string): string {
  return passagesOf(html)
    .filter((passage) => passage.kind !== 'link')
    .map((passage) => passage.text)
    .join('\n');
}

function trim({ text, at }: Gathered): Gathered {
  const start = text.length - text.trimStart().length;
  const end = text.trimEnd().length;
  return end <= start ? { text: '', at: [] } : { text: text.slice(start, end), at: at.slice(start, end) };
}
