import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { seriousFindings, sidewaysOverflow, withoutBrowser } from '../support/browser.ts';
import { openDesks, paste, PHONE, pick, textOf } from './desks.ts';

describe.skipIf(withoutBrowser())('what an editor chooses beside the text', { timeout: 120_000 }, () => {
  const { town, sitDown, plainCategory } = openDesks();

  it('the source is one’s own unit until another is chosen; the cover is one of the text’s pictures', async () => {
    const { page, troubles } = await sitDown('editor', { unit: 'mzb', size: PHONE });
    await page.goto(`${town().url}/console/articles/new`);
    await page.getByLabel('标题', { exact: true }).fill('造林面积公示（示例）');
    await pick(page, '公开目录', plainCategory());
    await page.locator('.el-form-item').filter({ hasText: '来源' }).getByText('民政办').waitFor();
    await pick(page, '来源', '林业站');
    for (const [at, background] of ['#3a7', '#a37'].entries()) {
      const made = sharp({ create: { width: 400, height: 300, channels: 3, background } }).png();
      await paste(page, { imageBase64: (await made.toBuffer()).toString('base64') });
      await textOf(page).locator('img').nth(at).waitFor();
    }
    const choices = page.getByRole('radiogroup', { name: '封面' });
    await choices.getByRole('radio').nth(2).check();
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(await seriousFindings(page)).toEqual([]);
    const [answer] = await Promise.all([
      page.waitForResponse((one) => one.request().method() === 'POST' && one.url().endsWith('/api/v1/articles')),
      page.getByRole('button', { name: '保存', exact: true }).click(),
    ]);
    const second = await textOf(page).locator('img').nth(1).getAttribute('src');
    const saved = (await answer.json()) as { unit: string; coverMediaId: string };
    expect(saved.unit).toBe('lyz');
    expect(`/media/${saved.coverMediaId}`).toBe(second);

    // A picture that is taken out of the text is no cover any more.
    await textOf(page).locator('img').nth(1).click();
    await page.keyboard.press('Delete');
    await choices.getByRole('radio').nth(2).waitFor({ state: 'detached' });
    expect(await choices.getByRole('radio').nth(0).isChecked()).toBe(true);
    expect(troubles).toEqual([]);
  });

  it('who withdraws names what stands for it, found by its title', async () => {
    const [editor, leader] = [await town().staff('editor'), await town().staff('leader')];
    const publish = async (title: string): Promise<string> => {
      const categoryCode = town().config.categories.find((one) => !one.majorDecision)?.code;
      const { id } = await editor.post<{ id: string }>('/articles', { title, categoryCode, bodyHtml: '<p>字。</p>' });
      const { contentHash } = await editor.post<{ contentHash: string }>(`/articles/${id}/submit`);
      await leader.post(`/articles/${id}/approve`, { contentHash });
      return id;
    };
    const old = await publish('低保名单旧表（示例）');
    const better = await publish('低保名单更正表（示例）');
    const { page, troubles } = await sitDown('dispatcher', { size: PHONE });
    await page.goto(`${town().url}/console/articles/${old}`);
    await page.getByRole('button', { name: '撤回', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: '撤回这条信息' });
    await dialog.getByRole('button', { name: '内容有误，正在更正。' }).click();
    await dialog.getByRole('combobox', { name: '代替它的信息' }).fill('更正');
    await page.getByRole('option', { name: '低保名单更正表（示例）' }).click();
    await dialog.getByRole('button', { name: '撤回', exact: true }).click();
    await page.getByRole('button', { name: '知道了' }).click();
    await page.getByRole('link', { name: '看代替它的信息' }).click();
    await page.getByRole('heading', { name: '低保名单更正表（示例）' }).waitFor();
    const shown = await (await fetch(`${town().url}/articles/${old}`)).text();
    expect(shown).toContain(`/articles/${better}`);
    expect(troubles).toEqual([]);
  });
});
