import { isElement, type Node } from '../../platform/markup/index.ts';
import type { Look } from './look.ts';

/** An element's look and the marks that stand around it already. */
export interface Marked {
  readonly look: Look;
  readonly marks: ReadonlySet<string>;
}

/** Marks of a block go around its words, not around the block. */
export function wrapped(children: Node[], here: Marked): Node[] {
  const fresh = freshMarks(here);
  if (fresh.length === 0) return children;
  const out: Node[] = [];
  let run: Node[] = [];
  const flush = (): void => {
    if (run.some((node) => isElement(node) || node.trim() !== '')) out.push(...around(run, fresh));
    else out.push(...run);
    run = [];
  };
  for (const child of children) {
    if (isElement(child) && isBlockTag(child.tag)) {
      flush();
      out.push(isTextBlock(child.tag) ? { ...child, children: wrapped(child.children, here) } : child);
    } else run.push(child);
  }
  flush();
  return out;
}

function around(children: Node[], marks: readonly string[]): Node[] {
  return marks.reduceRight<Node[]>((nodes, tag) => [{ tag, attrs: {}, children: nodes }], children);
}

function wantedMarks({ bold, italic, struck, underlined, raised }: Look): string[] {
  return [
    ...(bold ? ['strong'] : []),
    ...(italic ? ['em'] : []),
    ...(underlined ? ['u'] : []),
    ...(struck ? ['s'] : []),
    ...(raised === null ? [] : [raised]),
  ];
}

/** Marks of the element's own. */
export function freshMarks({ look, marks }: Marked): string[] {
  return wantedMarks(look).filter((mark) => !marks.has(mark));
}

/** Those and the element's own. */
export function allMarks({ look, marks }: Marked): Set<string> {
  return new Set([...marks, ...wantedMarks(look)]);
}

const TEXT_BLOCKS = new Set(['p', 'h2', 'h3', 'h4', 'div', 'li', 'figcaption', 'blockquote', 'figure']);
const BLOCK_TAGS = new Set([...TEXT_BLOCKS, 'ul', 'ol', 'table', 'hr']);

/** True for what stands on lines of its own. */
export function isBlockTag(tag: string): boolean {
  return BLOCK_TAGS.has(tag);
}

function isTextBlock(tag: string): boolean {
  return TEXT_BLOCKS.has(tag) || tag === 'ul' || tag === 'ol';
}
