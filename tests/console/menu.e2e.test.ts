import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  buildConsole,
  seriousFindings,
  sidewaysOverflow,
  startBrowser,
  watchTroubles,
  withoutBrowser,
} from '../support/browser.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const PASSWORD = 'a-long-password-for-tests';
const START = [
  {
    name: '看公开',
    sub_button: [
      { type: 'click', name: '最新信息', key: 'LATEST' },
      { type: 'view', name: '官网', url: 'https://town.example.cn/' },
    ],
  },
  { type: 'click', name: '我要投诉', key: 'COMPLAINT_NEW' },
  { type: 'click', name: '帮助', key: 'HELP' },
];

let town: Town;
let browser: Browser;
let api: StaffClient;
const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));

describe.skipIf(withoutBrowser())('the menu at its screen', { timeout: 120_000 }, () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    buildConsole(consoleDir);
    town = await startTown({ uri, consoleDir });
    browser = await startBrowser();
    api = await town.staff('dispatcher');
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });
  /** A saved and published menu of this test's own. */
  beforeEach(async () => {
    const { version } = await api.get<{ version: number }>('/menu');
    const { status } = await api.request('PUT', '/menu', { baseVersion: version, button: START });
    if (status !== 200) throw new Error(`the first menu was answered ${status}`);
    await api.post('/menu/publish');
  });

  const sitDown = async (
    options: { role?: string; width?: number; allow?: string } = {},
  ): Promise<{ page: Page; troubles: readonly string[] }> => {
    const { username } = await town.staff(options.role ?? 'dispatcher');
    const page = await browser.newPage({ viewport: { width: options.width ?? 1440, height: 900 }, locale: 'zh-CN' });
    // The first look for a session is a 401: that is how a visitor learns that there is none.
    const troubles = watchTroubles(page, (text) => text.includes('401') || text.includes(options.allow ?? '401'));
    await page.goto(`${town.url}/console/menu`);
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await bar(page).getByRole('button', { name: '看公开' }).waitFor();
    return { page, troubles };
  };
  const bar = (page: Page): Locator => page.getByRole('list', { name: '一级菜单' });
  const names = async (page: Page): Promise<string[]> =>
    (await bar(page).getByRole('listitem').allInnerTexts()).map(plain);
  const plain = (text: string): string => text.replace('≡', '').trim();
  const state = (page: Page, words: string): Promise<void> => page.locator('.state', { hasText: words }).waitFor();
  const save = async (page: Page): Promise<void> => {
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await state(page, '已保存');
  };
  const live = async (): Promise<{ name: string; key?: string; sub_button: { name: string; key?: string }[] }[]> =>
    (await town.control<{ menu: never }>('GET', '/_/state')).menu;

  it('is edited, saved, looked at and published; the phone has it and its tap is answered', async () => {
    const { page, troubles } = await sitDown();
    await state(page, '没有改动');
    await bar(page).getByRole('button', { name: '帮助' }).click();
    await page.getByLabel('名称').fill('最新通知');
    await page.getByRole('combobox', { name: '功能' }).click({ force: true });
    await page.getByRole('option', { name: '最新信息', exact: true }).click();
    await state(page, '还没保存');
    await bar(page).getByRole('button', { name: '看公开' }).click();
    await page.getByRole('button', { name: '加下级按钮', exact: true }).click();
    // The new button's name waits for the keys at once.
    await page.getByRole('heading', { name: '“看公开”下第 3 个按钮' }).waitFor();
    await page.locator('#menu-name:focus').waitFor();
    await page.keyboard.type('怎么用');
    await page.getByText('请选一个功能。').waitFor();
    expect(await page.getByRole('button', { name: '保存', exact: true }).isDisabled()).toBe(true);
    await page.getByRole('combobox', { name: '功能' }).click({ force: true });
    await page.getByRole('option', { name: '帮助', exact: true }).click();
    await save(page);
    expect((await live()).map(({ name }) => name)).toEqual(['看公开', '我要投诉', '帮助']);

    await page.getByRole('button', { name: '发布到微信' }).click();
    const dialog = page.getByRole('dialog', { name: '发布到微信' });
    await dialog.getByText('“看公开”下新增“怎么用”').waitFor();
    expect(await dialog.innerText()).toContain('5 分钟');
    expect(await dialog.innerText()).not.toMatch(/LATEST|HELP/);
    // A dialog that is still fading in is pale.
    await vi.waitFor(async () => expect(await seriousFindings(page)).toEqual([]), { timeout: 20_000 });
    await dialog.getByRole('button', { name: '确定发布' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('群众的手机最多5分钟后看到新菜单').waitFor();

    const [first, , last] = await live();
    expect(first?.sub_button.map(({ name }) => name)).toEqual(['最新信息', '官网', '怎么用']);
    expect(last).toMatchObject({ name: '最新通知', key: 'LATEST' });
    const resident = await town.resident();
    const { reply } = await resident.say({ type: 'click', key: first?.sub_button[2]?.key ?? '' });
    expect(reply).toMatchObject({ type: 'text', text: expect.stringContaining('您可以这样用') as string });
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('is edited and published by keyboard alone', async () => {
    const { page, troubles } = await sitDown();
    const press = async (target: Locator): Promise<void> => {
      await target.focus();
      await page.keyboard.press('Enter');
    };
    await press(bar(page).getByRole('button', { name: '我要投诉' }));
    await page.getByLabel('名称').focus();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('反映问题');
    await press(page.getByRole('button', { name: '左移' }));
    expect(await names(page)).toEqual(['反映问题', '看公开', '帮助']);
    expect(await page.getByRole('button', { name: '左移' }).isDisabled()).toBe(true);
    await press(bar(page).getByRole('button', { name: '看公开' }));
    await press(page.getByRole('list', { name: '“看公开”的下级' }).getByRole('button', { name: '官网' }));
    await press(page.getByRole('button', { name: '上移' }));
    await press(bar(page).getByRole('button', { name: '帮助' }));
    await page.getByRole('combobox', { name: '放在' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: '“看公开”的下级' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: '“看公开”下第 3 个按钮' }).waitFor();
    await press(page.getByRole('button', { name: '保存', exact: true }));
    await state(page, '已保存');
    await press(page.getByRole('button', { name: '发布到微信' }));
    await press(page.getByRole('button', { name: '确定发布' }));
    await page.getByText('群众的手机最多5分钟后看到新菜单').waitFor();
    const menu = await live();
    expect(menu.map(({ name }) => name)).toEqual(['反映问题', '看公开']);
    expect(menu[1]?.sub_button.map(({ name }) => name)).toEqual(['官网', '最新信息', '帮助']);
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('is put in another order by dragging, in the bar and in a list above it', async () => {
    const { page } = await sitDown();
    const item = (list: Locator, name: string): Locator => list.getByRole('listitem').filter({ hasText: name });
    await item(bar(page), '帮助').dragTo(item(bar(page), '看公开'));
    expect(await names(page)).toEqual(['帮助', '看公开', '我要投诉']);
    await bar(page).getByRole('button', { name: '看公开' }).click();
    const list = page.getByRole('list', { name: '“看公开”的下级' });
    await item(list, '官网').dragTo(item(list, '最新信息'));
    expect((await list.getByRole('listitem').allInnerTexts()).slice(0, 2)).toEqual(['官网', '最新信息']);
    // From the bar into the list that is open, and out of it into a bar with room; a list never into another.
    await item(bar(page), '帮助').dragTo(item(list, '官网'));
    expect((await list.getByRole('listitem').allInnerTexts()).slice(0, 3)).toEqual(['帮助', '官网', '最新信息']);
    expect((await names(page)).slice(0, 2)).toEqual(['看公开', '我要投诉']);
    await item(list, '帮助').dragTo(item(bar(page), '看公开'));
    expect(await names(page)).toEqual(['帮助', '看公开', '我要投诉']);
    await bar(page).getByRole('button', { name: '看公开' }).click();
    // The bar is full again: nothing more comes in.
    await item(list, '官网').dragTo(item(bar(page), '帮助'));
    expect(await names(page)).toEqual(['帮助', '看公开', '我要投诉']);
    await save(page);
    const { button } = await api.get<{ button: typeof START }>('/menu');
    expect(button.map(({ name }) => name)).toEqual(['帮助', '看公开', '我要投诉']);
    await page.close();
  });

  it('says while one types what is too long, double, or no web page', async () => {
    const { page, troubles } = await sitDown();
    await bar(page).getByRole('button', { name: '帮助' }).click();
    const name = page.getByLabel('名称');
    const saveButton = page.getByRole('button', { name: '保存', exact: true });
    await name.fill('五个汉字呀');
    await page.getByText('用了 15 / 16 字节，写不下汉字了').waitFor();
    await name.pressSequentially('好');
    await page.getByText('太长了，请去掉 1 个汉字').waitFor();
    expect(await saveButton.isDisabled()).toBe(true);
    await name.fill('看公开');
    await page.getByText('同一级里已经有“看公开”').waitFor();
    await name.fill('');
    await page.getByText('请写名称。').waitFor();
    await name.fill('网页');
    await page.getByText('打开网页', { exact: true }).click();
    await page.getByText('请写网址。').waitFor();
    await page.getByLabel('网址').fill('www.example.cn');
    await page.getByText('网址要以 https://').waitFor();
    expect(await bar(page).getByRole('button', { name: '网页' }).innerText()).toContain('要改');
    await page.getByLabel('网址').fill('https://www.example.cn/');
    await vi.waitFor(async () => expect(await saveButton.isEnabled()).toBe(true));
    await page.getByText('有下级', { exact: true }).click();
    await page.getByText('下级里还没有按钮').waitFor();
    await page.getByText('打开网页', { exact: true }).click();
    await save(page);
    // Three stand below, three is the most: nothing more to add there.
    expect(await page.getByRole('button', { name: '加一级按钮' }).count()).toBe(0);
    await page.getByRole('button', { name: '删掉这个按钮' }).click();
    await page.getByRole('button', { name: '加一级按钮' }).waitFor();
    await page.locator('button[aria-pressed="true"]:focus', { hasText: '我要投诉' }).waitFor();
    expect(troubles).toEqual([]);
    await page.close();
  });

  it('of two dispatchers: the second is told, keeps what was typed, and decides', async () => {
    const [one, two] = await Promise.all([sitDown(), sitDown({ allow: '409' })]);
    await bar(one.page).getByRole('button', { name: '帮助' }).click();
    await one.page.getByLabel('名称').fill('问一问');
    await bar(two.page).getByRole('button', { name: '帮助' }).click();
    await two.page.getByLabel('名称').fill('怎么办');
    await save(one.page);
    await two.page.getByRole('button', { name: '保存', exact: true }).click();
    await two.page.getByText('刚才保存了另一份菜单，您的还没有保存，也没有丢').waitFor();
    await two.page.getByText('对方的菜单：看公开（最新信息、官网），我要投诉，问一问').waitFor();
    expect(await two.page.getByLabel('名称').inputValue()).toBe('怎么办');
    await state(two.page, '还没保存');
    await two.page.getByRole('button', { name: '用我的代替对方的' }).click();
    await state(two.page, '已保存');
    expect((await api.get<{ button: { name: string }[] }>('/menu')).button.at(-1)?.name).toBe('怎么办');

    // The first looks at the old one: it is not published unseen.
    await one.page.getByRole('button', { name: '发布到微信' }).click();
    await one.page.getByRole('button', { name: '确定发布' }).click();
    await one.page.getByText('别人刚才改了菜单，和您看到的不一样了').waitFor();
    await one.page.getByRole('dialog').getByText('“帮助”改名为“怎么办”').waitFor();
    expect((await live()).at(-1)?.name).toBe('帮助');
    expect(one.troubles.filter((text) => !text.includes('409'))).toEqual([]);
    expect(two.troubles).toEqual([]);
    await Promise.all([one.page.close(), two.page.close()]);
  });

  it('is not lost by leaving, and goes back to what was saved or to the configuration', async () => {
    const { page } = await sitDown();
    await bar(page).getByRole('button', { name: '帮助' }).click();
    await page.getByLabel('名称').fill('改了一半');
    const asked: string[] = [];
    let leave = false;
    page.on('dialog', (dialog) => {
      asked.push(dialog.message());
      void (leave ? dialog.accept() : dialog.dismiss());
    });
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '群众' }).click();
    await vi.waitFor(() => expect(asked).toEqual([expect.stringContaining('还没有保存')]));
    expect(await page.getByLabel('名称').inputValue()).toBe('改了一半');
    leave = true;
    await page.getByRole('button', { name: '放弃改动' }).click();
    await state(page, '没有改动');
    expect(await names(page)).toEqual(['看公开', '我要投诉', '帮助']);
    await page.getByRole('button', { name: '改回系统配置里的菜单' }).click();
    await page.getByText('现在用的是系统配置里的菜单').waitFor();
    expect(await names(page)).toEqual(expect.arrayContaining(town.config.menu.button.map(({ name }) => name)));
    await page.close();
  });

  it('is only looked at by a leader: no field, nothing to add or drag', async () => {
    const { page, troubles } = await sitDown({ role: 'leader' });
    await bar(page).getByRole('button', { name: '我要投诉' }).click();
    await page.getByText('打开功能：我要投诉').waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(await page.locator('[draggable="true"]').count()).toBe(0);
    for (const name of ['保存', '发布到微信', '加一级按钮', '删掉这个按钮', '改回系统配置里的菜单']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0);
    }
    expect(troubles).toEqual([]);
    await page.close();
  });

  it.each([360, 768, 1440])('at %i pixels: axe finds nothing serious, nobody scrolls sideways', async (width) => {
    const { page, troubles } = await sitDown({ width });
    await bar(page).getByRole('button', { name: '帮助' }).click();
    await page.getByLabel('名称').fill('一个太长的名称');
    expect(await seriousFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    await bar(page).getByRole('button', { name: '看公开' }).click();
    expect(await seriousFindings(page)).toEqual([]);
    expect(await sidewaysOverflow(page)).toBe(0);
    expect(troubles).toEqual([]);
    await page.close();
  });
});
