import { beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../src/audit/index.ts';
import { createTransact } from '../../src/platform/mongo/index.ts';
import { startOffice, type Desk, type Office } from '../support/office.ts';
import { testDatabase } from '../support/stores.ts';

interface Page {
  items: { id: string; at: string; action: string; actor: { name: string }; target: { id: string } | null }[];
  nextCursor: string | null;
}

const { uri } = testDatabase();
let office: Office;
let supervisor: Desk;
beforeAll(async () => {
  office = await startOffice({ uri });
  supervisor = await office.staff('supervisor');
  for (let count = 0; count < 7; count += 1) {
    await record({ action: 'articles.approve', target: { kind: 'article', id: `a${count}` } });
    await record({ action: 'tipoffs.view', target: { kind: 'tipoff', id: 'SECRETCODE' } });
  }
});

async function record(entry: Pick<AuditEntry, 'action' | 'target'>): Promise<void> {
  const actor = { kind: 'staff', id: '1', username: 'leader.x', role: 'leader' } as const;
  await createTransact(office.app.mongo.work)((tx) => office.app.audit.record(tx, { ...entry, actor }));
}
const list = async (query = '') => (await (await supervisor.ask('GET', `/api/v1/audit${query}`)).json()) as Page;

describe('GET /audit', () => {
  it('lists newest first and turns pages without loss or repetition', async () => {
    const ids: string[] = [];
    let query = '?username=leader.x&limit=3';
    for (let pages = 0; query !== ''; pages += 1) {
      const page = await list(query);
      expect(page.items.length).toBe(pages < 2 ? 3 : 1);
      ids.push(...page.items.map(({ target }) => target?.id ?? ''));
      query = page.nextCursor === null ? '' : `?username=leader.x&limit=3&cursor=${page.nextCursor}`;
    }
    expect(ids).toEqual(['a6', 'a5', 'a4', 'a3', 'a2', 'a1', 'a0']);
  });

  it('filters by action, by who, by what and by time', async () => {
    expect((await list('?target=a3')).items.map(({ action }) => action)).toEqual(['articles.approve']);
    expect((await list(`?action=staff.login&username=${supervisor.username}`)).items).toHaveLength(1);
    const [newest] = (await list('?target=a6')).items;
    const [oldest] = (await list('?target=a0')).items;
    const from = encodeURIComponent(oldest!.at);
    expect((await list(`?username=leader.x&from=${from}`)).items).toHaveLength(7);
    const to = encodeURIComponent(newest!.at);
    const before = (await list(`?username=leader.x&to=${to}`)).items.map(({ at }) => at);
    expect(before.every((at) => at < newest!.at)).toBe(true);
    expect((await list('?to=2020-01-01T00:00:00Z')).items).toEqual([]);
    expect((await list('?from=2020-01-01T08:00:00%2B08:00&limit=100')).items.length).toBeGreaterThan(7);
  });

  it('shows nothing of tipoffs, however it is asked, and no page is shorter for them', async () => {
    expect(await list('?action=tipoffs.view')).toEqual({ items: [], nextCursor: null });
    expect(await list('?target=SECRETCODE')).toEqual({ items: [], nextCursor: null });
    expect((await list('?limit=5')).items).toHaveLength(5);
    expect(JSON.stringify(await list('?limit=100'))).not.toContain('tipoff');
  });

  it.each([
    'limit=101',
    'limit=-1',
    'cursor=x',
    'cursor=WyJ4Il0',
    'from=yesterday',
    'action[$ne]=x',
    'action=a&action=b',
  ])('refuses ?%s', async (query) => expect((await supervisor.ask('GET', `/api/v1/audit?${query}`)).status).toBe(400));
});
