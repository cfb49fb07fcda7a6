import { beforeAll, describe, expect, it } from 'vitest';
import { createRememberedReads } from '../../src/articles/remembered.ts';
import { startTown, type Town } from '../support/town.ts';
import { openOffice } from './office.ts';

describe('what the chat finds, from memory', () => {
  const office = openOffice();
  let other: Town;
  beforeAll(async () => {
    other = await startTown({ uri: office.uri });
  });
  const ask = async (town: Town, words: string): Promise<string> => (await (await town.resident()).text(words)) ?? '';

  it('is there from the next message after the approval on, in every process', async () => {
    for (const town of [office.town(), other]) expect(await ask(town, '桑蚕补助')).not.toContain('/articles/');
    const { id } = await office.published({ title: '桑蚕补助发放名单' });
    for (const town of [office.town(), other]) expect(await ask(town, '桑蚕补助')).toContain(`/articles/${id}`);
  });

  it('is gone from the next message after the withdrawal on, in every process, from searches and lists', async () => {
    const { id } = await office.published({ title: '梯田养护名单', categoryCode: 'cw_shjz' });
    const places = [office.town(), other].map(async (town) => ({ town, phone: await town.resident() }));
    const seen = await Promise.all(places);
    for (const { phone } of seen) {
      expect(await phone.text('梯田养护')).toContain(`/articles/${id}`);
      expect(await phone.click('LATEST')).toContain(`/articles/${id}`);
    }
    await office.person('leader').post(`/articles/${id}/withdraw`, { reason: '名单有误' });
    for (const { town } of seen) {
      const phone = await town.resident();
      expect(await phone.text('梯田养护')).not.toContain(`/articles/${id}`);
      expect(await phone.click('LATEST')).not.toContain(`/articles/${id}`);
    }
  });

  it('is the corrected title once a correction is approved', async () => {
    const { id } = await office.published({ title: '水渠清淤第一版' });
    expect(await ask(other, '水渠清淤')).toContain('水渠清淤第一版');
    const { body } = await office.ask('editor', 'PATCH', `/articles/${id}`, {
      baseVersion: 1,
      title: '水渠清淤第二版',
    });
    await office.person('editor').post(`/articles/${id}/submit`);
    const { contentHash } = body as { contentHash: string };
    expect(await ask(other, '水渠清淤')).toContain('水渠清淤第一版');
    await office.person('leader').post(`/articles/${id}/approve`, { contentHash });
    expect(await ask(other, '水渠清淤')).toContain('水渠清淤第二版');
  });
});

describe('the memory itself', () => {
  const page = (title: string) => ({ items: [{ title }], nextCursor: null, words: [] }) as never;

  function memory() {
    const asked: string[] = [];
    const state = { revision: 'a', fails: false };
    const find = async (what: string) => {
      asked.push(what);
      if (state.fails) throw new Error('planted');
      return page(what);
    };
    const reads = createRememberedReads({
      reads: {
        searchPublic: ({ words }) => find(words),
        latestPublic: ({ categoryCode }) => find(categoryCode ?? 'all'),
      },
      revision: async () => {
        asked.push(`revision ${state.revision}`);
        return state.revision;
      },
    });
    return { asked, state, reads };
  }

  it('asks once for what many ask together, and for the revision once', async () => {
    const { asked, reads } = memory();
    await Promise.all([1, 2, 3].map(() => reads.searchPublic({ words: '低保', limit: 5 })));
    expect(asked).toEqual(['revision a', '低保']);
    await reads.searchPublic({ words: '低保', limit: 5 });
    await reads.latestPublic({ limit: 5 });
    expect(asked).toEqual(['revision a', '低保', 'revision a', 'revision a', 'all']);
  });

  it('keeps nothing of an earlier revision, no failure and no later page', async () => {
    const { asked, state, reads } = memory();
    const search = () => reads.searchPublic({ words: '低保', limit: 5 });
    await search();
    state.revision = 'b';
    await search();
    state.revision = 'a';
    await search();
    expect(asked.filter((what) => what === '低保')).toHaveLength(3);
    state.revision = 'c';
    state.fails = true;
    await expect(search()).rejects.toThrow('planted');
    state.fails = false;
    await search();
    await reads.searchPublic({ words: '低保', limit: 5, cursor: 'x' });
    await reads.searchPublic({ words: '低保', limit: 5, cursor: 'x' });
    expect(asked.filter((what) => what === '低保')).toHaveLength(7);
  });
});
