import { describe, expect, it } from 'vitest';
import { chinaDate, addChinaDays } from '../../src/kernel/index.ts';
import { seriousFindings, sidewaysOverflow, withoutBrowser } from '../support/browser.ts';
import { openDesks, PHONE } from './desks.ts';

/** Days of the month after this one, so that none has passed. */
const nextMonth = addChinaDays(`${chinaDate(new Date()).slice(0, 7)}-01`, 31).slice(0, 7);
const year = Number(nextMonth.slice(0, 4));
/** Sunday the first or later: a weekend that is worked. */
const worked = [1, 2, 3, 4, 5, 6, 7]
  .map((day) => `${nextMonth}-0${day}`)
  .find((date) => new Date(`${date}T04:00:00Z`).getUTCDay() === 0)!;
const calendars = [
  {
    year,
    source: 'test',
    holidays: [{ name: '示例节', from: `${nextMonth}-10`, to: `${nextMonth}-12` }],
    workingWeekends: [worked],
  },
];

describe.skipIf(withoutBrowser())('the calendar of pushes', { timeout: 120_000 }, () => {
  const { town, sitDown } = openDesks({
    env: { BRIEFING_MIN_LEAD_SECONDS: '0', WECHAT_ACCOUNT_TYPE: 'subscription' },
    sandbox: { type: 'subscription' },
    config: { calendars },
  });

  const approved = async (title: string): Promise<string> => {
    const [editor, leader, dispatcher] = await Promise.all([
      town().staff('editor'),
      town().staff('leader'),
      town().staff('dispatcher'),
    ]);
    const categoryCode = town().config.categories.find((one) => !one.majorDecision)?.code;
    const text = { title: `${title}一条`, categoryCode, bodyHtml: '<p>字。</p>' };
    const article = await editor.post<{ id: string }>('/articles', text);
    const { contentHash } = await editor.post<{ contentHash: string }>(`/articles/${article.id}/submit`);
    await leader.post(`/articles/${article.id}/approve`, { contentHash });
    const whole = { title, articleIds: [article.id], audience: { kind: 'all' } };
    const { id } = await dispatcher.post<{ id: string }>('/briefings', whole);
    const submitted = await dispatcher.post<{ contentHash: string }>(`/briefings/${id}/submit`);
    await leader.post(`/briefings/${id}/approve`, { contentHash: submitted.contentHash });
    return id;
  };

  it('says before one chooses what is on a day: holiday, worked weekend, other briefings, pushes left', async () => {
    const other = await approved('先排的一期（示例）');
    const dispatcher = await town().staff('dispatcher');
    await dispatcher.post(`/briefings/${other}/schedule`, { sendAt: `${nextMonth}-20T09:00:00+08:00` });
    const mine = await approved('要排的一期（示例）');
    const { page, troubles } = await sitDown('dispatcher', { size: PHONE });
    await page.goto(`${town().url}/console/briefings/${mine}`);
    const month = page.getByRole('region', { name: '推送日历' });
    await month.getByRole('button', { name: '下个月' }).click();
    await month.getByRole('button', { name: '10日，示例节放假' }).click();
    await page.getByText(/示例节放假。那一天还能推送 1 次。/).waitFor();
    await month.getByRole('button', { name: `${Number(worked.slice(8))}日，调休上班` }).click();
    await page.getByText(/周末调休上班。那一天还能推送 1 次。/).waitFor();
    await month.getByRole('button', { name: '20日，已有1期简报，没有推送次数了' }).click();
    await page.getByText(/那一天还能推送 0 次。/).waitFor();
    await page.getByText('先排的一期（示例）（已排时间）').waitFor();
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);

    await month.getByRole('button', { name: '21日' }).click();
    await page.getByRole('button', { name: '就排这个时间' }).click();
    await page.getByText('已排时间').first().waitFor();
    const { sendAt } = await dispatcher.get<{ sendAt: string }>(`/briefings/${mine}`);
    expect(new Date(sendAt).toISOString()).toBe(new Date(`${nextMonth}-21T09:00:00+08:00`).toISOString());
    // Its own time takes no push from itself.
    await page.getByText(/那一天还能推送 1 次。/).waitFor();
    expect(troubles).toEqual([]);
  });
});
