import { type Element, isElement, type Node } from '../../platform/markup/index.ts';
import { isBlockTag } from './marks.ts';

/**
 * Blocks where blocks may stand and words where words may: boxes become paragraphs or go, lists hold items only, white
 * space is what a reader sees of it.
 */
export function shape(nodes: readonly Node[]): Node[] {
  return blocks(nodes, 'root');
}

type Place = 'root' | 'cell' | 'item' | 'quote' | 'box';

function blocks(nodes: readonly Node[], place: Place, style?: string): Node[] {
  const out: Node[] = [];
  let run: Node[] = [];
  const flush = (): void => {
    const words = tidyRun(run);
    run = [];
    if (words.length === 0) return;
    if (place === 'box') out.push({ tag: 'p', attrs: styled(style), children: words });
    else out.push(...words);
  };
  for (const node of nodes) {
    if (isElement(node) && isBlockTag(node.tag)) {
      flush();
      out.push(...block(node, style));
    } else run.push(node);
  }
  flush();
  return out;
}

function block(element: Element, around?: string): Node[] {
  const { tag, attrs, children } = element;
  const style = attrs['style'] ?? around;
  switch (tag) {
    case 'hr':
      return [element];
    case 'ul':
    case 'ol':
      return list(element);
    case 'table':
      return [table(element)];
    case 'blockquote': {
      const inner = blocks(children, 'quote', style);
      return inner.length === 0 ? [] : [{ tag, attrs: {}, children: inner }];
    }
    case 'figure': {
      const inner = blocks(children, 'quote', style);
      return inner.length === 0 ? [] : [{ tag, attrs: styled(style), children: inner }];
    }
    case 'p':
    case 'h2':
    case 'h3':
    case 'h4':
    case 'figcaption': {
      if (children.some((child) => isElement(child) && isBlockTag(child.tag))) {
        const inner = blocks(children, 'box', style);
        return tag === 'p' ? inner : inner.map((each) => renamed(each, tag));
      }
      const words = tidyRun(children);
      // An empty line is a line; an empty head is nothing.
      if (words.length === 0 && tag !== 'p') return [];
      return [{ tag, attrs: tag === 'figcaption' ? {} : styled(style), children: words }];
    }
    default:
      // A box, or an item without a list.
      return blocks(children, 'box', style);
  }
}

function renamed(node: Node, tag: string): Node {
  return isElement(node) && node.tag === 'p' ? { ...node, tag } : node;
}

function styled(style: string | undefined): Record<string, string> {
  return style === undefined ? {} : { style };
}

function list({ tag, attrs, children }: Element): Node[] {
  const items: Element[] = [];
  for (const child of children) {
    if (isElement(child) && child.tag === 'li') {
      const inner = blocks(child.children, 'item');
      if (inner.length > 0) items.push({ tag: 'li', attrs: {}, children: inner });
    } else {
      const inner = blocks([child], 'item');
      const last = items.at(-1);
      const nested = inner.every((each) => isElement(each) && (each.tag === 'ul' || each.tag === 'ol'));
      if (inner.length === 0) continue;
      if (last && nested) last.children.push(...inner);
      else items.push({ tag: 'li', attrs: {}, children: inner });
    }
  }
  const kept: Record<string, string> = attrs['start'] === undefined ? {} : { start: attrs['start'] };
  return items.length === 0 ? [] : [{ tag, attrs: kept, children: items }];
}

function table(element: Element): Element {
  const children = element.children.filter(isElement).map((child): Element => {
    if (child.tag === 'caption') return { ...child, children: tidyRun(flat(child.children)) };
    if (child.tag === 'tr') return row(child);
    return { ...child, children: child.children.filter(isElement).map(row) };
  });
  return { ...element, children };
}

function row(element: Element): Element {
  const cells = element.children
    .filter(isElement)
    .map((cell): Element => ({ ...cell, children: blocks(cell.children, 'cell') }));
  return { ...element, children: cells };
}

/** Words of blocks one after the other, for a place that holds no blocks. */
function flat(nodes: readonly Node[]): Node[] {
  return nodes.flatMap((node) => (isElement(node) && isBlockTag(node.tag) ? [...flat(node.children), ' '] : [node]));
}

interface Space {
  /** A blank stands before, or nothing does. */
  after: boolean;
}

/** Words as a reader sees them: one blank for many, none at the ends of a line, none where a Chinese line was only broken. */
function tidyRun(nodes: readonly Node[]): Node[] {
  const space: Space = { after: true };
  return trimmedEnd(tidy(nodes, space));
}

function tidy(nodes: readonly Node[], space: Space): Node[] {
  const out: Node[] = [];
  for (const node of nodes) {
    if (isElement(node)) {
      if (node.tag === 'br') {
        const before = trimmedEnd(out);
        out.length = 0;
        out.push(...before, node);
        space.after = true;
        continue;
      }
      if (node.tag === 'img') {
        out.push(node);
        space.after = false;
        continue;
      }
      const children = tidy(node.children, space);
      if (children.length > 0) out.push({ ...node, children });
      continue;
    }
    const text = oneBlank(node, space);
    if (text === '') continue;
    const last = out.at(-1);
    if (typeof last === 'string') out[out.length - 1] = last + text;
    else out.push(text);
  }
  return out;
}

const CHINESE = /[\u2E80-\u9FFF\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFFEF\u3000-\u303F“”‘’—…]/;

function oneBlank(text: string, space: Space): string {
  const tidied = text.replace(/[ \t\r\n\f]+/g, (blank, at: number) => {
    const broken =
      blank.includes('\n') && CHINESE.test(text.charAt(at - 1)) && CHINESE.test(text.charAt(at + blank.length));
    return broken ? '' : ' ';
  });
  const own = space.after && tidied.startsWith(' ') ? tidied.slice(1) : tidied;
  if (tidied !== '' && own !== '') space.after = own.endsWith(' ');
  return own;
}

/** Without a blank at the end, however deep it stands. */
function trimmedEnd(nodes: readonly Node[]): Node[] {
  const out = [...nodes];
  for (let last = out.at(-1); last !== undefined; last = out.at(-1)) {
    if (!isElement(last)) {
      const text = last.replace(/ +$/, '');
      if (text === last) return out;
      out.pop();
      if (text !== '') {
        out.push(text);
        return out;
      }
      continue;
    }
    if (last.tag === 'br' || last.tag === 'img') return out;
    const children = trimmedEnd(last.children);
    out.pop();
    if (children.length === 0) continue;
    out.push({ ...last, children });
    return out;
  }
  return out;
}
