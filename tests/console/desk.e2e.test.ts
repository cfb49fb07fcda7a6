import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openOffice, type Office } from '../complaints/office.ts';
import { buildConsole, startBrowser, watchTroubles, withoutBrowser, settled } from '../support/browser.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';

const PASSWORD = 'a-long-password-for-tests';

let here: Office;
let browser: Browser;
let editor: StaffClient;
const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));

/** One of each thing that waits for somebody. */
async function fillTown(): Promise<void> {
  const categoryCode = here.town.config.categories.find((one) => !one.majorDecision)?.code ?? '';
  const write = async (title: string): Promise<{ id: string; contentHash: string }> => {
    const { id } = await editor.post<{ id: string }>('/articles', { title, categoryCode, bodyHtml: '<p>正文。</p>' });
    return editor.post(`/articles/${id}/submit`);
  };
  const approved = await write('已公开的（示例）');
  await here.leader.post(`/articles/${approved.id}/approve`, { contentHash: approved.contentHash });
  await write('等审核的（示例）');
  const returned = await write('退回的（示例）');
  await here.leader.post(`/articles/${returned.id}/reject`, { reason: '请核对数字' });
  const briefing = await here.dispatcher.post<{ id: string }>('/briefings', {
    title: '周报第一期（示例）',
    articleIds: [approved.id],
    audience: { kind: 'all' },
  });
  await here.dispatcher.post(`/briefings/${briefing.id}/submit`);
  await here.leader.post(`/briefings/${briefing.id}/approve`);
  const sendAt = new Date(here.town.clock.now().getTime() + 3 * 86_400_000).toISOString();
  await here.dispatcher.post(`/briefings/${briefing.id}/schedule`, { sendAt });

  await here.enter({ text: '新来的一件（示例）' });
  await here.enter({ text: '新来的又一件（示例）' });
  const refused = await here.enter({ text: '要党政办打电话（示例）' });
  await here.dispatcher.post(`/complaints/${refused.ticket}/refuse`, { reason: '不属于本镇职责。' });
  await here.assigned({ text: '站所正在办（示例）' });
  const answered = await here.assigned({ text: '要站所打电话（示例）' });
  await here.clerk.post(`/complaints/${answered}/answer`, { text: '修好了' });
}

