import { Tokenizer } from 'htmlparser2';

/** One element with the attributes that anybody here reads; names in small letters. */
export interface Element {
  readonly tag: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: Node[];
}

/** A run of text is its words, with character references read. */
export type Node = Element | string;

export function isElement(node: Node): node is Element {
  return typeof node !== 'string';
}

/** Deeper nesting is no text that a person wrote: what is deeper comes to stand on this level. */
const MAX_DEPTH = 100;
/** A tag with more is no writing; the rest is not read. */
const MAX_ATTRIBUTES = 60;

const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr'.split(' '),
);
/** Open one of these and a paragraph is over. */
const ENDS_PARAGRAPH = new Set(
  (
    'address article aside blockquote center details dialog dir div dl fieldset figcaption figure footer form h1 h2 h3 ' +
    'h4 h5 h6 header hgroup hr main menu nav ol p pre section summary table ul li td th tr tbody thead tfoot caption'
  ).split(' '),
);
/** Nothing inside one of these ends what is around it. */
const WALLS = new Set(['table', 'td', 'th', 'caption', 'foreignobject', 'object', 'template', 'button']);
const FOREIGN = new Set(['svg', 'math']);

/** What the opening of a tag closes, and where the search for it ends. */
const CLOSES: Readonly<Record<string, readonly [closed: ReadonlySet<string>, within: ReadonlySet<string>]>> = {
  li: [new Set(['li']), new Set(['ul', 'ol', 'menu', 'table', 'td', 'th'])],
  dt: [new Set(['dt', 'dd']), new Set(['dl', 'table'])],
  dd: [new Set(['dt', 'dd']), new Set(['dl', 'table'])],
  td: [new Set(['td', 'th']), new Set(['tr', 'table'])],
  th: [new Set(['td', 'th']), new Set(['tr', 'table'])],
  tr: [new Set(['tr', 'caption', 'colgroup']), new Set(['table'])],
  tbody: [new Set(['tbody', 'thead', 'tfoot', 'caption', 'colgroup']), new Set(['table'])],
  thead: [new Set(['tbody', 'thead', 'tfoot', 'caption', 'colgroup']), new Set(['table'])],
  tfoot: [new Set(['tbody', 'thead', 'tfoot', 'caption', 'colgroup']), new Set(['table'])],
  option: [new Set(['option']), new Set(['select'])],
  a: [new Set(['a']), new Set(['table', 'td', 'th'])],
  rt: [new Set(['rt', 'rp']), new Set(['ruby'])],
  rp: [new Set(['rt', 'rp']), new Set(['ruby'])],
};

/**
 * Any text as a tree, as a browser would roughly read it, in time that grows with its length alone. Comments (with what
 * office programs hide in conditional ones), declarations and processing instructions are gone; the words of `style`,
 * `script` and `title` stand inside their elements.
 */
export function parseMarkup(html: string): Element {
  const root: Element = { tag: '#root', attrs: {}, children: [] };
  const open: Element[] = [root];
  /** Elements too deep to be kept, by name, so that their ends close nothing else. */
  const tooDeep = new Map<string, number>();
  let foreign = 0;
  let text = '';
  let tag = '';
  let name = '';
  let value = '';
  let attrs: Record<string, string> = {};
  let count = 0;

  const top = (): Element => open[open.length - 1] ?? root;
  const flush = (): void => {
    if (text !== '') top().children.push(text);
    text = '';
  };
  const popTo = (index: number): void => {
    for (let i = open.length - 1; i >= index; i -= 1) if (FOREIGN.has(open[i]?.tag ?? '')) foreign -= 1;
    open.length = index;
  };
  const closeNearest = (wanted: ReadonlySet<string>, within: ReadonlySet<string>): void => {
    for (let i = open.length - 1; i > 0; i -= 1) {
      const each = open[i]?.tag ?? '';
      if (wanted.has(each)) return popTo(i);
      if (within.has(each)) return;
    }
  };
  const opened = (selfClosing: boolean): void => {
    flush();
    if (foreign === 0) {
      if (ENDS_PARAGRAPH.has(tag)) closeNearest(PARAGRAPH, WALLS);
      const closes = CLOSES[tag];
      if (closes) closeNearest(...closes);
    }
    const element: Element = { tag, attrs, children: [] };
    const ends = VOID.has(tag) || (selfClosing && (foreign > 0 || tag.includes(':') || FOREIGN.has(tag)));
    if (open.length > MAX_DEPTH && !ends) {
      tooDeep.set(tag, (tooDeep.get(tag) ?? 0) + 1);
      return;
    }
    top().children.push(element);
    if (ends) return;
    open.push(element);
    if (FOREIGN.has(tag)) foreign += 1;
  };
  const closed = (closing: string): void => {
    flush();
    const deep = tooDeep.get(closing) ?? 0;
    if (deep > 0) {
      tooDeep.set(closing, deep - 1);
      return;
    }
    if (closing === 'br') top().children.push({ tag: 'br', attrs: {}, children: [] });
    // The end of something inside a cell does not end the cell.
    const wall = CELL_PARTS.has(closing) ? NO_WALLS : CELLS;
    for (let i = open.length - 1; i > 0; i -= 1) {
      const each = open[i]?.tag ?? '';
      if (each === closing) return popTo(i);
      if (wall.has(each)) return;
    }
  };
  const tokens = new Tokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      ontext: (from, to) => {
        text += html.slice(from, to);
      },
      ontextentity: (codepoint) => {
        text += String.fromCodePoint(codepoint);
      },
      onopentagname: (from, to) => {
        tag = html.slice(from, to).toLowerCase();
        attrs = {};
        count = 0;
      },
      onattribname: (from, to) => {
        name = html.slice(from, to).toLowerCase();
        value = '';
      },
      onattribdata: (from, to) => {
        value += html.slice(from, to);
      },
      onattribentity: (codepoint) => {
        value += String.fromCodePoint(codepoint);
      },
      onattribend: () => {
        count += 1;
        if (count <= MAX_ATTRIBUTES && !Object.hasOwn(attrs, name) && name !== '__proto__') attrs[name] = value;
      },
      onopentagend: () => opened(false),
      onselfclosingtag: () => opened(true),
      onclosetag: (from, to) => closed(html.slice(from, to).toLowerCase()),
      oncomment: () => {},
      oncdata: (from, to, endOffset) => {
        if (foreign > 0) text += html.slice(from, to - endOffset);
      },
      ondeclaration: () => {},
      onprocessinginstruction: () => {},
      onend: () => {},
    },
  );
  tokens.write(html);
  tokens.end();
  flush();
  return root;
}

const PARAGRAPH = new Set(['p']);
const CELLS = new Set(['td', 'th']);
const CELL_PARTS = new Set(['td', 'th', 'tr', 'tbody', 'thead', 'tfoot', 'table']);
const NO_WALLS = new Set<string>();

/** All words inside, as they stand there. */
export function textOf(node: Node): string {
  return isElement(node) ? node.children.map(textOf).join('') : node;
}
