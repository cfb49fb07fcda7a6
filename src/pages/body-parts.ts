/** One element or run of text of a body that `cleanBody` wrote: well formed, `>` in attributes escaped. */
interface Node {
  /** '' for text. */
  readonly tag: string;
  readonly html: string;
  /** `<table class="…">`; '' for text. */
  readonly open: string;
  /** Between the opening and the closing tag. */
  readonly inner: string;
}

const VOID = new Set(['br', 'hr', 'img', 'col']);
const TAG = /<(\/?)([a-z][a-z0-9]*)\b[^>]*>/g;

/**
 * A body in parts of at most about `maxBytes`, in order, nothing lost: cut between paragraphs, between the rows of a
 * long table (its head is repeated) and between the items of a long list. What cannot be cut stays whole.
 */
export function splitBody(html: string, maxBytes: number): string[] {
  if (size(html) <= maxBytes) return [html];
  const pieces = nodesOf(html).flatMap((node) => (size(node.html) <= maxBytes ? [node.html] : cut(node, maxBytes)));
  return pack(pieces, maxBytes);
}

function cut(node: Node, maxBytes: number): string[] {
  if (node.tag === 'table') return cutTable(node, maxBytes);
  if (node.tag === 'ul' || node.tag === 'ol') return cutList(node, maxBytes);
  // A frame around the long thing: <figure><table>…, <div>…
  const inner = nodesOf(node.inner);
  if (node.tag === '' || inner.length === 0 || inner.some(({ tag }) => tag === '')) return [node.html];
  return splitBody(node.inner, maxBytes).map((part) => `${node.open}${part}</${node.tag}>`);
}

function cutTable(table: Node, maxBytes: number): string[] {
  const parts = nodesOf(table.inner);
  const before = parts.filter(({ tag }) => tag === 'caption' || tag === 'colgroup').map(({ html }) => html);
  const rows = parts.flatMap((part) => (part.tag === 'tr' ? [part] : nodesOf(part.inner)).filter(isRow));
  const inHead = parts.filter(({ tag }) => tag === 'thead').flatMap(({ inner }) => nodesOf(inner).filter(isRow)).length;
  const heads = inHead > 0 ? inHead : isHeadRow(rows[0]) ? 1 : 0;
  const head = rows
    .slice(0, heads)
    .map(({ html }) => html)
    .join('');
  const start = `${table.open}${before.join('')}${head === '' ? '' : `<thead>${head}</thead>`}<tbody>`;
  const end = '</tbody></table>';
  const groups = togetherRows(rows.slice(heads));
  return pack(groups, maxBytes - size(start) - size(end)).map((body) => start + body + end);
}

/** Rows that a cell spans must not part: they are one piece. */
function togetherRows(rows: readonly Node[]): string[] {
  const groups: string[] = [];
  let spanned = 0;
  for (const { html } of rows) {
    if (spanned > 0) groups.push((groups.pop() ?? '') + html);
    else groups.push(html);
    const spans = [...html.matchAll(/ rowspan="(\d+)"/g)].map(([, count]) => Number(count) - 1);
    spanned = Math.max(0, spanned - 1, ...spans);
  }
  return groups;
}

function cutList(list: Node, maxBytes: number): string[] {
  const items = nodesOf(list.inner).filter(({ tag }) => tag === 'li');
  const end = `</${list.tag}>`;
  const parts = pack(
    items.map(({ html }) => html),
    maxBytes - size(list.open) - size(end) - ' start="10000"'.length,
  );
  let number = Number(/ start="(\d+)"/.exec(list.open)?.[1] ?? 1);
  return parts.map((part) => {
    const open = list.tag === 'ol' ? `<ol start="${number}">` : list.open;
    number += nodesOf(part).length;
    return open + part + end;
  });
}

/** Pieces put together in order, each heap as full as it may be. */
function pack(pieces: readonly string[], maxBytes: number): string[] {
  const heaps: string[] = [];
  let room = 0;
  for (const piece of pieces) {
    const bytes = size(piece);
    if (bytes > room) {
      heaps.push(piece);
      room = maxBytes - bytes;
    } else {
      heaps[heaps.length - 1] += piece;
      room -= bytes;
    }
  }
  return heaps;
}

function nodesOf(html: string): Node[] {
  const nodes: Node[] = [];
  let depth = 0;
  let from = 0;
  let open = '';
  const text = (to: number): void => {
    const run = html.slice(from, to);
    if (run.trim() !== '') nodes.push({ tag: '', html: run, open: '', inner: '' });
    from = to;
  };
  for (const { 0: token, 1: closing, 2: tag = '', index } of html.matchAll(TAG)) {
    const after = index + token.length;
    if (closing === '') {
      if (depth === 0) {
        text(index);
        open = token;
      }
      if (!VOID.has(tag)) depth += 1;
    } else depth -= 1;
    if (depth > 0) continue;
    const inner = VOID.has(tag) ? '' : html.slice(from + open.length, index);
    nodes.push({ tag, html: html.slice(from, after), open, inner });
    from = after;
  }
  text(html.length);
  return nodes;
}

function isRow({ tag }: Node): boolean {
  return tag === 'tr';
}

function isHeadRow(row: Node | undefined): boolean {
  return row !== undefined && nodesOf(row.inner).every(({ tag }) => tag === 'th');
}

function size(html: string): number {
  return Buffer.byteLength(html);
}