describe.skipIf(withoutBrowser())('the desk', { timeout: 120_000 }, () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    buildConsole(consoleDir);
    here = await openOffice({ uri, consoleDir, limits: { rate: { loginPer15Minutes: 1_000 } } });
    editor = await here.town.staff('editor');
    await fillTown();
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });

  const sitDown = async (
    username: string,
  ): Promise<{ page: Page; troubles: readonly string[]; asked: readonly string[] }> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN' });
    const troubles = watchTroubles(page, (text) => text.includes('401'));
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.startsWith('/api/v1/') && !/session|meta/.test(pathname)) asked.push(pathname);
    });
    await page.goto(`${here.town.url}/console/`);
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    await settled(page);
    return { page, troubles, asked };
  };
  /** `title` → number, of every tile. */
  const tilesOf = async (page: Page): Promise<Record<string, string>> => {
    const lines = await page.locator('.tiles a').allInnerTexts();
    return Object.fromEntries(lines.map((text) => text.split('\n').toReversed() as [string, string]));
  };

  it('of the dispatcher: what is new, what is late, whom to call, what goes out next', async () => {
    const { page, troubles, asked } = await sitDown(here.dispatcher.username);
    expect(await tilesOf(page)).toEqual({
      '新来的诉求，等受理': '2',
      '已受理，等交办': '0',
      '要求重办，等交办': '0',
      '要打电话告知的群众（没有站所的）': '1',
      今明两天到期的诉求: '0',
      超期的诉求: '0',
      退回给我的信息: '0',
    });
    await page.getByText('今天公开过信息。').waitFor();
    await page.getByRole('link', { name: '周报第一期（示例）' }).waitFor();
    await page.getByText('还可以群发').waitFor();
    expect(asked.length).toBeLessThanOrEqual(4);
    await page.getByRole('link', { name: /要打电话告知/ }).click();
    await page.getByRole('link', { name: /要党政办打电话/ }).waitFor();
    expect(await page.locator('.list > li').count()).toBe(1);
    await page.getByRole('link', { name: /要党政办打电话/ }).click();
    await page.getByLabel(/打过之后记下结果/).fill('已告知');
    await page.getByRole('button', { name: '记下', exact: true }).click();
    await page.getByText('已记下').waitFor();
    expect(troubles).toEqual([]);
  });

  it('of a clerk: the own unit alone, and the list behind each tile is as long as it says', async () => {
    const { page, troubles, asked } = await sitDown(here.clerk.username);
    const tiles = await tilesOf(page);
    expect(tiles).toEqual({
      交办给本站所的诉求: '1',
      要打电话告知的群众: '1',
      今明两天到期的诉求: '0',
      超期的诉求: '0',
    });
    expect(asked).toEqual(['/api/v1/complaints/counts']);
    for (const [title, count] of Object.entries(tiles)) {
      await page.getByRole('link', { name: title }).click();
      await page.getByRole('heading', { name: '诉求', level: 1 }).waitFor();
      await page.locator('.list, .card.state').first().waitFor();
      await settled(page);
      expect(String(await page.locator('.list > li').count()), title).toBe(count);
      await page.goBack();
      await page.locator('.tiles').waitFor();
    }
    expect(troubles).toEqual([]);
  });

  it('of a leader: what to review', async () => {
    const { page, troubles } = await sitDown(here.leader.username);
    expect(await tilesOf(page)).toMatchObject({
      等我审核的信息: '1',
      等我审核的简报: '0',
      '推送结果不明，要您决定': '0',
    });
    await page.getByRole('link', { name: /等我审核的信息/ }).click();
    await page.getByRole('link', { name: /等审核的（示例）/ }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('of an editor: what came back', async () => {
    const { page, troubles } = await sitDown(editor.username);
    expect(await tilesOf(page)).toEqual({ 退回给我的信息: '1' });
    await page.getByRole('link', { name: /退回给我的信息/ }).click();
    await page.getByRole('link', { name: /退回的（示例）/ }).waitFor();
    expect(troubles).toEqual([]);
  });

  it('of those who only look, or for whom nothing waits, says so and fails at nothing', async () => {
    for (const role of ['supervisor', 'discipline', 'admin']) {
      const { username } = await here.town.staff(role);
      const { page, troubles } = await sitDown(username);
      await page.locator('.tiles, .card.state').first().waitFor();
      expect(troubles, role).toEqual([]);
    }
  });

  it('figures: articles by category and followers per week, each as a table that WPS opens', async () => {
    const { page, troubles } = await sitDown(here.leader.username);
    const saved = async (button: string): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: button }).click(),
      ]);
      return readFileSync(await download.path(), 'utf8');
    };
    await page.goto(`${here.town.url}/console/figures`);
    await page.getByText(/这段时间公开了 1 条/).waitFor();
    const category = here.town.config.categories.find((one) => !one.majorDecision)?.name ?? '';
    const articles = await saved('下载公开信息表格');
    expect(articles.startsWith('\uFEFF目录,')).toBe(true);
    expect(articles).toMatch(new RegExp(`^${category},1,\\d{4}-\\d{2}-\\d{2},0\\r$`, 'm'));

    await here.town.sweep('subscribers.growth');
    await page.goto(`${here.town.url}/console/subscribers`);
    await page.getByText(/起才有记录，只记人数/).waitFor();
    const weeks = await saved('下载每周变化表格');
    expect(weeks.startsWith('\uFEFF周,周一是,新关注,取消关注')).toBe(true);
    expect(weeks.trim().split('\r\n')).toHaveLength(27);
    expect(troubles).toEqual([]);
  });

  it('turns yellow the day before the last and red after it, and tells of silence', async () => {
    const due = (await here.enter({ kind: 'consult', text: '快到期的（示例）' })).dueAt;
    const to = (time: number): void => here.town.clock.move(time - here.town.clock.now().getTime());
    to(new Date(due).getTime() - 60_000);
    const first = await sitDown(here.dispatcher.username);
    expect(Number((await tilesOf(first.page))['今明两天到期的诉求'])).toBeGreaterThan(0);
    expect(await first.page.getByRole('link', { name: /今明两天到期/ }).getAttribute('class')).toContain('soon');
    to(new Date(due).getTime() + 14 * 86_400_000);
    const second = await sitDown(here.dispatcher.username);
    expect(Number((await tilesOf(second.page))['超期的诉求'])).toBeGreaterThan(0);
    expect(await second.page.getByRole('link', { name: /超期的诉求/ }).getAttribute('class')).toContain('over');
    await second.page.getByText(/已经到了，请尽快发布/).waitFor();
  });
});
