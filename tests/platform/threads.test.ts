import { afterAll, describe, expect, it } from 'vitest';
import { createThreads, threadJob } from '../../src/platform/threads/index.ts';
import { busyFor, double, eatMemory, refuse, threadNumber } from './thread-work.ts';
import { SILENT } from '../support/town.ts';

const job = <F extends (...args: never[]) => unknown>(work: F) => threadJob(import.meta.url, './thread-work', work);
const threads = createThreads({ log: SILENT, size: 2, limitMs: 3_000, queue: 4 });
afterAll(() => threads.close());

describe('threads', () => {
  it('run a function beside the event loop, which goes on', async () => {
    await threads.run(job(double), 1);
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 10);
    await threads.run(job(busyFor), 500);
    clearInterval(timer);
    // A blocked loop would have turned once.
    expect(turns).toBeGreaterThan(5);
    expect(await threads.run(job(double), 21)).toBe(42);
  });

  it('end a job that takes too long, in words, and go on with the next', async () => {
    await expect(threads.run(job(busyFor), 60_000)).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await threads.run(job(double), 4)).toBe(8);
  });

  it('survive a job that takes all memory', async () => {
    await expect(threads.run(job(eatMemory))).rejects.toMatchObject({ code: 'invalid_input' });
    expect(await threads.run(job(double), 5)).toBe(10);
  });

  it('bring a refusal of the function back as the same AppError', async () => {
    await expect(threads.run(job(refuse), '不行')).rejects.toMatchObject({
      code: 'too_large',
      message: '不行',
      details: { path: 'bodyHtml' },
    });
  });

  it('are never more than two, and what cannot wait is refused', async () => {
    const many = Array.from({ length: 8 }, () => threads.run(job(threadNumber), 100));
    const ended = await Promise.allSettled(many);
    const numbers = ended.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as { code: string }] : []));
    expect(new Set(numbers).size).toBeLessThanOrEqual(2);
    expect(refused.map(({ code }) => code)).toEqual(['too_many_requests', 'too_many_requests']);
  });
});
