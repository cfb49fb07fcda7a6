/** What was left out of a paper, told to its writer. */
export interface Cleaned {
  /** In words: 隐藏的行, 批注, 视频 … */
  readonly what: string;
  readonly count: number;
  /** Where it stood: 第 3 段, 表格 1 … */
  readonly place: string;
}

/** As many places of one thing as somebody goes and looks at. */
const MAX_PLACES = 3;
/** As many things as a page of words holds. */
const MAX_NOTES = 40;

/** Gathers what is left out; the same thing at several places is told once. */
export interface Notes {
  add(what: string, place: string, count?: number): void;
  list(): Cleaned[];
}

export function createNotes(): Notes {
  const found = new Map<string, { count: number; places: Set<string> }>();
  return {
    add: (what, place, count = 1) => {
      const known = found.get(what) ?? { count: 0, places: new Set<string>() };
      known.count += count;
      if (known.places.size <= MAX_PLACES) known.places.add(place);
      found.set(what, known);
    },
    list: () =>
      [...found].slice(0, MAX_NOTES).map(([what, { count, places }]) => ({
        what,
        count,
        place: [...places].slice(0, MAX_PLACES).join('、') + (places.size > MAX_PLACES ? ' 等' : ''),
      })),
  };
}
