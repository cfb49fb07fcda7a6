export { judgeMarkup } from './judge.ts';
export { type Element, isElement, type Node, parseMarkup, textOf } from './tree.ts';
export { writeMarkup } from './write.ts';
