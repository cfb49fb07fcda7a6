import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from '../support/browser.ts';
import { openDesks, paste, pick, textOf } from './desks.ts';

describe.skipIf(withoutBrowser())('what people do wrong at the editor', { timeout: 120_000 }, () => {
  const { town, sitDown, plainCategory } = openDesks();
  let picture: string;
  beforeAll(async () => {
    const made = sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a7' } }).png();
    picture = (await made.toBuffer()).toString('base64');
  });

  const writing = async () => {
    const seat = await sitDown('editor');
    await seat.page.goto(`${town().url}/console/articles/new`);
    await textOf(seat.page).waitFor();
    return seat;
  };

  it('a table from Excel, WPS or Word stays a table, though a picture of it lies beside it', async () => {
    const { page } = await writing();
    const html =
      '<html><body><table><tr><td>张村</td><td>12</td></tr><tr><td>李村</td><td>8</td></tr></table></body></html>';
    await paste(page, { html, text: '张村\t12\n李村\t8', imageBase64: picture });
    await textOf(page).getByRole('cell', { name: '李村' }).waitFor();
    expect(await textOf(page).locator('img').count()).toBe(0);
  });

  it('a picture copied from a web page stays a picture', async () => {
    const { page } = await writing();
    await paste(page, { html: '<meta charset="utf-8"><img src="https://example.com/a.png">', imageBase64: picture });
    await textOf(page).locator('img[src^="/media/"]').waitFor();
    expect(await textOf(page).locator('img').count()).toBe(1);
  });

  const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
  const fill = async (page: Page, title: string, text = '这些字不能丢。'): Promise<void> => {
    await field(page, '标题').fill(title);
    await pick(page, '公开目录', plainCategory());
    await textOf(page).click();
    await page.keyboard.type(text);
  };
  const stored = async (title: string): Promise<{ id: string; version: number; status: string }[]> => {
    const reader = await town().staff('supervisor');
    const { items } = await reader.get<{ items: { id: string; title: string; version: number; status: string }[] }>(
      '/articles?limit=100',
    );
    return items.filter((one) => one.title === title);
  };

  it('a title that is too long stops at the limit, and the counter says so', async () => {
    const { page } = await writing();
    await field(page, '标题').fill('长'.repeat(300));
    expect(await field(page, '标题').inputValue()).toBe('长'.repeat(100));
    await page.getByText('100 / 100').waitFor();
    await page.getByLabel('推送短标题（标题超过 32 个字，推送要用短的）').waitFor();
  });

  it('no category chosen: told beside the field, the text stays', async () => {
    const { page } = await writing();
    await field(page, '标题').fill('没有选目录（示例）');
    await textOf(page).click();
    await page.keyboard.type('这些字不能丢。');
    await page.getByRole('button', { name: '提交审核' }).click();
    const category = page.locator('.el-form-item').filter({ hasText: '公开目录' });
    await category.getByText('先选公开目录').waitFor();
    expect(await textOf(page).innerText()).toContain('这些字不能丢。');
    await pick(page, '公开目录', plainCategory());
    await category.getByText('先选公开目录').waitFor({ state: 'detached' });
  });

  it('an image of 12 MB and a file that is no image are told in words before anything is sent', async () => {
    const { page } = await writing();
    const sent: string[] = [];
    page.on('request', (one) => void (one.url().endsWith('/media') && sent.push(one.url())));
    await page.locator('input[type=file]').setInputFiles([
      { name: '大照片.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(12 * 1_048_576, 7) },
      { name: '名单.docx', mimeType: 'application/msword', buffer: Buffer.from('PK') },
    ]);
    await page.getByText('大照片.jpg 没有传上去：图片有 12 MB，最大 10 MB。').waitFor();
    await page.getByText('名单.docx 没有传上去：这不是图片').waitFor();
    expect(sent).toEqual([]);
  });

  it('three pictures of one name at once all arrive, in their order', async () => {
    const { page } = await writing();
    const file = { name: 'image.png', mimeType: 'image/png', buffer: Buffer.from(picture, 'base64') };
    const arrived: string[] = [];
    page.on('response', async (answer) => {
      if (answer.url().endsWith('/api/v1/media')) arrived.push(((await answer.json()) as { id: string }).id);
    });
    await page.locator('input[type=file]').setInputFiles([file, file, file]);
    const shown = textOf(page).locator('img');
    await shown.nth(2).waitFor();
    await page.getByText('正在上传').waitFor({ state: 'detached' });
    await expect.poll(() => arrived.length).toBe(3);
    const sources = await Promise.all([0, 1, 2].map((at) => shown.nth(at).getAttribute('src')));
    expect(sources).toEqual(arrived.map((id) => `/media/${id}`));
  });

  it('a table of 5,000 rows: the page goes on, says what was cut and keeps what was there', async () => {
    const { page } = await writing();
    await fill(page, '五千行（示例）');
    const rows = Array.from({ length: 5_000 }, (_, at) => `<tr><td>第${at}户</td><td>${at}</td></tr>`).join('');
    await paste(page, { html: `<table>${rows}</table>` });
    await page.getByText('只粘贴了前 500 行，还有 4500 行没有粘贴').waitFor();
    await textOf(page).getByRole('cell', { name: '第499户' }).waitFor();
    expect(await textOf(page).innerText()).toContain('这些字不能丢。');
    await field(page, '摘要（列表和推送里显示，不写就取正文开头）').fill('还能接着写');
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText(/^已保存/).waitFor();
  });

  it('the network cut while saving: kept, and saved by itself when it is back', async () => {
    const { page, window } = await writing();
    await fill(page, '断网时写的（示例）');
    await window.setOffline(true);
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText(/还没有保存到系统.*连上后自动再存/).waitFor();
    await window.setOffline(false);
    await page.getByText(/^已保存/).waitFor();
    expect(await stored('断网时写的（示例）')).toHaveLength(1);
  });

  it('an answer lost on the way makes no second article and no quarrel with oneself', async () => {
    const { page } = await writing();
    let lose = true;
    // The service does the work; its answer never comes.
    await page.route(/\/api\/v1\/articles(\/[0-9a-f]+)?$/, async (route) => {
      if (!lose || route.request().method() === 'GET') return route.continue();
      lose = false;
      await route.fetch();
      return route.abort();
    });
    await fill(page, '回音丢了（示例）');
    const save = page.getByRole('button', { name: '保存', exact: true });
    await save.click();
    await page.getByText(/还没有保存到系统/).waitFor();
    await textOf(page).click();
    await page.keyboard.press('End');
    await page.keyboard.type('后来加的。');
    await save.click();
    await page.getByText(/^已保存/).waitFor();
    const [made, ...more] = await stored('回音丢了（示例）');
    expect(more).toEqual([]);
    const reader = await town().staff('supervisor');
    expect((await reader.get<{ bodyHtml: string }>(`/articles/${made?.id}`)).bodyHtml).toContain('后来加的。');

    lose = true;
    await field(page, '摘要（列表和推送里显示，不写就取正文开头）').fill('又改了摘要');
    await save.click();
    await page.getByText(/还没有保存到系统/).waitFor();
    await save.click();
    await page.getByText(/^已保存/).waitFor();
    expect(await page.getByText('刚才也改了这一条').count()).toBe(0);
  });

  it('a second window with a new article keeps its own text; what a closed one left is offered', async () => {
    const { page, window } = await writing();
    await field(page, '标题').fill('第一个窗口（示例）');
    const second = await window.newPage();
    await second.goto(`${town().url}/console/articles/new`);
    await field(second, '标题').waitFor();
    expect(await second.getByRole('button', { name: '接着写' }).count()).toBe(0);
    await field(second, '标题').fill('第二个窗口（示例）');
    page.on('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await page.getByRole('button', { name: '接着写' }).click();
    expect(await field(page, '标题').inputValue()).toBe('第一个窗口（示例）');
    expect(await field(second, '标题').inputValue()).toBe('第二个窗口（示例）');
  });

  it('a double click submits once, and Back does not lead to the form again', async () => {
    const { page, troubles } = await writing();
    await fill(page, '手快（示例）');
    await page.getByRole('button', { name: '提交审核' }).dblclick();
    await page.getByText('等待审核').first().waitFor();
    expect(await stored('手快（示例）')).toMatchObject([{ version: 1, status: 'submitted' }]);
    await page.goBack();
    await page.waitForURL((url) => !url.pathname.endsWith('/new'));
    expect(troubles).toEqual([]);

    const leader = await sitDown('leader');
    const [quick] = await stored('手快（示例）');
    await leader.page.goto(`${town().url}/console/articles/${quick?.id}`);
    await leader.page.getByRole('button', { name: '审核通过' }).dblclick();
    await leader.page.getByText('已公开').first().waitFor();
    expect(leader.troubles).toEqual([]);
  });
});
