/**
 * Group commit: while one batch is being written the next one gathers; no timer, and each caller waits for its own
 * result. Under load one command carries many messages; a lone message goes at once (design §8).
 */
export interface Batch<I, O> {
  add(item: I): Promise<O>;
}

interface Waiting<I, O> {
  readonly item: I;
  readonly resolve: (result: O) => void;
  readonly reject: (error: unknown) => void;
}

/** `run` gets 1 to `maxItems` items and answers one result an item, in order; an Error as a result rejects that item alone. */
export function createBatch<I, O>(run: (items: I[]) => Promise<(O | Error)[]>, maxItems: number): Batch<I, O> {
  let waiting: Waiting<I, O>[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      const now = waiting.slice(0, maxItems);
      waiting = waiting.slice(maxItems);
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
