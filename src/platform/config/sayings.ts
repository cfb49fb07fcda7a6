/** One line of `understanding.zh.json` and what it says. */
export interface SayingLine<M> {
  readonly line: string;
  readonly means: M;
}

/** A saying that begins at the place that was asked for. */
export interface SayingFound<M> {
  readonly means: M;
  /** Where it ends, exclusive. */
  readonly end: number;
}

/** All sayings at once, ready to be looked for. */
export interface Sayings<M> {
  /** Every saying that begins at `at`, shortest first. */
  from(text: string, at: number): SayingFound<M>[];
  /** Is the whole text one of them? */
  whole(text: string): readonly M[];
}

/** Positions of characters, as an automaton (Glushkov): small however many ways the brackets stand for. */
interface Part {
  /** Where it may begin and end; `empty` = it may be left out. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly empty: boolean;
}

/**
 * Makes lines ready: `(不|不想|)留` is 不留, 不想留 and 留; brackets may stand in brackets. Throws an Error that says what
 * is wrong with a line.
 */
export function compileSayings<M>(lines: readonly SayingLine<M>[]): Sayings<M> {
  const chars: string[] = [];
  const follow: (readonly number[])[][] = [];
  const ends = new Map<number, M>();
  const starts = new Map<string, number[]>();

  const alternatives = (line: string, start: number): { part: Part; end: number } => {
    const options: Part[] = [];
    let at = start;
    for (;;) {
      const one = sequence(line, at);
      options.push(one.part);
      if (line[one.end] !== '|') {
        const part = {
          first: options.flatMap(({ first }) => first),
          last: options.flatMap(({ last }) => last),
          empty: options.some(({ empty }) => empty),
        };
        return { part, end: one.end };
      }
      at = one.end + 1;
    }
  };

  const sequence = (line: string, start: number): { part: Part; end: number } => {
    let part: Part = { first: [], last: [], empty: true };
    let at = start;
    while (at < line.length && line[at] !== '|' && line[at] !== ')') {
      let next: Part;
      if (line[at] === '(') {
        const inner = alternatives(line, at + 1);
        if (line[inner.end] !== ')') throw new Error('has a ( without its )');
        next = inner.part;
        at = inner.end + 1;
      } else {
        const position = chars.push(line[at] ?? '') - 1;
        follow.push([]);
        next = { first: [position], last: [position], empty: false };
        at += 1;
      }
      for (const position of part.last) follow[position]?.push(next.first);
      part = {
        first: part.empty ? [...part.first, ...next.first] : part.first,
        last: next.empty ? [...part.last, ...next.last] : next.last,
        empty: part.empty && next.empty,
      };
    }
    return { part, end: at };
  };

  for (const { line, means } of lines) {
    const { part, end } = alternatives(line, 0);
    if (end < line.length) throw new Error('has a ) without its (');
    if (part.empty) throw new Error('may be nothing at all: leave something that must be said');
    for (const position of part.last) ends.set(position, means);
    for (const position of part.first) {
      const char = chars[position] ?? '';
      const same = starts.get(char);
      if (same) same.push(position);
      else starts.set(char, [position]);
    }
  }

  const from = (text: string, at: number): SayingFound<M>[] => {
    const found: SayingFound<M>[] = [];
    let current: readonly number[] = starts.get(text[at] ?? '') ?? [];
    for (let end = at + 1; current.length > 0; end += 1) {
      const meant = new Set(current.flatMap((position) => (ends.has(position) ? [ends.get(position) as M] : [])));
      for (const means of meant) found.push({ means, end });
      const char = text[end];
      if (char === undefined) break;
      const next = new Set<number>();
      for (const position of current) {
        for (const group of follow[position] ?? []) for (const to of group) if (chars[to] === char) next.add(to);
      }
      current = [...next];
    }
    return found;
  };

  return {
    from,
    whole: (text) => from(text, 0).flatMap(({ means, end }) => (end === text.length ? [means] : [])),
  };
}
