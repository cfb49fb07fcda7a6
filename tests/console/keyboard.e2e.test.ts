import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { addChinaDays, chinaDate } from '../../src/kernel/index.ts';
import { withoutBrowser } from '../support/browser.ts';
import { openDesks, textOf } from './desks.ts';

/** More stops than any screen has. */
const STOPS = 120;

/** Goes on with the Tab key until `wanted` has the focus; fails where the key never gets there. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  await wanted.waitFor({ state: 'attached' });
  for (let stop = 0; stop < STOPS; stop += 1) {
    if ((await wanted.and(page.locator(':focus')).count()) > 0) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`the Tab key does not reach ${wanted.toString()}`);
}

async function press(page: Page, wanted: Locator, key = 'Enter'): Promise<void> {
  await tabTo(page, wanted);
  await page.keyboard.press(key);
}

describe.skipIf(withoutBrowser())('the main job without a mouse', { timeout: 180_000 }, () => {
  const { town, sitDown, plainCategory } = openDesks({
    env: { BRIEFING_MIN_LEAD_SECONDS: '0', WECHAT_ACCOUNT_TYPE: 'service' },
    sandbox: { type: 'service' },
  });
  const link = (page: Page, name: RegExp): Locator => page.getByRole('link', { name }).first();
  const menu = (page: Page, name: string): Locator =>
    page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name, exact: true });
  const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true });

  it('an editor writes and submits, a leader approves, a dispatcher composes and schedules', async () => {
    const title = '键盘写的（示例）';
    const editor = await sitDown('editor');
    await press(editor.page, menu(editor.page, '信息'));
    await press(editor.page, button(editor.page, '写信息'));
    await tabTo(editor.page, editor.page.getByLabel('标题', { exact: true }));
    await editor.page.keyboard.type(title);
    await tabTo(editor.page, editor.page.getByRole('combobox', { name: '公开目录' }));
    await editor.page.keyboard.type(plainCategory());
    await editor.page.getByRole('option', { name: plainCategory(), exact: true }).waitFor();
    await editor.page.keyboard.press('ArrowDown');
    await editor.page.keyboard.press('Enter');
    await tabTo(editor.page, textOf(editor.page));
    await editor.page.keyboard.type('只用键盘写的字。');
    await press(editor.page, button(editor.page, '提交审核'));
    await editor.page.getByText('等待审核').first().waitFor();

    const leader = await sitDown('leader');
    await press(leader.page, link(leader.page, /等我审核的信息/));
    await press(leader.page, link(leader.page, /键盘写的/));
    await press(leader.page, button(leader.page, '审核通过'));
    await leader.page.getByText('已公开').first().waitFor();

    const dispatcher = await sitDown('dispatcher');
    await press(dispatcher.page, menu(dispatcher.page, '简报'));
    await press(dispatcher.page, button(dispatcher.page, '编简报'));
    await tabTo(dispatcher.page, dispatcher.page.getByLabel('简报名称'));
    await dispatcher.page.keyboard.type('键盘一期（示例）');
    await press(dispatcher.page, dispatcher.page.getByRole('checkbox', { name: /键盘写的/ }), 'Space');
    await press(dispatcher.page, button(dispatcher.page, '提交审核'));
    await dispatcher.page.getByText('等待审核').first().waitFor();

    await press(leader.page, menu(leader.page, '简报'));
    await press(leader.page, link(leader.page, /键盘一期/));
    await press(leader.page, button(leader.page, '审核通过'));
    await leader.page.getByText('已审核，等排时间').first().waitFor();

    const { page } = dispatcher;
    await page.reload();
    const month = page.getByRole('region', { name: '推送日历' });
    await press(page, month.getByRole('button', { name: '下个月' }));
    const next = addChinaDays(`${chinaDate(new Date()).slice(0, 7)}-01`, 31).slice(0, 7);
    await month.getByText(`${next.slice(0, 4)}年${Number(next.slice(5))}月`).waitFor();
    await tabTo(page, month.getByRole('button', { name: /^1日/ }));
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await press(page, button(page, '就排这个时间'));
    await page.getByText('已排时间').first().waitFor();
    const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
    const reader = await town().staff('supervisor');
    const { sendAt } = await reader.get<{ sendAt: string }>(`/briefings/${id}`);
    expect(new Date(sendAt).toISOString()).toBe(new Date(`${next}-09T09:00:00+08:00`).toISOString());
    expect([...editor.troubles, ...leader.troubles, ...dispatcher.troubles]).toEqual([]);
  });
});
