import { describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../../src/inbox/breaker.ts';
import { AppError } from '../../src/kernel/index.ts';
import { movableClock } from '../wechat/support.ts';

const LIMIT_MS = 10_000;
const refused = async (): Promise<never> => {
  throw new Error('connection refused');
};

describe('the breaker', () => {
  it('lets nothing through for two seconds after a failure, then tries again', async () => {
    const clock = movableClock();
    const breaker = createBreaker(clock);
    await expect(breaker.run(LIMIT_MS, refused)).rejects.toMatchObject({ code: 'store_unavailable' });
    const work = vi.fn<() => Promise<string>>().mockResolvedValue('stored');
    clock.advance(1_999);
    expect(breaker.isOpen()).toBe(true);
    await expect(breaker.run(LIMIT_MS, work)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(work).not.toHaveBeenCalled();
    clock.advance(1);
    expect(breaker.isOpen()).toBe(false);
    await expect(breaker.run(LIMIT_MS, work)).resolves.toBe('stored');
    expect(breaker.isOpen()).toBe(false);
  });

  it('does not wait for work that hangs', async () => {
    const breaker = createBreaker(movableClock());
    const hangs = async (): Promise<never> => new Promise<never>(() => {});
    await expect(breaker.run(5, hangs)).rejects.toMatchObject({ code: 'store_unavailable' });
    expect(breaker.isOpen()).toBe(true);
  });

  it('passes on what is no failure of the store, and stays closed', async () => {
    const breaker = createBreaker(movableClock());
    const wrong = async (): Promise<never> => {
      throw new AppError('internal');
    };
    await expect(breaker.run(LIMIT_MS, wrong)).rejects.toMatchObject({ code: 'internal' });
    expect(breaker.isOpen()).toBe(false);
  });
});
