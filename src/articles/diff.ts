/** One stretch of a comparison, in reading order. */
export interface Change {
  readonly op: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Beyond this many differing words a stretch is shown as removed and added whole; keeps a comparison under 50 ms. */
const MAX_EDITS = 600;

/**
 * Compares two plain texts by words (Chinese words as Unicode segments them), as a reader would mark them: what stayed,
 * what was taken out, what came in. Joining `same` and `removed` gives `before`, `same` and `added` gives `after`.
 */
export function compareWords(before: string, after: string): Change[] {
  const a = wordsOf(before);
  const b = wordsOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  const changes: Change[] = [];
  add(changes, 'same', a.slice(0, start).join(''));
  const middleA = a.slice(start, a.length - end);
  const middleB = b.slice(start, b.length - end);
  for (const change of compareMiddle(middleA, middleB)) add(changes, change.op, change.text);
  add(changes, 'same', a.slice(a.length - end).join(''));
  return changes;
}

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

/** A segmenter's time grows with the square of its text: it gets sentences, and long ones in pieces of 200. */
const PIECES = /[^\n，。；！？]{1,200}[\n，。；！？]*|[\n，。；！？]+/gu;

function wordsOf(text: string): string[] {
  return Array.from(text.matchAll(PIECES), ([piece]) =>
    Array.from(segmenter.segment(piece), (part) => part.segment),
  ).flat();
}

function add(changes: Change[], op: Change['op'], text: string): void {
  if (text === '') return;
  const last = changes.at(-1);
  if (last?.op === op) changes[changes.length - 1] = { op, text: last.text + text };
  else changes.push({ op, text });
}

/** Shortest edit script (Myers 1986): `trace[d]` holds the furthest reach on each diagonal after d edits. */
function compareMiddle(a: readonly string[], b: readonly string[]): Change[] {
  const trace: Map<number, number>[] = [];
  const reach = new Map<number, number>([[1, 0]]);
  const limit = Math.min(a.length + b.length, MAX_EDITS);
  for (let d = 0; d <= limit; d += 1) {
    trace.push(new Map(reach));
    for (let k = -d; k <= d; k += 2) {
      let x = goesDown(reach, k, d) ? at(reach, k + 1) : at(reach, k - 1) + 1;
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
      reach.set(k, x);
      if (x >= a.length && x - k >= b.length) return walkBack(trace, a, b);
    }
  }
  return [
    { op: 'removed', text: a.join('') },
    { op: 'added', text: b.join('') },
  ];
}

function walkBack(trace: readonly Map<number, number>[], a: readonly string[], b: readonly string[]): Change[] {
  const steps: Change[] = [];
  let x = a.length;
  let y = b.length;
  for (let d = trace.length - 1; d >= 0; d -= 1) {
    const reach = trace[d] ?? new Map<number, number>();
    const k = x - y;
    const previousK = goesDown(reach, k, d) ? k + 1 : k - 1;
    const previousX = at(reach, previousK);
    const previousY = previousX - previousK;
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      steps.push({ op: 'same', text: a[x] ?? '' });
    }
    if (d === 0) break;
    if (x === previousX) steps.push({ op: 'added', text: b[previousY] ?? '' });
    else steps.push({ op: 'removed', text: a[previousX] ?? '' });
    x = previousX;
    y = previousY;
  }
  return steps.reverse();
}

function goesDown(reach: ReadonlyMap<number, number>, k: number, d: number): boolean {
  return k === -d || (k !== d && at(reach, k - 1) < at(reach, k + 1));
}

function at(reach: ReadonlyMap<number, number>, k: number): number {
  return reach.get(k) ?? 0;
}
