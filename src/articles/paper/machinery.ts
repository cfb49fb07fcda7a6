import { type Element, isElement, type Node, textOf } from '../../platform/markup/index.ts';
import { classesOf, type Style } from './css.ts';

/** Never a word of the paper. */
const SILENT = new Set(
  (
    'script style template noscript meta link title head base xml noembed noframes datalist param source track ' +
    'annotation annotation-xml defs desc metadata rp mp-style-type'
  ).split(' '),
);

/** What office programs write around a paper: remarks of reviewers, notes at the foot, heads of pages. */
const CLASSES: Readonly<Record<string, string>> = {
  msocomtxt: '批注',
  msocomanchor: '批注',
  msocomoff: '批注',
  msocommentreference: '批注',
  msocommenttext: '批注',
  msocommentsubject: '批注',
  msofootnotetext: '脚注',
  msofootnotereference: '脚注',
  msoendnotetext: '脚注',
  msoendnotereference: '脚注',
  msoheader: '页眉页脚',
  msofooter: '页眉页脚',
  msopagenumber: '页眉页脚',
};
const ELEMENTS: readonly (readonly [RegExp, string])[] = [
  [/^comment/, '批注'],
  [/^(?:foot|end)note/, '脚注'],
  [/^(?:header|footer)|-header$|-footer$/, '页眉页脚'],
];

/** The name of the machinery that an element is; '' for what is dropped without a word; null for what is the paper's own. */
export function machineryOf(element: Element, style: Style): string | null {
  const { tag, attrs } = element;
  if (SILENT.has(tag) || /^(?:w|m|x):/.test(tag)) return '';
  const part = style.get('mso-element') ?? '';
  const named = ELEMENTS.find(([pattern]) => pattern.test(part))?.[1];
  if (named !== undefined) return named;
  const special = style.get('mso-special-character') ?? '';
  if (special.startsWith('comment')) return '批注';
  if (/^(?:foot|end)note/.test(special)) return '脚注';
  const byClass = classesOf(element).find((name) => Object.hasOwn(CLASSES, name));
  if (byClass !== undefined) return CLASSES[byClass] ?? null;
  const href = attrs['href'] ?? '';
  if (/^#_?(?:msocom|msoanchor|cmnt)/i.test(href)) return '批注';
  if (/^#_?(?:ftn|edn|sdfootnote|sdendnote|fn:|fnref)/i.test(href)) return '脚注';
  return null;
}

/** The notes at the end of a page stand in a block that begins with the way back to their mark. */
export function noteBlockOf(element: Element): string | null {
  if (!/^(?:div|p|li|aside|section)$/.test(element.tag)) return null;
  const id = element.attrs['id'] ?? '';
  if (/^_com_\d|^cmnt\d/i.test(id)) return '批注';
  if (/^(?:ftn|edn|sdfootnote|sdendnote|fn:)\d/i.test(id)) return '脚注';
  const href = firstLink(element, 6)?.attrs['href'] ?? '';
  if (/^#(?:cmnt_ref|_msoanchor_)/i.test(href)) return '批注';
  return /^#(?:_ftnref|_ednref|ftnt_ref|fnref|sdfootnote\d+anc|sdendnote\d+anc)/i.test(href) ? '脚注' : null;
}

function firstLink(element: Element, depth: number): Element | null {
  for (const child of element.children) {
    if (!isElement(child)) {
      if (child.trim() !== '') return null;
      continue;
    }
    if (child.tag === 'a') return child;
    if (depth === 0) return null;
    const inside = firstLink(child, depth - 1);
    if (inside) return inside;
    if (textOf(child).trim() !== '') return null;
  }
  return null;
}

/** Words between the beginning of a field and its separator are its instruction, not its result. */
export function fieldStep(style: Style): 'begin' | 'separator' | 'end' | null {
  const found = /^field-(begin|separator|end)$/.exec(style.get('mso-element') ?? '')?.[1];
  return (found as 'begin' | 'separator' | 'end' | undefined) ?? null;
}

/** Signs that office programs draw with the letters of a picture font. */
const DRAWN: Readonly<Record<string, string>> = {
  '\u00b7': '•',
  '\u00a7': '▪',
  '\u00d8': '➢',
  '\u00fc': '✓',
  '\u00fb': '✗',
  '\u00fe': '☑',
  '\u00a8': '□',
  '\u00a3': '□',
  R: '☑',
  T: '☒',
  o: '□',
  l: '●',
  n: '■',
  u: '◆',
  v: '❖',
  q: '❑',
  p: '❑',
};

/** The signs of a run in Wingdings or Symbol as they were seen; others are left as they are. */
export function drawnSigns(text: string, font: string): string {
  if (!/wingdings|webdings/.test(font)) return /\bsymbol\b/.test(font) ? text.replaceAll('\u00b7', '•') : text;
  return text.length > 8 ? text : Array.from(text, (char) => DRAWN[char] ?? char).join('');
}

/** Words of a drawn thing, for what has words: an equation or a drawing. */
export function hasWords(nodes: readonly Node[]): boolean {
  return nodes.some((node) => (isElement(node) ? hasWords(node.children) : node.trim() !== ''));
}
