import { describe, expect, it } from 'vitest';
import { seriousFindings, sidewaysOverflow, withoutBrowser } from '../support/browser.ts';
import { openDesks, PHONE } from './desks.ts';

const HOUR = 3_600_000;

describe.skipIf(withoutBrowser())('a push of which nobody knows whether it went out', { timeout: 120_000 }, () => {
  const { town, sitDown } = openDesks({
    env: { BRIEFING_MIN_LEAD_SECONDS: '0', WECHAT_ACCOUNT_TYPE: 'service' },
    sandbox: { type: 'service' },
  });

  it('is explained, and a leader says on a phone what happened; nobody else can, nothing is pushed twice', async () => {
    const resident = await town().resident();
    const [editor, leader, dispatcher] = await Promise.all(
      ['editor', 'leader', 'dispatcher'].map((r) => town().staff(r)),
    );
    const categoryCode = town().config.categories.find((one) => !one.majorDecision)?.code;
    const { id: article } = await editor!.post<{ id: string }>('/articles', {
      title: '冬季清沟公告（示例）',
      categoryCode,
      bodyHtml: '<p>请把车挪到路边。</p>',
    });
    const { contentHash } = await editor!.post<{ contentHash: string }>(`/articles/${article}/submit`);
    await leader!.post(`/articles/${article}/approve`, { contentHash });
    const whole = { title: '第一期（示例）', articleIds: [article], audience: { kind: 'all' } };
    const { id } = await dispatcher!.post<{ id: string }>('/briefings', whole);
    await dispatcher!.post(`/briefings/${id}/submit`);
    await leader!.post(`/briefings/${id}/approve`);
    await dispatcher!.post(`/briefings/${id}/schedule`, {});
    // The platform sends it, and its answer is lost; so is its later event.
    await town().control('POST', '/_/behaviour', { finishMode: 'drop' });
    await town().control('POST', '/_/faults', { path: 'message/mass/sendall', status: 500, effect: true, times: 1 });
    town().clock.move(1_000);
    await town().sweep('pushes.send');
    town().clock.move(23 * HOUR + 60_000);
    await town().sweep('pushes.send');

    const looking = await sitDown('dispatcher');
    await looking.page.goto(`${town().url}/console/briefings/${id}`);
    await looking.page.getByText('请告诉分管领导来确认。').waitFor();
    expect(await looking.page.getByRole('button', { name: '确认' }).count()).toBe(0);

    const { page, troubles } = await sitDown('leader', { size: PHONE });
    await page.getByRole('link', { name: /推送结果不明/ }).click();
    await page.getByRole('link', { name: /第一期/ }).click();
    await page.getByRole('heading', { name: '推送结果不明' }).waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    const confirm = page.getByRole('button', { name: '确认', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByText('已经推出去了（不再推）').click();
    await page.getByLabel('怎么确认的').fill('自己手机上看到了');
    await confirm.dblclick();
    await page.getByRole('heading', { name: '推送结果不明' }).waitFor({ state: 'hidden' });
    await town().sweep('pushes.send');

    const cards = (await resident.inbox()).filter(({ via }) => via === 'push');
    expect(cards).toHaveLength(1);
    const { massSends } = await town().control<{ massSends: unknown[] }>('GET', '/_/ledger');
    expect(massSends).toHaveLength(1);
    expect(troubles).toEqual([]);
  });
});
