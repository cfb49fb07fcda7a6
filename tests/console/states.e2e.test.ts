import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildConsole, seriousFindings, startBrowser, withoutBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

const PASSWORD = 'a-long-password-for-tests';
const PHONE = { width: 360, height: 740 };

let town: Town;
let browser: Browser;
const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));

describe.skipIf(withoutBrowser())('what stands where the content would', { timeout: 120_000 }, () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    buildConsole(consoleDir);
    town = await startTown({ uri, consoleDir });
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });

  const signIn = async (page: Page, username: string, password = PASSWORD): Promise<void> => {
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(password);
    await page.getByRole('button', { name: '登录' }).click();
  };
  const sitDown = async (role: string): Promise<{ page: Page; window: BrowserContext; username: string }> => {
    const { username } = await town.staff(role);
    const window = await browser.newContext({ viewport: PHONE, locale: 'zh-CN' });
    const page = await window.newPage();
    await page.goto(`${town.url}/console/`);
    await signIn(page, username);
    await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    return { page, window, username };
  };
  /** As the menu's link does, without loading the page anew. */
  const follow = async (page: Page, name: string): Promise<void> => {
    await page.getByRole('button', { name: '菜单' }).click();
    await page.getByRole('dialog').getByRole('link', { name, exact: true }).click();
  };

  it('nothing yet: each list says what comes here and how', async () => {
    const { page } = await sitDown('dispatcher');
    for (const path of ['/articles', '/briefings', '/complaints']) {
      await page.goto(`${town.url}/console${path}`);
      const words = await page.locator('.card.state').innerText();
      expect(words.length, path).toBeGreaterThan(6);
      expect(await seriousFindings(page), path).toEqual([]);
    }
  });

  it('no network: says so at once, keeps what was typed, opens the page once the network is back', async () => {
    const { page, window } = await sitDown('editor');
    await page.goto(`${town.url}/console/articles/new`);
    await page.getByLabel('标题', { exact: true }).fill('写到一半（示例）');
    await window.setOffline(true);
    await page.getByText('网络断开了。已经写的内容还在').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await window.setOffline(false);
    await page.getByText('网络断开了。已经写的内容还在').waitFor({ state: 'hidden' });
    expect(await page.getByLabel('标题', { exact: true }).inputValue()).toBe('写到一半（示例）');
  });

  it('no network while opening another screen: stays where one is and says what to do', async () => {
    const { page, window } = await sitDown('dispatcher');
    await window.setOffline(true);
    await follow(page, '群众');
    await page.getByText(/网络断开了，这一页打不开/).waitFor();
    await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    await window.setOffline(false);
    await follow(page, '群众');
    await page.getByRole('heading', { name: '群众', level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/console/subscribers');
  });

  it('a newer release has taken the place of this one: the screen is loaded anew', async () => {
    const { page } = await sitDown('dispatcher');
    let gone = 0;
    await page.route('**/assets/SubscribersView-*.js', async (route) => {
      gone += 1;
      // The old release's bundle is not there; after the full load it is.
      await (gone === 1 ? route.fulfill({ status: 404, body: '' }) : route.continue());
    });
    await follow(page, '群众');
    await page.getByRole('heading', { name: '群众', level: 1 }).waitFor();
    expect(gone).toBeGreaterThan(0);
  });

  it('the service does not answer well: words and a way to try again, on a list and at the first look', async () => {
    const { page, window } = await sitDown('dispatcher');
    const body = JSON.stringify({ error: { code: 'unavailable', message: '系统暂时连不上数据库，请稍后再试。' } });
    const list = /\/api\/v1\/complaints(?:\?|$)/;
    await window.route(list, (route) => route.fulfill({ status: 503, body }));
    await page.goto(`${town.url}/console/complaints`);
    await page.getByText('系统暂时连不上数据库').waitFor();
    expect(await seriousFindings(page)).toEqual([]);
    await window.unroute(list);
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.getByText('系统暂时连不上数据库').waitFor({ state: 'hidden' });

    await window.route('**/api/v1/session', (route) => route.fulfill({ status: 503, body }));
    await page.reload();
    await page.getByText('系统暂时连不上数据库').waitFor();
    await window.unroute('**/api/v1/session');
    await page.getByRole('button', { name: '再试一次' }).click();
    await page.getByRole('heading', { name: '诉求', level: 1 }).waitFor();
  });

  it('too many wrong passwords: the time left is counted down, the button waits', async () => {
    const { username } = await town.staff('editor');
    const page = await browser.newPage({ viewport: PHONE, locale: 'zh-CN' });
    await page.goto(`${town.url}/console/login`);
    const locked = page.getByText(/试的次数太多，请等 \d+ (?:分钟|秒) 再登录/);
    for (let tries = 0; tries < 12 && !(await locked.isVisible()); tries += 1) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/session'));
      await signIn(page, username, `wrong-password-${tries}`);
      await answered;
      await page.getByRole('alert').waitFor();
    }
    await locked.waitFor();
    expect(await page.getByRole('button', { name: '登录' }).isDisabled()).toBe(true);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('signed in again in a second window: the first goes on writing; somebody else in it: told, nothing is sent', async () => {
    const { page, window, username } = await sitDown('editor');
    await page.goto(`${town.url}/console/account`);
    const second = await window.newPage();
    const signInThere = async (name: string): Promise<void> => {
      await second.goto(`${town.url}/console/`);
      await second.getByRole('button', { name: '退出' }).click();
      await signIn(second, name);
      await second.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    };
    await signInThere(username);
    await page.getByRole('button', { name: '取绑定码' }).click();
    await page.getByText(/在公众号里发送：绑定/).waitFor();

    await signInThere((await town.staff('leader')).username);
    const bound = page.waitForResponse((response) => response.url().endsWith('/session/bind'));
    await page.getByRole('button', { name: '换一个绑定码' }).click();
    expect((await bound).status()).toBe(403);
    await page.getByText('另一个窗口里换了人登录').waitFor();
  });
});
