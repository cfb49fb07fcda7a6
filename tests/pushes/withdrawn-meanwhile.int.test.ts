import { beforeEach, describe, expect, test } from 'vitest';
import { type World, world } from '../briefings/harness.ts';
import { stepsOf, until } from '../briefings/steps.ts';
import { testDatabase } from '../support/stores.ts';

const database = testDatabase();
let town: World;
let steps: ReturnType<typeof stepsOf>;

beforeEach(async () => {
  town = await world(database.uri);
  steps = stepsOf(town);
  await town.followers(2);
});

const drafts = async () => (await town.control<{ drafts: unknown[] }>('GET', '/_/state')).drafts;
const sends = async () => (await town.ledger()).calls.filter(({ api }) => api.endsWith('sendall'));

describe('while the platform makes the draft', () => {
  test.each(['withdrawn', 'altered', 'approved anew'] as const)(
    'an article is %s: failed, its title named, no mass send, the draft removed',
    async (what) => {
      const article = town.articles.add({ title: '要撤的公示' });
      const { id } = await steps.due({ articles: [town.articles.add(), article] });
      await town.fault({ path: 'draft/add', delayMs: 400 });
      const pushing = town.sweep('pushes.send');
      await until(async () => (await drafts()).length === 1);
      if (what === 'withdrawn') article.state = 'withdrawn';
      if (what === 'altered') article.hash = 'f'.repeat(64);
      if (what === 'approved anew') article.newer = { ...article.frozen, versionId: 'e'.repeat(24), version: 2 };
      await pushing;
      const failed = await steps.get(id);
      expect(failed.status).toBe('failed');
      expect(failed.failure?.message).toContain('《要撤的公示》');
      expect(await sends()).toEqual([]);
      expect(await drafts()).toEqual([]);
      expect(town.told).toEqual([expect.stringContaining('《要撤的公示》')]);
    },
  );
});
