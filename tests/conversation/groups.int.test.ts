import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConversationStore } from '../../src/conversation/conversations.store.ts';
import { createSealer } from '../../src/platform/sealing/index.ts';
import { testDatabase } from '../support/stores.ts';
import { newResident, openSeam, said, textOf, type Seam } from './seam.ts';

const { uri } = testDatabase();
const at = new Date('2026-03-02T02:00:00Z');
let seam: Seam;
let store: ReturnType<typeof createConversationStore>;
beforeAll(async () => {
  seam = await openSeam(uri);
  const keys = { current: 'a-secret-key-for-tests-of-32-bytes-0000' };
  store = createConversationStore(seam.connection, createSealer(keys, 'conversation'));
});
afterAll(() => seam.connection.close());

/** A first save of a new resident, whose flow weighs about so many bytes. */
async function first(bytes = 10) {
  const before = await store.load(newResident());
  const part = { at, type: 'text', text: '字'.repeat(Math.ceil(bytes / 3)) } as const;
  return {
    before,
    key: `key:${before.openid}`,
    reply: null,
    at,
    flow: { name: 'offer', parts: [part], touchedAt: at },
  } as const;
}
const revOf = async (openid: string): Promise<number> => (await store.load(openid)).rev;

describe('conversations saved in one group', () => {
  it('are each saved, new ones and old ones together', async () => {
    const old = await first();
    expect(await store.save(old)).toBe(true);
    const next = { ...old, before: await store.load(old.before.openid), key: 'key:next' };
    const all = [next, await first(), await first()];
    expect(await Promise.all(all.map((save) => store.save(save)))).toEqual([true, true, true]);
    expect(await Promise.all(all.map(({ before }) => revOf(before.openid)))).toEqual([2, 1, 1]);
  });

  it('of which one is overtaken: each knows by its key what became of it, and no effect is doubled or lost', async () => {
    const openids = [newResident(), newResident(), newResident()];
    const begin = openids.map((openid) => said(openid, '投诉', { at }));
    for (const asked of begin) await seam.run(asked);
    // Two messages of the first resident decided on the same conversation, among those of others.
    const step = [...openids, openids[0] ?? ''].map((openid) => said(openid, '3', { at }));
    const prepared = await Promise.all(step.map((asked) => seam.prepare(asked)));
    const alone = await Promise.all(prepared.map(async ({ alone: run }) => run?.()));
    const answers = await Promise.all(
      step.map(async (asked, i) => textOf(alone[i] ?? (await seam.api.apply({ ...asked, prepared: null })))),
    );
    for (const answer of answers.slice(0, 3)) expect(answer).toContain('哪个村');
    const after = await Promise.all(openids.map((openid) => seam.api.load(openid)));
    // Of the first resident both were applied, the second one to the question that stood then.
    expect(after.map(({ rev }) => rev)).toEqual([3, 2, 2]);
    for (const { applied } of after) expect(new Set(applied.map(({ key }) => key)).size).toBe(applied.length);
  });

  it('of which one is too large for the store: that one fails alone', async () => {
    const [small, huge, other] = [await first(), await first(16_000_000), await first()];
    const [a, b, c] = await Promise.allSettled([small, huge, other].map((save) => store.save(save)));
    expect([a, c]).toEqual([
      { status: 'fulfilled', value: true },
      { status: 'fulfilled', value: true },
    ]);
    expect(b).toMatchObject({ status: 'rejected', reason: { code: 'internal' } });
  });

  it('of 5 MB each go in several commands', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => first(5_000_000)));
    expect(await Promise.all(all.map((save) => store.save(save)))).toEqual(all.map(() => true));
    expect(await revOf(all[11]?.before.openid ?? '')).toBe(1);
  });
});
