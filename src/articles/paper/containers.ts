import { type Element, isElement } from '../../platform/markup/index.ts';
import type { StyleSheet } from './css.ts';
import { seeThrough } from './hidden.ts';
import { styleOf } from './look.ts';
import { hasWords } from './machinery.ts';

/** Elements that hold blocks and say nothing themselves. */
export const BOXES = new Set(
  (
    'div section article main header footer nav aside address center dl dt dd fieldset form legend details summary ' +
    'dialog hgroup body html foreignobject caption optgroup label-block td th tr tbody thead tfoot'
  ).split(' '),
);

/** Containers that fade in or are shown by a script: they hide all of the paper, so they hide nothing of it. */
export function containersOf(root: Element, sheet: StyleSheet): Set<Element> {
  const found = new Set<Element>();
  let within: Element = root;
  const ancestors: Element[] = [];
  for (;;) {
    const telling = within.children.filter((child) =>
      isElement(child) ? hasWords([child]) && !SILENT.has(child.tag) : child.trim() !== '',
    );
    const [only] = telling;
    if (telling.length !== 1 || only === undefined || !isElement(only)) return found;
    const style = styleOf(only, ancestors, sheet);
    const hides = /^(?:hidden|collapse)$/.test(style.get('visibility') ?? '') || seeThrough(style);
    const box = BOXES.has(only.tag);
    if (hides && box && style.get('display') !== 'none' && !('hidden' in only.attrs)) found.add(only);
    ancestors.push(only);
    within = only;
  }
}

const SILENT = new Set(['style', 'script', 'title', 'head', 'meta', 'link', 'xml']);
