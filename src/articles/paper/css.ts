import type { Element } from '../../platform/markup/index.ts';

/** Property → value, in small letters; a later or more important one has won already. */
export type Style = ReadonlyMap<string, string>;

/** What an element is given by the style blocks of its page. */
export interface StyleSheet {
  /** In order of weight, the last wins; `ancestors` from the outside in. */
  of(element: Element, ancestors: readonly Element[]): readonly Style[];
}

interface Rule {
  readonly selector: Compound;
  /** What must stand around it, nearest last. */
  readonly around: readonly Compound[];
  readonly style: Style;
  readonly weight: number;
  readonly order: number;
}

/** `td.xl65#a` */
interface Compound {
  readonly tag: string;
  readonly id: string;
  readonly classes: readonly string[];
  readonly attributes: readonly string[];
}

/** More are no office document's. */
const MAX_RULES = 8_000;
/** Rules that look at what stands around, or at several classes: each costs a look for each element. */
const MAX_WIDE_RULES = 400;
const DECLARATIONS_CHARS = 4_000;
/** Looks of a rule at an element in one paper; an office document needs a hundredth. */
const MAX_LOOKS = 600_000;

/** `a: b; c: d` as properties. Quoted `;` belong to their value; escapes are not read. */
export function declarationsOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  const important = new Set<string>();
  for (const one of piecesOf(text.slice(0, DECLARATIONS_CHARS))) {
    const colon = one.indexOf(':');
    if (colon === -1) continue;
    const name = one.slice(0, colon).trim().toLowerCase();
    const raw = one.slice(colon + 1).trim();
    const forced = /\s*!\s*important$/i.test(raw);
    if (important.has(name) && !forced) continue;
    if (forced) important.add(name);
    found.set(name, raw.replace(/\s*!\s*important$/i, '').toLowerCase());
  }
  return found;
}

/** Cut at `;` outside of quotes and brackets. */
function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let quote = '';
  let brackets = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (quote !== '') {
      if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '(') brackets += 1;
    else if (char === ')') brackets = Math.max(0, brackets - 1);
    else if (char === ';' && brackets === 0) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces;
}

/** The style blocks of a page in their order. Selectors of states (`:hover`) and of things beside (`+`, `~`) are left out. */
export function styleSheetOf(blocks: readonly string[]): StyleSheet {
  const byTag = new Map<string, Rule[]>();
  const byClass = new Map<string, Rule[]>();
  const byId = new Map<string, Rule[]>();
  const wide: Rule[] = [];
  let order = 0;
  const keep = (index: Map<string, Rule[]>, key: string, rule: Rule): void => {
    const known = index.get(key);
    // Rules of one simple selector are one: a thousand of them cost an element no more than one.
    const same = known?.find((each) => each.weight === rule.weight && each.selector.tag === rule.selector.tag);
    if (same) {
      const style = new Map([...same.style, ...rule.style]);
      known?.splice(known.indexOf(same), 1, { ...rule, style });
    } else if (known) known.push(rule);
    else index.set(key, [rule]);
  };
  for (const { selectors, style } of rulesOf(blocks.join('\n'))) {
    for (const selector of selectors) {
      if (order >= MAX_RULES) break;
      order += 1;
      const parts = compoundsOf(selector);
      const own = parts?.at(-1);
      if (!parts || !own) continue;
      const around = parts.slice(0, -1);
      const rule = { selector: own, around, style, weight: weightOf(parts), order };
      const simple = around.length === 0 && own.attributes.length === 0;
      if (simple && own.id !== '' && own.classes.length === 0) keep(byId, own.id, rule);
      else if (simple && own.id === '' && own.classes.length === 1) keep(byClass, own.classes[0] ?? '', rule);
      else if (simple && own.id === '' && own.classes.length === 0) keep(byTag, own.tag, rule);
      else if (wide.length < MAX_WIDE_RULES) wide.push(rule);
    }
  }
  let looks = 0;
  return {
    of: (element, ancestors) => {
      const classes = classesOf(element);
      const candidates = [
        ...(byTag.get('*') ?? []),
        ...(byTag.get(element.tag) ?? []),
        ...classes.flatMap((name) => byClass.get(name) ?? []),
        ...(byId.get(element.attrs['id'] ?? '') ?? []),
        ...(looks < MAX_LOOKS ? wide : []),
      ];
      looks += candidates.length;
      return candidates
        .filter((rule) => fits(rule.selector, element) && standsIn(rule.around, ancestors))
        .sort((a, b) => a.weight - b.weight || a.order - b.order)
        .map((rule) => rule.style);
    },
  };
}

