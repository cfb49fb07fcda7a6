import { threadId } from 'node:worker_threads';
import { AppError } from '../../src/kernel/index.ts';

/** What the tests of the threads let them do. */
export function double(value: number): number {
  return value * 2;
}

export function busyFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

export function threadNumber(ms: number): number {
  busyFor(ms);
  return threadId;
}

export function eatMemory(): number {
  const held: string[][] = [];
  for (;;) held.push(Array.from({ length: 100_000 }, (_, i) => `${i}${held.length}`));
}

export function refuse(message: string): never {
  throw new AppError('too_large', { message, details: { path: 'bodyHtml' } });
}
