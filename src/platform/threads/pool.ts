import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { AppError, type ErrorCode, type Log } from '../../kernel/index.ts';
import { type AnyWork, endingOf, type ThreadJob } from './job.ts';
import type { Order, Outcome } from './thread.ts';

/** Work whose time grows with what somebody sent, done beside the event loop. */
export interface Threads {
  /**
   * The result of the function. AppError invalid_input where it takes longer than the limit or more memory than it may
   * have, too_many_requests where too much waits already. An AppError of the function comes back as one.
   */
  run<F extends AnyWork>(job: ThreadJob<F>, ...args: Parameters<F>): Promise<Awaited<ReturnType<F>>>;
  /** Ends all threads; what is under way fails. */
  close(): Promise<void>;
}

export interface ThreadsOptions {
  readonly log: Log;
  /** Threads at the same time; a small server has two processors. */
  readonly size?: number;
  /** A job that takes longer is ended with its thread, ms. */
  readonly limitMs?: number;
  /** Jobs that may wait for a thread. */
  readonly queue?: number;
}

/** An idle thread gives its memory back after this long, ms. */
const IDLE_MS = 60_000;
/** A dictionary (40 MB) and the tree of the largest text. */
const MEMORY_MB = 384;

const TOO_HARD = '这段内容太复杂，系统没能整理完。请分成几次粘贴，或先粘贴到记事本里去掉格式。';

interface Waiting {
  readonly order: Order;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly current: Waiting;
  readonly timer: NodeJS.Timeout;
}

/** Starts a thread when the first job comes, never more than `size`; one that died is replaced by the next job. */
export function createThreads(options: ThreadsOptions): Threads {
  const { log, size = 2, limitMs = 10_000, queue: room = 100 } = options;
  const queue: Waiting[] = [];
  const idle = new Map<Worker, NodeJS.Timeout>();
  const busy = new Map<Worker, Thread>();
  let nextId = 1;
  let closed = false;

  /** Takes the thread's job away from it, so that it is settled once. */
  const release = (worker: Worker): Waiting | undefined => {
    const thread = busy.get(worker);
    if (!thread) return undefined;
    busy.delete(worker);
    clearTimeout(thread.timer);
    return thread.current;
  };
  const forget = (worker: Worker): void => {
    clearTimeout(idle.get(worker));
    idle.delete(worker);
  };
  const end = (worker: Worker): void => {
    forget(worker);
    void worker.terminate();
  };
  const start = (): Worker => {
    const worker = startThread();
    worker.on('message', (outcome: Outcome) => {
      const done = release(worker);
      worker.unref();
      idle.set(worker, setTimeout(() => end(worker), IDLE_MS).unref());
      if (done) settle(done, outcome);
      next();
    });
    worker.on('error', (error: Error & { code?: string }) => {
      const failed = release(worker);
      const tooMuch = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      log.error('threads.died', { err: error });
      failed?.reject(tooMuch ? new AppError('invalid_input', { message: TOO_HARD, cause: error }) : error);
    });
    worker.on('exit', () => {
      forget(worker);
      release(worker)?.reject(new AppError('internal'));
      next();
    });
    return worker;
  };
  const give = (worker: Worker, waiting: Waiting): void => {
    forget(worker);
    worker.ref();
    const timer = setTimeout(() => {
      release(worker)?.reject(new AppError('invalid_input', { message: TOO_HARD }));
      log.warn('threads.too_long', { job: waiting.order.name, ms: limitMs });
      end(worker);
    }, limitMs);
    busy.set(worker, { worker, current: waiting, timer });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(waiting.order);
  };
  const next = (): void => {
    if (closed) return;
    while (queue.length > 0) {
      const [free] = idle.keys();
      if (free === undefined && busy.size >= size) return;
      const waiting = queue.shift();
      if (waiting) give(free ?? start(), waiting);
    }
  };
  return {
    run: <F extends AnyWork>(job: ThreadJob<F>, ...args: Parameters<F>) =>
      new Promise<Awaited<ReturnType<F>>>((resolve, reject) => {
        if (closed) return reject(new AppError('internal'));
        if (queue.length >= room) return reject(new AppError('too_many_requests', { retryAfterSeconds: 5 }));
        const order: Order = { id: nextId, module: job.module, name: job.name, args };
        nextId += 1;
        queue.push({ order, resolve: (result) => resolve(result as Awaited<ReturnType<F>>), reject });
        next();
      }),
    close: async () => {
      closed = true;
      for (const waiting of queue.splice(0)) waiting.reject(new AppError('internal'));
      await Promise.all([...idle.keys(), ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}

function settle({ resolve, reject }: Waiting, { result, refusal, fault }: Outcome): void {
  if (refusal) {
    reject(new AppError(refusal.code as ErrorCode, { message: refusal.message, details: refusal.details }));
  } else if (fault !== undefined) reject(new Error(fault));
  else resolve(result);
}

/** Node.js does not read TypeScript everywhere: where the sources run, tsx is set up inside the thread first. */
function startThread(): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: MEMORY_MB };
  const ending = endingOf(import.meta.url);
  const entry = new URL(`./thread${ending}`, import.meta.url);
  if (ending === '.js') return new Worker(entry, { resourceLimits });
  const tsx = new URL(
    './dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  );
  const script = `import(${JSON.stringify(tsx.href)}).then((tsx) => { tsx.register(); return import(${JSON.stringify(entry.href)}); });`;
  return new Worker(script, { eval: true, execArgv: [], resourceLimits });
}
