import { beforeAll, describe, expect, test } from 'vitest';
import type { BriefingView } from '../../src/briefings/briefings.contract.ts';
import type { LedgerAnswer } from '../../src/sandbox/index.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';
import { until } from './steps.ts';

const database = testDatabase();
let town: Town;
let editor: StaffClient;
let leader: StaffClient;
let dispatcher: StaffClient;

beforeAll(async () => {
  town = await startTown({
    uri: database.uri,
    env: { BRIEFING_MIN_LEAD_SECONDS: '0' },
    // Four pushes a month, so that no test needs another day's login.
    sandbox: { type: 'service', behaviour: { finishDelayMs: 10 } },
  });
  [editor, leader, dispatcher] = await Promise.all([
    town.staff('editor'),
    town.staff('leader'),
    town.staff('dispatcher'),
  ]);
});

interface ArticleView {
  readonly id: string;
  readonly version: number;
  readonly contentHash: string;
  readonly status: string;
}
type Detail = BriefingView & { deletePushed?: { articles: { title: string; withdrawn: boolean }[] } };

const approve = async ({ id }: { id: string }): Promise<ArticleView> => {
  const { contentHash } = await editor.post<ArticleView>(`/articles/${id}/submit`);
  return leader.post(`/articles/${id}/approve`, { contentHash });
};
const article = async (title: string, publishWith: 'approval' | 'briefing'): Promise<ArticleView> =>
  approve(
    await editor.post<ArticleView>('/articles', {
      title,
      categoryCode: 'cw_shjz',
      summary: '公示七天',
      bodyHtml: `<p>${title}的正文。</p>`,
      publishWith,
    }),
  );
async function approved(articleIds: string[], audience: object = { kind: 'all' }): Promise<string> {
  const { id } = await dispatcher.post<BriefingView>('/briefings', { title: '本周简报', articleIds, audience });
  const { contentHash } = await dispatcher.post<BriefingView>(`/briefings/${id}/submit`);
  await leader.post(`/briefings/${id}/approve`, { contentHash });
  return id;
}
const get = async (id: string) => dispatcher.get<Detail>(`/briefings/${id}`);
const push = async (id: string) => {
  await dispatcher.post(`/briefings/${id}/schedule`, {});
  await town.sweep('subscribers.tags');
  town.clock.move(1_000);
  await town.sweep('pushes.send');
};
const delivered = async (id: string) => until(async () => (await get(id)).status === 'delivered');
const sends = async () => (await town.control<LedgerAnswer>('GET', '/_/ledger')).massSends;
const page = async (id: string) => (await fetch(`${town.url}/articles/${id}`)).status;

describe('on the whole system', { timeout: 60_000 }, () => {
  test('an article that waited for its briefing is public with the push, which reaches its village only', async () => {
    const [mine, other] = [await town.resident({ follow: false }), await town.resident({ follow: false })];
    await mine.follow('village_v01');
    await other.follow('village_v02');
    const { id: articleId, status } = await article('示例一村低保公示', 'briefing');
    expect(status).toBe('approved');
    expect(await page(articleId)).toBe(404);
    const id = await approved([articleId], { kind: 'village', code: 'v01' });
    await push(id);
    await delivered(id);
    expect(await page(articleId)).toBe(200);
    expect(await sends()).toMatchObject([{ audience: { kind: 'tag' }, counts: { total: 1, sent: 1 } }]);
    const pushesOn = async (phone: typeof mine) => (await phone.inbox()).filter(({ via }) => via === 'push').length;
    expect(await Promise.all([pushesOn(mine), pushesOn(other)])).toEqual([1, 0]);
    expect((await get(id)).dispatch.batches).toMatchObject([{ clientMsgId: `b${id}-1`, status: 'delivered' }]);

    const withdrawn = await dispatcher.post(`/articles/${articleId}/withdraw`, { reason: '名单有误' });
    expect(withdrawn).toMatchObject({ pushedBriefings: [{ id, title: '本周简报' }] });
    expect((await get(id)).deletePushed?.articles).toMatchObject([{ withdrawn: true }]);
    await dispatcher.post(`/briefings/${id}/delete-pushed`, { reason: '名单有误' });
    expect((await sends())[0]?.status).toBe('DELETE');
  });

  test('an article approved anew after the briefing stops the push, is named, and keeps waiting', async () => {
    const before = (await sends()).length;
    const { id: articleId } = await article('清明放假安排', 'approval');
    const id = await approved([articleId]);
    await dispatcher.post(`/briefings/${id}/schedule`, {});
    await editor.request('PATCH', `/articles/${articleId}`, {
      baseVersion: 1,
      bodyHtml: '<p>改过的正文。</p>',
      publishWith: 'briefing',
    });
    await approve({ id: articleId });
    town.clock.move(1_000);
    await town.sweep('pushes.send');
    expect(await get(id)).toMatchObject({
      status: 'failed',
      failure: { code: 'wrong_state', message: expect.stringContaining('清明放假安排') as string },
    });
    expect(await sends()).toHaveLength(before);
    expect(await (await fetch(`${town.url}/articles/${articleId}`)).text()).not.toContain('改过的正文');
  });

  test('an editor cannot compose, a dispatcher cannot approve, a leader cannot schedule', async () => {
    const { id: articleId } = await article('会议通知', 'approval');
    const body = { title: '简报', articleIds: [articleId], audience: { kind: 'all' } };
    expect((await editor.request('POST', '/briefings', body)).status).toBe(403);
    const { id } = await dispatcher.post<BriefingView>('/briefings', body);
    await dispatcher.post(`/briefings/${id}/submit`);
    expect((await dispatcher.request('POST', `/briefings/${id}/approve`, {})).status).toBe(403);
    await leader.post(`/briefings/${id}/approve`, {});
    expect((await leader.request('POST', `/briefings/${id}/schedule`, {})).status).toBe(403);
    expect((await dispatcher.request('POST', `/briefings/${id}/resolve`, {})).status).toBe(403);
    expect((await editor.request('POST', `/briefings/${id}/delete-pushed`, { reason: '好' })).status).toBe(403);
    expect((await dispatcher.request('GET', '/briefings/zz', undefined)).status).toBe(404);
  });

  test('the configured menu leads somewhere with every button and is published by the dispatcher only', async () => {
    expect(await dispatcher.get('/menu')).toMatchObject({ problems: [], same: false });
    expect((await leader.request('POST', '/menu/publish', {})).status).toBe(403);
    expect(await dispatcher.post('/menu/publish')).toMatchObject({ published: true, same: true });
  });

  test('a held push stands in the health page', async () => {
    const { id: articleId } = await article('停水通知', 'approval');
    const id = await approved([articleId]);
    await town.control('POST', '/_/faults', { path: 'message/mass/sendall', errcode: 45028 });
    await push(id);
    const health = await dispatcher.get<{ ok: boolean; problems: string[] }>('/health');
    expect(health.problems).toContainEqual(expect.stringContaining('简报《本周简报》没有推送，等待党政办重新排期'));
  });
});
