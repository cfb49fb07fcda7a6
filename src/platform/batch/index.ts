/**
 * Group commit: while one batch is being written the next one gathers; no timer, and each caller waits for its own
 * result. Under load one command carries many messages; a lone message goes at once.
 */
export interface Batch<I, O> {
  add(item: I): Promise<O>;
}

export interface BatchLimits<I> {
  readonly items: number;
  /** Bytes of one item, and how many one batch carries: a single item that weighs more than that still goes, alone. */
  readonly weigh?: (item: I) => number;
  readonly bytes?: number;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

/** `run` gets 1 to `limits.items` items and answers one result an item, in order; an Error as a result rejects that item alone. */
export function createBatch<I, O>(run: (items: I[]) => Promise<(O | Error)[]>, limits: BatchLimits<I>): Batch<I, O> {
  let waiting: Waiting<I, O>[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const count = howMany(waiting, limits);
      const now = waiting.slice(0, count);
      waiting = waiting.slice(count);
      try {
        const results = await run(now.map((entry) => entry.item));
        now.forEach((entry, i) => {
          const result = results[i];
          if (result instanceof Error) entry.reject(result);
          else entry.resolve(result as O);
        });
      } catch (error) {
        for (const entry of now) entry.reject(error);
      }
    }
    running = false;
  };
  return {
    add: (item) =>
      new Promise<O>((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        if (!running) {
          running = true;
          // Lets everything that arrived in this turn of the event loop join the first batch.
          setImmediate(() => void drain());
        }
      }),
  };
}

/** At least one; as many as items and bytes allow. */
function howMany<I>(waiting: readonly { readonly item: I }[], limits: BatchLimits<I>): number {
  const { items, weigh, bytes = Number.POSITIVE_INFINITY } = limits;
  const most = Math.min(waiting.length, items);
  if (!weigh) return most;
  let weight = 0;
  for (const [count, { item }] of waiting.slice(0, most).entries()) {
    weight += weigh(item);
    if (weight > bytes) return Math.max(1, count);
  }
  return most;
}
