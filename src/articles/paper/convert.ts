import { type Element, isElement, type Node, textOf } from '../../platform/markup/index.ts';
import type { StyleSheet } from './css.ts';
import {
  backgroundPicture,
  embeddedName,
  isDot,
  missingPicture,
  MISSING_PICTURE,
  ownPicture,
  pictureName,
} from './embedded.ts';
import { BOXES } from './containers.ts';
import { isGone } from './hidden.ts';
import { type Look, lookOf, PLAIN_LOOK, styleOf, unseen } from './look.ts';
import { drawnSigns, fieldStep, hasWords, machineryOf, noteBlockOf } from './machinery.ts';
import { allMarks, freshMarks, isBlockTag, wrapped } from './marks.ts';
import type { Notes } from './notes.ts';
import { type PlannedRow, planTable } from './tables.ts';

/** What a conversion needs to know and what it finds. */
export interface Paper {
  readonly sheet: StyleSheet;
  readonly notes: Notes;
  readonly publicUrl: string;
  /** Rows of one table beyond this are left out and told; none are where it is infinite. */
  readonly maxRows: number;
  readonly markMissing: boolean;
  /** Containers that hide everything until a script shows it: how they hide is not looked at. */
  readonly shownByScript: ReadonlySet<Element>;
  /** Where the reader is, for the notes. */
  readonly at: { paragraph: number; table: number; cell: string | null };
  /** Inside the instruction of a field. */
  inField: boolean;
  /** Pictures that could not be taken. */
  missing: number;
}

interface Around {
  readonly look: Look;
  readonly ancestors: readonly Element[];
  /** Marks that stand around already. */
  readonly marks: ReadonlySet<string>;
  readonly align: Look['align'];
  readonly inList: boolean;
}

const BLOCKS: Readonly<Record<string, string>> = {
  h1: 'h2',
  h2: 'h2',
  h3: 'h3',
  h4: 'h4',
  h5: 'h4',
  h6: 'h4',
  p: 'p',
  pre: 'p',
  blockquote: 'blockquote',
  ul: 'ul',
  ol: 'ol',
  menu: 'ul',
  dir: 'ul',
  li: 'li',
  figure: 'figure',
  figcaption: 'figcaption',
};
/** Text blocks carry an alignment; it is written where it differs from what is around. */
const ALIGNED = new Set(['p', 'h2', 'h3', 'h4', 'div', 'figure', 'td', 'th']);

/** A paper as the body of an article: only what may stand there, only what was to be seen. */
export function convert(root: Element, paper: Paper): Node[] {
  return inside(root, paper, { look: PLAIN_LOOK, ancestors: [], marks: new Set(), align: 'left', inList: false });
}

function inside(element: Element, paper: Paper, around: Around): Node[] {
  return element.children.flatMap((child) =>
    isElement(child) ? one(child, paper, around) : words(child, paper, around),
  );
}

function words(text: string, paper: Paper, { look }: Around): Node[] {
  if (paper.inField) return [];
  if (text.trim() === '') return [text];
  if (unseen(look)) {
    paper.notes.add('看不见的文字', place(paper));
    return [];
  }
  const seen = drawnSigns(text, look.font);
  if (!look.keepsLines) return [seen];
  return seen.split(/\r?\n/).flatMap((line, i): Node[] => (i === 0 ? [line] : [BREAK, line]));
}

const BREAK: Element = { tag: 'br', attrs: {}, children: [] };

function one(element: Element, paper: Paper, around: Around): Node[] {
  const style = styleOf(element, around.ancestors, paper.sheet);
  const step = fieldStep(style);
  if (step !== null) paper.inField = step === 'begin';
  const shown = paper.shownByScript.has(element);
  const machinery = machineryOf(element, style) ?? noteBlockOf(element);
  if (machinery !== null) {
    if (machinery !== '' && textOf(element).trim() !== '') paper.notes.add(machinery, place(paper));
    return [];
  }
  if (!shown && isGone(element, style)) {
    if (hasWords(element.children)) paper.notes.add('隐藏的文字', place(paper));
    else if (holdsPicture(element)) paper.notes.add('隐藏的图片', place(paper));
    return [];
  }
  const embedded = embeddedName(element);
  if (embedded !== null) {
    if (embedded !== '') paper.notes.add(embedded, place(paper));
    return [];
  }
  const look = shown
    ? { ...lookOf(element, style, around.look), visible: around.look.visible }
    : lookOf(element, style, around.look);
  const here: Around = { ...around, look, ancestors: [...around.ancestors, element] };
  const behind = behindWords(element, style, paper, look);
  const tag = element.tag;
  if (tag === 'br') return [BREAK];
  if (tag === 'hr') return [{ tag: 'hr', attrs: {}, children: [] }];
  if (tag === 'img' || tag === 'image') return picture(element, paper, look);
  if (tag === 'table') return table(element, paper, here);
  if (tag === 'a') return behind.concat(link(element, paper, here));
  if (tag === 'rt') return ['（', ...inside(element, paper, here), '）'];
  if (tag === 'svg' || tag === 'math') return drawn(element, paper, here);
  const block = BLOCKS[tag] ?? (BOXES.has(tag) || isBox(look) ? 'div' : null);
  if (block === null) return behind.concat(marked(element, paper, here));
  const inBlock = blockOf(element, block, paper, here);
  return behind.concat(inBlock);
}

