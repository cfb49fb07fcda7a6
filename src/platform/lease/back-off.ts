/** How long to wait after failures: `firstMs` after the first, twice as long after each further one, at most `mostMs`. */
export interface BackOff {
  readonly firstMs: number;
  readonly mostMs: number;
}

/** The wait before the next try in ms; `failures` counts those in a row, the one just met included. */
export function backOff({ firstMs, mostMs }: BackOff, failures: number): number {
  return Math.min(firstMs * 2 ** Math.max(0, failures - 1), mostMs);
}

/** The moment of the next try. */
export function nextTry(how: BackOff, failures: number, now: Date): Date {
  return new Date(now.getTime() + backOff(how, failures));
}
