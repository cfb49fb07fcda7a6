import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../support/stores.ts';
import { newResident, openSeam, said, textOf, type Seam } from './seam.ts';

const { uri } = testDatabase();
const at = new Date('2026-03-02T02:00:00Z');
const LONG = '村口的路灯坏了好几天了';

let seam: Seam;
beforeAll(async () => {
  seam = await openSeam(uri);
});
afterAll(() => seam.connection.close());
beforeEach(() => {
  seam.searched.length = 0;
});

describe('what a message does is decided once', () => {
  it('words that are searched and kept are searched once, and nothing is kept before they are applied', async () => {
    const asked = said(newResident(), LONG, { at });
    const prepared = await seam.prepare(asked);
    expect(prepared.outcome).toBeNull();
    expect((await seam.api.load(asked.message.openid)).rev).toBe(0);
    expect(textOf(await seam.api.apply({ ...asked, prepared }))).toContain('回复 1');
    expect(seam.searched).toEqual([LONG]);
    const { flow } = await seam.api.load(asked.message.openid);
    expect(flow).toMatchObject({ name: 'offer', parts: [{ text: LONG }] });
  });

  it('a message that changes nothing is answered by what was decided', async () => {
    const openid = newResident();
    const prepared = await seam.prepare(said(openid, '低保', { at }));
    expect(textOf(prepared.outcome)).toContain('低保');
    expect(seam.searched).toEqual(['低保']);
    expect((await seam.api.load(openid)).rev).toBe(0);
  });

  it('a plan that another message has overtaken is made anew from what stands then', async () => {
    const openid = newResident();
    const [first, late] = [said(openid, '投诉', { at }), said(openid, LONG, { at })];
    const [begin, overtaken] = [await seam.prepare(first), await seam.prepare(late)];
    expect(textOf(await seam.api.apply({ ...first, prepared: begin }))).toContain('您要办哪一样');
    // Made for a resident without a flow, it would have put an offer in the place of the complaint.
    await seam.api.apply({ ...late, prepared: overtaken });
    expect((await seam.api.load(openid)).flow).toMatchObject({ name: 'complaint', step: 'kind' });
  });

  it('a plan made for a resident within the limit is not run for one beyond it', async () => {
    const asked = said(newResident(), LONG, { at });
    const prepared = await seam.prepare(asked);
    expect(textOf(await seam.api.apply({ ...asked, limited: true, prepared }))).not.toContain('回复 1');
    expect((await seam.api.load(asked.message.openid)).flow).toBeNull();
  });

  it('what was applied already is answered as it was, without a second effect', async () => {
    const asked = said(newResident(), '投诉', { at });
    const first = await seam.api.apply({ ...asked, prepared: await seam.prepare(asked) });
    const again = await seam.prepare(asked);
    expect(again.outcome).toEqual({ key: asked.key, reply: first.reply });
    expect(await seam.api.apply({ ...asked, prepared: again })).toEqual({ key: asked.key, reply: first.reply });
    expect((await seam.api.load(asked.message.openid)).rev).toBe(1);
  });

  it('a message of a resident for whom notices wait is never settled by reading alone', async () => {
    const openid = newResident();
    await seam.memory.flagWaiting(openid);
    expect((await seam.prepare(said(openid, '帮助', { at }))).outcome).toBeNull();
  });
});

describe('a complaint left lying, and a resident beyond the limit', () => {
  it('is told to wait: nothing is held, nothing is searched, the complaint stands as it was', async () => {
    const openid = newResident();
    for (const text of ['投诉', '3', '1', '路坏了']) await seam.run(said(openid, text, { at }));
    const before = await seam.api.load(openid);
    const later = new Date(at.getTime() + 31 * 60_000);
    const busy = await seam.run(said(openid, LONG, { at: later, limited: true }));
    expect(busy).toBe(await seam.run(said(newResident(), LONG, { at, limited: true })));
    expect(seam.searched).toEqual([]);
    expect(await seam.api.load(openid)).toEqual(before);
    // Within the limit the same words are searched and held.
    await seam.run(said(openid, LONG, { at: later }));
    expect(seam.searched).toEqual([LONG]);
    expect((await seam.api.load(openid)).flow).toMatchObject({ held: [{ text: LONG }] });
  });

  it('but an answer to its question is heard, and so is 取消', async () => {
    const openid = newResident();
    for (const text of ['投诉', '3', '1', '路坏了']) await seam.run(said(openid, text, { at }));
    const later = { at: new Date(at.getTime() + 31 * 60_000), limited: true };
    await seam.run(said(openid, '完成', later));
    expect((await seam.api.load(openid)).flow).toMatchObject({ step: 'phone' });
    await seam.run(said(openid, '取消', { ...later, at: new Date(later.at.getTime() + 31 * 60_000) }));
    expect((await seam.api.load(openid)).flow).toBeNull();
  });
});