function blockOf(element: Element, tag: string, paper: Paper, here: Around): Node[] {
  const { align } = here.look;
  const attrs: Record<string, string> = {};
  if (ALIGNED.has(tag) && align !== here.align) attrs['style'] = `text-align:${align}`;
  const start = element.attrs['start'];
  if (tag === 'ol' && start !== undefined && /^[1-9]\d{0,2}$/.test(start) && start !== '1') attrs['start'] = start;
  const within = { ...here, align: attrs['style'] === undefined ? here.align : align };
  const children = wrapped(inside(element, paper, { ...within, marks: allMarks(here) }), here);
  if (tag === 'p' || /^h\d$/.test(tag) || tag === 'div' || tag === 'li') step(paper, children);
  return [{ tag, attrs, children }];
}

function marked(element: Element, paper: Paper, here: Around): Node[] {
  const fresh = freshMarks(here);
  const children = inside(element, paper, { ...here, marks: allMarks(here) });
  if (fresh.length === 0 || !hasWords(children)) return children;
  return wrapped(children, here);
}

function isBox({ style }: Look): boolean {
  return /^(?:block|flex|grid|list-item|table|table-row|flow-root|-webkit-box)\b/.test(style.get('display') ?? '');
}

function link(element: Element, paper: Paper, here: Around): Node[] {
  const children = marked(element, paper, here);
  const href = (element.attrs['href'] ?? '').trim();
  if (element.attrs['data-miniprogram-appid'] !== undefined || element.attrs['data-weapp-appid'] !== undefined) {
    paper.notes.add('小程序链接（文字留下）', place(paper));
    return children;
  }
  if (href === '' || href.startsWith('#')) return children;
  const target = linkTarget(href, paper.publicUrl);
  if (target === null) {
    paper.notes.add('打不开的链接（文字留下）', place(paper));
    return children;
  }
  // A link around blocks would end at the first of them.
  if (children.some((child) => isElement(child) && isBlockTag(child.tag))) return children;
  return hasWords(children) || holds(children, 'img') ? [{ tag: 'a', attrs: { href: target }, children }] : children;
}

/** Links go by http, https or telephone, also to a page of our own; any other leads nowhere. */
export function linkTarget(href: string, publicUrl: string): string | null {
  const tel = /^tel:([+\d\s()（）-]{3,30})$/i.exec(href)?.[1]?.replace(/[^\d+-]/g, '');
  if (tel !== undefined && /\d{3}/.test(tel)) return `tel:${tel}`;
  const absolute = /^\/(?!\/)/.test(href) ? `${publicUrl}${href}` : href;
  return /^https?:\/\/[^\s/]/i.test(absolute) ? absolute : null;
}

function picture(element: Element, paper: Paper, look: Look): Node[] {
  if (!look.visible) return [];
  const { attrs } = element;
  const own = ownPicture((attrs['src'] ?? '').trim(), paper.publicUrl);
  if (own !== null) {
    const kept: Record<string, string> = { src: own };
    if (attrs['alt'] !== undefined) kept['alt'] = attrs['alt'];
    for (const name of ['width', 'height'])
      if (/^[1-9]\d{0,3}$/.test(attrs[name] ?? '')) kept[name] = attrs[name] ?? '';
    return [own === MISSING_PICTURE ? missingPicture(kept['alt'] ?? '') : { tag: 'img', attrs: kept, children: [] }];
  }
  if (isDot(element, look.style) && attrs['data-src'] === undefined) {
    paper.notes.add('一个点大小的图片', place(paper));
    return [];
  }
  paper.notes.add(pictureName(element), place(paper));
  return missingHere(paper);
}

/** A picture behind words is told; one behind nothing was itself what was shown. */
function behindWords(element: Element, style: Look['style'], paper: Paper, look: Look): Node[] {
  if (!look.visible || !backgroundPicture(style) || element.tag === 'body' || element.tag === 'html') return [];
  paper.notes.add('作为背景的图片', place(paper));
  if (hasWords(element.children) || holdsPicture(element)) return [];
  return missingHere(paper);
}

/** Words of a drawing or an equation stay; what was only drawn is told. */
function drawn(element: Element, paper: Paper, here: Around): Node[] {
  if (element.tag === 'math') {
    paper.notes.add('公式的排法（文字留下）', place(paper));
    return equation(element, paper, here);
  }
  const children = inside(element, paper, here);
  if (!hasWords(children) && !holds(children, 'img') && element.children.length > 0) {
    paper.notes.add('画出来的图形', place(paper));
  }
  return children.some((child) => isElement(child) && isBlockTag(child.tag))
    ? [{ tag: 'div', attrs: {}, children }]
    : children;
}

