import { describe, expect, it } from 'vitest';
import { createBatch } from '../../src/platform/batch/index.ts';

describe('a batch', () => {
  it('takes what gathers while the one before is being written, and gives each its own result', async () => {
    const runs: number[][] = [];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const batch = createBatch<number, number>(
      async (items) => {
        runs.push(items);
        if (runs.length === 1) await held;
        return items.map((item) => item * 10);
      },
      { items: 3 },
    );
    const first = batch.add(1);
    await new Promise((resolve) => setImmediate(resolve));
    const later = [2, 3, 4, 5].map((item) => batch.add(item));
    release();
    expect(await Promise.all([first, ...later])).toEqual([10, 20, 30, 40, 50]);
    expect(runs).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('fails one item alone, or all of a run, and goes on', async () => {
    const batch = createBatch<number, string>(
      async (items) => {
        if (items.includes(0)) throw new Error('whole run');
        return items.map((item) => (item < 0 ? new Error(`item ${item}`) : `item ${item}`));
      },
      { items: 10 },
    );
    const outcomes = await Promise.allSettled([batch.add(1), batch.add(-2), batch.add(3)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const all = await Promise.allSettled([batch.add(0), batch.add(4)]);
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await batch.add(5)).toBe('item 5');
  });

  it('carries as many bytes as its limit allows, and what weighs more than that alone', async () => {
    const runs: number[][] = [];
    const batch = createBatch<number, number>(
      async (items) => {
        runs.push(items);
        return items;
      },
      { items: 10, weigh: (item) => item, bytes: 10 },
    );
    const sent = [4, 6, 1, 30, 2];
    expect(await Promise.all(sent.map((item) => batch.add(item)))).toEqual(sent);
    expect(runs).toEqual([[4, 6], [1], [30], [2]]);
  });
});
