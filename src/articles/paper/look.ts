import type { Element } from '../../platform/markup/index.ts';
import { type Color, colorOf, PAGE_COLOR, sameColor } from './colors.ts';
import { declarationsOf, type Style, type StyleSheet } from './css.ts';

/** How an element's words look where they came from: what it has itself and what it has from those around it. */
export interface Look {
  /** The element's own, the sheet's and the attribute's put together. */
  readonly style: Style;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underlined: boolean;
  readonly struck: boolean;
  readonly raised: 'sup' | 'sub' | null;
  readonly align: 'left' | 'center' | 'right';
  readonly keepsLines: boolean;
  readonly visible: boolean;
  /** Points; null where a relative size has nothing to relate to. */
  readonly points: number;
  readonly color: Color;
  /** Null: a picture or a gradient, against which nothing can be judged. */
  readonly background: Color | null;
  readonly font: string;
}

export const PLAIN_LOOK: Look = {
  style: new Map(),
  bold: false,
  italic: false,
  underlined: false,
  struck: false,
  raised: null,
  align: 'left',
  keepsLines: false,
  visible: true,
  points: 12,
  color: [0, 0, 0, 1],
  background: PAGE_COLOR,
  font: '',
};

const BOLD_TAGS = new Set(['b', 'strong']);
const ITALIC_TAGS = new Set(['i', 'em', 'cite', 'dfn', 'var', 'address']);
const STRUCK_TAGS = new Set(['s', 'strike', 'del']);
const CELLS = new Set(['td', 'th']);

/** The style of an element itself, attributes of older editors among it. */
export function styleOf(element: Element, ancestors: readonly Element[], sheet: StyleSheet): Style {
  const { attrs } = element;
  const style = new Map<string, string>();
  const add = (more: Style): void => {
    for (const [name, value] of more) {
      style.set(name, value);
      // A shorthand sets its parts anew.
      if (name === 'background') style.set('background-color', value);
      if (name === 'text-decoration') style.set('text-decoration-line', value);
    }
  };
  if (attrs['bgcolor']) style.set('background-color', attrs['bgcolor'].toLowerCase());
  if (attrs['background']) style.set('background-image', `url(${attrs['background']})`);
  if (attrs['color'] && element.tag === 'font') style.set('color', attrs['color'].toLowerCase());
  if (attrs['align']) style.set('text-align', attrs['align'].toLowerCase());
  for (const one of sheet.of(element, ancestors)) add(one);
  if (attrs['style'] !== undefined) add(declarationsOf(attrs['style']));
  return style;
}

/** The look of an element inside one that looks like `around`. */
export function lookOf(element: Element, style: Style, around: Look): Look {
  const { tag } = element;
  const points = pointsOf(style.get('font-size') ?? style.get('font'), around.points);
  const color = colorOf(style.get('color') ?? '') ?? around.color;
  const lines = style.get('white-space');
  const decoration = [style.get('text-decoration-line'), style.get('text-line-through')].filter(Boolean).join(' ');
  return {
    style,
    bold: boldOf(tag, style, around.bold),
    italic: italicOf(tag, style, around.italic),
    underlined: around.underlined || tag === 'u' || /\bunderline\b/.test(decoration),
    struck:
      around.struck ||
      STRUCK_TAGS.has(tag) ||
      /\bline-through\b/.test(decoration) ||
      /^(?:single|double)/.test(style.get('text-line-through') ?? ''),
    raised: raisedOf(tag, style, around.raised),
    align: alignOf(tag, style, around.align),
    keepsLines: tag === 'pre' || (lines === undefined ? around.keepsLines : /^(?:pre|break-spaces)/.test(lines)),
    visible: visibleOf(style, around.visible),
    points,
    color,
    background: backgroundOf(style, around.background),
    font: style.get('font-family') ?? style.get('font') ?? around.font,
  };
}

/** Words that nobody could see: without size, hidden, or in the colour of what is behind them. */
export function unseen(look: Look): boolean {
  if (!look.visible || look.points <= 1) return true;
  if (/text/.test(look.style.get('-webkit-background-clip') ?? look.style.get('background-clip') ?? '')) return false;
  if (look.color[3] <= 0.05) return true;
  return look.background !== null && sameColor(look.color, look.background);
}

