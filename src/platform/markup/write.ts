import { escapeMarkup } from '../../kernel/index.ts';
import { isElement, type Node } from './tree.ts';

const VOID = new Set(['br', 'hr', 'img', 'col']);

/** A tree as markup: everything escaped, every element closed. */
export function writeMarkup(nodes: readonly Node[]): string {
  const parts: string[] = [];
  for (const node of nodes) write(node, parts);
  return parts.join('');
}

function write(node: Node, parts: string[]): void {
  if (!isElement(node)) {
    parts.push(escapeMarkup(node));
    return;
  }
  const { tag, attrs, children } = node;
  const written = Object.entries(attrs).map(([name, value]) => ` ${name}="${escapeMarkup(value)}"`);
  if (VOID.has(tag)) {
    parts.push(`<${tag}${written.join('')} />`);
    return;
  }
  parts.push(`<${tag}${written.join('')}>`);
  for (const child of children) write(child, parts);
  parts.push(`</${tag}>`);
}
