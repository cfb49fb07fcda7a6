/** A workflow as a literal table: state → move → next state. Illegal moves do not exist in the table. */
export type StateTable<S extends string, M extends string> = Readonly<Record<S, Readonly<Partial<Record<M, S>>>>>;

/** The state after `move`, or undefined where the table does not allow it. */
export function nextState<S extends string, M extends string>(
  table: StateTable<S, M>,
  from: S,
  move: M,
): S | undefined {
  return table[from][move];
}

/** All states from which `move` is allowed: the allowed-from list of a conditional update. */
export function statesAllowing<S extends string, M extends string>(table: StateTable<S, M>, move: M): S[] {
  return (Object.keys(table) as S[]).filter((state) => table[state][move] !== undefined);
}

/** States that no sequence of moves reaches from `start`; a guard test wants this empty. */
export function unreachableStates<S extends string, M extends string>(table: StateTable<S, M>, start: S): S[] {
  const seen = new Set<S>([start]);
  const queue: S[] = [start];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const next of Object.values(table[state]) as S[]) {
      if (!seen.has(next)) {
        seen.add(next);
        queue.push(next);
      }
    }
  }
  return (Object.keys(table) as S[]).filter((state) => !seen.has(state));
}
