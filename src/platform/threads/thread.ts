import { parentPort } from 'node:worker_threads';
import { isAppError } from '../../kernel/index.ts';

/** One order to a thread. */
export interface Order {
  readonly id: number;
  readonly module: string;
  readonly name: string;
  readonly args: readonly unknown[];
}

/** What came of it: a result, a refusal in words, or a fault. */
export interface Outcome {
  readonly id: number;
  readonly result?: unknown;
  readonly refusal?: { readonly code: string; readonly message: string; readonly details: unknown };
  readonly fault?: string;
}

parentPort?.on('message', (order: Order) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void work(order).then((outcome) => parentPort?.postMessage(outcome));
});

async function work({ id, module, name, args }: Order): Promise<Outcome> {
  try {
    const loaded = (await import(module)) as Record<string, (...args: readonly unknown[]) => unknown>;
    const found = loaded[name];
    if (!found) throw new Error(`${module} exports no ${name}`);
    return { id, result: await found(...args) };
  } catch (error) {
    if (isAppError(error)) {
      return { id, refusal: { code: error.code, message: error.message, details: error.details } };
    }
    return { id, fault: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
