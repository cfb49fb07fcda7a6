import type { Element } from '../../platform/markup/index.ts';
import type { Style } from './css.ts';
import { lengthOf } from './look.ts';

/** A length beyond this, points, is off every page. */
const FAR = 360;

/**
 * True where nothing of the element can be seen where it comes from, whatever it holds: taken out of the page, shown
 * through nothing, without room, or moved away. What its children could undo (visibility, size, colour) is `unseen`.
 */
export function isGone(element: Element, style: Style): boolean {
  const { attrs, tag } = element;
  if ('hidden' in attrs) return true;
  if (style.get('display') === 'none' || style.get('content-visibility') === 'hidden') return true;
  if (/^(?:all|screen)/.test(style.get('mso-hide') ?? '')) return true;
  return seeThrough(style) || (!CELL_PARTS.has(tag) && noRoom(style)) || movedAway(style);
}

const CELL_PARTS = new Set(['table', 'tbody', 'thead', 'tfoot', 'tr', 'td', 'th', 'col', 'colgroup']);

/** Shown through nothing; a page that fades its text in by a script begins so too. */
export function seeThrough(style: Style): boolean {
  const opacity = style.get('opacity');
  if (opacity !== undefined) {
    const value = Number.parseFloat(opacity) / (opacity.endsWith('%') ? 100 : 1);
    if (value <= 0.05) return true;
  }
  const filter = `${style.get('filter') ?? ''} ${style.get('-ms-filter') ?? ''}`;
  return /opacity\(\s*0*(?:\.0+)?%?\s*\)|opacity\s*=\s*0\b/.test(filter);
}

function noRoom(style: Style): boolean {
  const cut = /hidden|clip|scroll|auto/.test(
    `${style.get('overflow') ?? ''} ${style.get('overflow-x') ?? ''} ${style.get('overflow-y') ?? ''}`,
  );
  const none = (name: string): boolean => {
    const value = style.get(name);
    const length = value === undefined ? null : lengthOf(value);
    return length !== null && length <= 1;
  };
  if (cut && (none('height') || none('max-height') || none('width') || none('max-width'))) return true;
  const clip = style.get('clip') ?? '';
  const parts = [...clip.matchAll(/-?[\d.]+/g)].map(([number]) => Number.parseFloat(number));
  if (clip.startsWith('rect(') && parts.length === 4 && parts.every((part) => part <= 1)) return true;
  const path = style.get('clip-path') ?? style.get('-webkit-clip-path') ?? '';
  if (/^circle\(\s*0(?:px|%|pt)?\b/.test(path)) return true;
  const inset = /^inset\(\s*([\d.]+)%/.exec(path)?.[1];
  if (inset !== undefined && Number.parseFloat(inset) >= 50) return true;
  return (
    /scale[xy]?\(\s*0(?:\.0+)?\s*[,)]|matrix\(\s*0\s*,\s*0\s*,\s*0\s*,\s*0/.test(style.get('transform') ?? '') ||
    none('zoom')
  );
}

function movedAway(style: Style): boolean {
  const far = (name: string): boolean => {
    const value = style.get(name);
    const length = value === undefined ? null : lengthOf(value);
    return length !== null && Math.abs(length) >= FAR && (length < 0 || length >= 4 * FAR);
  };
  if (far('text-indent') || far('margin-left') || far('margin-top') || far('margin-right')) return true;
  if (/absolute|fixed|relative/.test(style.get('position') ?? '')) {
    if (['left', 'right', 'top', 'bottom'].some(far)) return true;
  }
  const moved = /translate(?:x|y|3d)?\(([^)]*)\)/.exec(style.get('transform') ?? '')?.[1];
  return moved?.split(',').some((part) => Math.abs(lengthOf(part) ?? 0) >= FAR) ?? false;
}

/** A row that a sheet hid or filtered out. */
export function rowHidden(element: Element, style: Style): boolean {
  if (isGone(element, style)) return true;
  if (/^(?:hidden|collapse)$/.test(style.get('visibility') ?? '')) return true;
  return nothing(style.get('height') ?? element.attrs['height']);
}

/** A column, or the cell of one, that a sheet hid. */
export function columnHidden(element: Element, style: Style): boolean {
  if (isGone(element, style)) return true;
  if (element.tag === 'col' && /^(?:hidden|collapse)$/.test(style.get('visibility') ?? '')) return true;
  return nothing(style.get('width') ?? element.attrs['width']);
}

function nothing(length: string | undefined): boolean {
  return length !== undefined && lengthOf(length) === 0;
}