function equation(element: Element, paper: Paper, here: Around): Node[] {
  const parts = element.children.filter(isElement);
  const inner = (part: Element | undefined): Node[] => (part ? equation(part, paper, here) : []);
  switch (element.tag) {
    case 'msup':
    case 'msub':
      return [
        ...inner(parts[0]),
        { tag: element.tag === 'msup' ? 'sup' : 'sub', attrs: {}, children: inner(parts[1]) },
      ];
    case 'mfrac':
      return [...inner(parts[0]), '/', ...inner(parts[1])];
    case 'annotation':
    case 'annotation-xml':
      return [];
    default:
      return element.children.flatMap((child) =>
        isElement(child) ? equation(child, paper, here) : words(child.trim(), paper, here),
      );
  }
}

function table(element: Element, paper: Paper, here: Around): Node[] {
  paper.at.table += 1;
  const name = `表格 ${paper.at.table}`;
  const outer = paper.at.cell;
  const styles = (each: Element, within: readonly Element[]) =>
    styleOf(each, [...here.ancestors.slice(0, -1), ...within], paper.sheet);
  const plan = planTable(element, styles);
  if (plan.hiddenRows > 0) paper.notes.add('隐藏的行', name, plan.hiddenRows);
  if (plan.hiddenColumns > 0) paper.notes.add('隐藏的列', name, plan.hiddenColumns);
  if (plan.hiddenCells > 0) paper.notes.add('隐藏的单元格', name, plan.hiddenCells);
  const cut = plan.rows.slice(paper.maxRows);
  if (cut.length > 0) paper.notes.add(`表格里第 ${paper.maxRows} 行以后的行`, name, cut.length);
  const inTable: Around = { ...here, align: 'left' };
  const parts: { part: PlannedRow['part']; rows: Node[] }[] = [];
  plan.rows.slice(0, paper.maxRows).forEach((planned, index) => {
    const row = tableRow(planned, paper, inTable, `${name} 第 ${index + 1} 行`);
    if (row === null) return;
    const last = parts.at(-1);
    if (last?.part === planned.part) last.rows.push(row);
    else parts.push({ part: planned.part, rows: [row] });
  });
  paper.at.cell = outer;
  const before = plan.strays.flatMap((stray) =>
    isElement(stray) ? one(stray, paper, here) : words(stray, paper, here),
  );
  const captions = plan.captions.flatMap((caption): Node[] => {
    const inner = inside(caption, paper, inTable);
    return hasWords(inner) ? [{ tag: 'caption', attrs: {}, children: inner }] : [];
  });
  if (parts.length === 0) return before;
  const single = parts.length === 1 && parts[0]?.part === 'tbody';
  const rows = single
    ? (parts[0]?.rows ?? [])
    : parts.map(({ part, rows: children }): Element => ({ tag: part, attrs: {}, children }));
  return [...before, { tag: 'table', attrs: {}, children: [...captions, ...rows] }];
}

function tableRow(
  { row, around: within, cells }: PlannedRow,
  paper: Paper,
  inTable: Around,
  name: string,
): Node | null {
  let outer = inTable;
  for (const each of within.slice(1)) {
    const style = styleOf(each, outer.ancestors, paper.sheet);
    outer = { ...outer, look: lookOf(each, style, outer.look), ancestors: [...outer.ancestors, each] };
  }
  const children = cells.map(({ cell, colspan, rowspan, column }): Element => {
    paper.at.cell = `${name}第 ${column} 列`;
    const style = styleOf(cell, outer.ancestors, paper.sheet);
    const look = lookOf(cell, style, outer.look);
    const here: Around = { ...outer, look, ancestors: [...outer.ancestors, cell] };
    const attrs: Record<string, string> = {};
    if (colspan > 1) attrs['colspan'] = String(colspan);
    if (rowspan > 1) attrs['rowspan'] = String(rowspan);
    const { scope } = cell.attrs;
    if (cell.tag === 'th' && scope !== undefined && /^(?:col|row)(?:group)?$/.test(scope)) attrs['scope'] = scope;
    if (look.align !== 'left') attrs['style'] = `text-align:${look.align}`;
    behindWords(cell, style, paper, look);
    const inner = inside(cell, paper, { ...here, marks: allMarks(here), align: look.align });
    return { tag: cell.tag, attrs, children: wrapped(inner, here) };
  });
  return children.length === 0 && row.children.length > 0 ? null : { tag: 'tr', attrs: {}, children };
}

/** The place of a picture that could not be taken, for whoever can fill it. */
function missingHere(paper: Paper): Node[] {
  paper.missing += 1;
  return paper.markMissing ? [missingPicture('')] : [];
}

function place({ at }: Paper): string {
  return at.cell ?? `第 ${at.paragraph} 段`;
}

function step(paper: Paper, children: readonly Node[]): void {
  if (
    paper.at.cell === null &&
    children.some((child) => !(isElement(child) && isBlockTag(child.tag)) && hasWords([child]))
  ) {
    paper.at.paragraph += 1;
  }
}

function holds(nodes: readonly Node[], tag: string): boolean {
  return nodes.some((node) => isElement(node) && (node.tag === tag || holds(node.children, tag)));
}

function holdsPicture(element: Element): boolean {
  return holds(element.children, 'img') || holds(element.children, 'image');
}