function boldOf(tag: string, style: Style, around: boolean): boolean {
  const weight = style.get('font-weight') ?? /^(?:[\w-]+\s+)*?(bold|[6-9]00)\b/.exec(style.get('font') ?? '')?.[1];
  if (weight !== undefined && weight !== 'inherit') return /^(?:bold|bolder|[6-9]00|1000)$/.test(weight);
  // Heads are bold by themselves: the words in them need no mark.
  return BOLD_TAGS.has(tag) || around;
}

function italicOf(tag: string, style: Style, around: boolean): boolean {
  const slant = style.get('font-style');
  if (slant !== undefined && slant !== 'inherit') return /italic|oblique/.test(slant);
  return ITALIC_TAGS.has(tag) || around;
}

/** Word raises by points too; a cell's `vertical-align` says where its words stand, not how. */
function raisedOf(tag: string, style: Style, around: Look['raised']): Look['raised'] {
  if (tag === 'sup' || tag === 'sub') return tag;
  if (CELLS.has(tag) || tag === 'tr') return around;
  const align = style.get('vertical-align') ?? style.get('font-variant-position') ?? '';
  if (/^super\b|^text-top$/.test(align)) return 'sup';
  if (/^sub\b|^text-bottom$/.test(align)) return 'sub';
  const raise = Number.parseFloat(style.get('mso-text-raise') ?? '0');
  if (raise >= 2) return 'sup';
  return raise <= -2 ? 'sub' : around;
}

function alignOf(tag: string, style: Style, around: Look['align']): Look['align'] {
  if (tag === 'center') return 'center';
  const align = style.get('text-align');
  if (align !== undefined) {
    if (/center/.test(align)) return 'center';
    if (/right|^end$/.test(align)) return 'right';
    if (/left|justify|start|general|distribute/.test(align)) return 'left';
  }
  // 落款 are also pushed to the right by an indent.
  if (pushed(style.get('text-indent')) || pushed(style.get('margin-left'))) return 'right';
  return tag === 'table' ? 'left' : around;
}

/** From here on an indent is a place, not an indent; points. */
const PUSHED_POINTS = 150;

function pushed(value: string | undefined): boolean {
  const points = value === undefined ? 0 : (lengthOf(value) ?? 0);
  return points >= PUSHED_POINTS && points < 700;
}

function visibleOf(style: Style, around: boolean): boolean {
  const value = style.get('visibility');
  return value === undefined || value === 'inherit' ? around : value !== 'hidden' && value !== 'collapse';
}

function backgroundOf(style: Style, around: Color | null): Color | null {
  const image = `${style.get('background-image') ?? ''} ${style.get('background') ?? ''}`;
  if (/url\(|gradient\(/.test(image)) return null;
  const marked = style.get('mso-highlight');
  const value = style.get('background-color') ?? marked;
  const color = value === undefined ? null : colorOf(value);
  if (color !== null && color[3] > 0.05) return color;
  // Named by the system or by a variable: something stands behind the words, what is not known.
  return value === undefined || color !== null || /^(?:none|inherit|initial|unset|auto|0)/.test(value) ? around : null;
}

/** A length in points; null for what is none, or a part of something unknown. */
export function lengthOf(value: string): number | null {
  const found = /^(-?[\d.]+)(pt|px|em|rem|cm|mm|in|pc|vw|vh|ex|ch|q)?\s*$/.exec(value.trim());
  if (!found) return null;
  const [, number = '0', unit = 'px'] = found;
  return Number.parseFloat(number) * (POINTS[unit] ?? 0.75);
}

const POINTS: Readonly<Record<string, number>> = {
  pt: 1,
  px: 0.75,
  em: 12,
  rem: 12,
  ex: 6,
  ch: 6,
  cm: 28.35,
  mm: 2.835,
  q: 0.7,
  in: 72,
  pc: 12,
  vw: 6,
  vh: 6,
};

function pointsOf(value: string | undefined, around: number): number {
  if (value === undefined) return around;
  const found = /(?:^|\s)([\d.]+)(pt|px|em|rem|cm|mm|in|%)?(?=[\s/;]|$)/.exec(value);
  if (!found) return /^(?:smaller|larger|inherit)$/.test(value) ? around : /[\d(]/.test(value) ? around : 12;
  const number = Number.parseFloat(found[1] ?? '12');
  const unit = found[2] ?? 'px';
  // `font: 700 12pt 宋体` begins with the weight.
  if (found[2] === undefined && number >= 100) return pointsOf(value.slice(found.index + found[0].length), around);
  if (unit === '%') return (number / 100) * around;
  if (unit === 'em') return number * around;
  return number * (POINTS[unit] ?? 0.75);
}