/** At most this many classes of an element are looked at. */
const MAX_CLASSES = 20;

export function classesOf(element: Element): readonly string[] {
  const known = splitClasses.get(element);
  if (known) return known;
  const classes = (element.attrs['class'] ?? '').toLowerCase().split(/\s+/, MAX_CLASSES).filter(Boolean);
  splitClasses.set(element, classes);
  return classes;
}

const splitClasses = new WeakMap<Element, readonly string[]>();

function* rulesOf(css: string): Generator<{ selectors: string[]; style: Style }> {
  const text = withoutCssComments(css);
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open === -1) return;
    const semicolon = text.indexOf(';', at);
    const head = text.slice(at, open).trim();
    // `@import …;` and its kind have no block.
    if (head.startsWith('@') && semicolon !== -1 && semicolon < open) {
      at = semicolon + 1;
      continue;
    }
    if (/^@media\b(?!.*\bprint\b)|^@supports\b|^@layer\b/i.test(head)) {
      // Its rules count as if they stood alone: the closing bracket is met as an empty head below.
      at = open + 1;
      continue;
    }
    const close = text.indexOf('}', open);
    if (head.startsWith('@') && close !== -1) {
      at = endOfBlock(text, open);
      continue;
    }
    const body = text.slice(open + 1, close === -1 ? text.length : close);
    yield { selectors: head.replace(/^[\s}]+/, '').split(','), style: declarationsOf(body) };
    if (close === -1) return;
    at = close + 1;
  }
}

function endOfBlock(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

function withoutCssComments(css: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let start = css.indexOf('/*'); start !== -1; start = css.indexOf('/*', from)) {
    kept.push(css.slice(from, start));
    const end = css.indexOf('*/', start + 2);
    if (end === -1) return kept.join(' ').replace(/<!--|-->/g, ' ');
    from = end + 2;
  }
  kept.push(css.slice(from));
  return kept.join(' ').replace(/<!--|-->/g, ' ');
}

const PART = /([a-z][\w:\\-]*|\*)|\.([\w\u0080-\uffff-]+)|#([\w\u0080-\uffff-]+)|\[\s*([\w-]+)[^\]]*\]/giy;

/** A selector's compounds, the outermost first; null where it says something that is not read here. */
function compoundsOf(selector: string): Compound[] | null {
  const parts = selector
    .trim()
    .replace(/\s*>\s*/g, ' ')
    .split(/\s+/, 6);
  if (parts.length > 5) return null;
  const found: Compound[] = [];
  for (const part of parts) {
    const compound = { tag: '*', id: '', classes: [] as string[], attributes: [] as string[] };
    let at = 0;
    PART.lastIndex = 0;
    for (let match = PART.exec(part); match; match = PART.exec(part)) {
      const [, tag, name, id, attribute] = match;
      if (tag !== undefined) compound.tag = tag.toLowerCase().replaceAll('\\', '');
      if (name !== undefined) compound.classes.push(name.toLowerCase());
      if (id !== undefined) compound.id = id;
      if (attribute !== undefined) compound.attributes.push(attribute.toLowerCase());
      at = PART.lastIndex;
    }
    if (at !== part.length || part === '') return null;
    found.push(compound);
  }
  return found;
}

function weightOf(parts: readonly Compound[]): number {
  return parts.reduce(
    (sum, { tag, id, classes, attributes }) =>
      sum + (id === '' ? 0 : 10_000) + (classes.length + attributes.length) * 100 + (tag === '*' ? 0 : 1),
    0,
  );
}

function fits({ tag, id, classes, attributes }: Compound, element: Element): boolean {
  if (tag !== '*' && tag !== element.tag) return false;
  if (id !== '' && id !== element.attrs['id']) return false;
  if (classes.length > 0) {
    const own = classesOf(element);
    if (!classes.every((name) => own.includes(name))) return false;
  }
  return attributes.every((name) => element.attrs[name] !== undefined);
}

function standsIn(around: readonly Compound[], ancestors: readonly Element[]): boolean {
  let end = ancestors.length;
  for (const wanted of around.toReversed()) {
    end = ancestors.slice(0, end).findLastIndex((each) => fits(wanted, each));
    if (end === -1) return false;
  }
  return true;
}
