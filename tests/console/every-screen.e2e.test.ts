import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCREENS as ALL_SCREENS } from '../../src/console/screens.ts';
import {
  buildConsole,
  seriousFindings,
  settled,
  sidewaysOverflow,
  startBrowser,
  watchTroubles,
  withoutBrowser,
} from '../support/browser.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town } from '../support/town.ts';

/** A cheap phone, a tablet or half a screen, a desk. */
const WIDTHS = [360, 768, 1440];
/** Between the two axe finds the same. */
const AXE_WIDTHS = new Set([360, 1440]);
const PASSWORD = 'a-long-password-for-tests';

/** Who works where; `:name` stands for what `beforeAll` makes. */
const SCREENS: Readonly<Record<string, readonly string[]>> = {
  editor: ['/', '/articles', '/articles/new', '/articles/:article', '/articles/:article/edit', '/account'],
  dispatcher: [
    '/',
    '/briefings',
    '/briefings/new',
    '/briefings/:briefing',
    '/briefings/:briefing/edit',
    '/complaints',
    '/complaints/:ticket',
    '/subscribers',
    '/menu',
  ],
  leader: ['/', '/articles/:article', '/figures', '/nothing/here'],
  clerk: ['/', '/complaints/:ticket'],
  discipline: ['/', '/tipoffs', '/tipoffs/:code'],
  supervisor: ['/', '/audit'],
  admin: ['/', '/staff', '/health'],
};

let town: Town;
let browser: Browser;
let made: Readonly<Record<string, string>>;
const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));

/** One of everything: an article that waits, a briefing, a complaint with a photo, a tipoff. */
async function makeThings(): Promise<Record<string, string>> {
  const [editor, leader, dispatcher] = await Promise.all(
    ['editor', 'leader', 'dispatcher'].map((role) => town.staff(role)),
  );
  const categoryCode = town.config.categories.find((one) => !one.majorDecision)?.code;
  const write = async (title: string): Promise<{ id: string; contentHash: string }> => {
    const article = {
      title,
      categoryCode,
      bodyHtml: '<p>各村护林员每天巡山两次。</p><table><tr><td>村</td><td>次数</td></tr></table>',
    };
    const { id } = await editor!.post<{ id: string }>('/articles', article);
    return editor!.post(`/articles/${id}/submit`);
  };
  const open = await write('已经公开的信息（示例）');
  await leader!.post(`/articles/${open.id}/approve`, { contentHash: open.contentHash });
  const waiting = await write('等待审核的信息（示例）');
  const { id: briefing } = await dispatcher!.post<{ id: string }>('/briefings', {
    title: '第一期（示例）',
    articleIds: [open.id],
    audience: { kind: 'all' },
  });
  const resident = await town.resident();
  await resident.texts('投诉', '2', '1', '村口路灯不亮');
  await resident.say({ type: 'image' });
  await resident.texts('完成', '跳过');
  const ticket = /\d{8}-\d{4,}/.exec((await resident.text('确认')) ?? '')?.[0] ?? '';
  await town.sweep('complaints.media');
  await dispatcher!.post(`/complaints/${ticket}/accept`);
  await dispatcher!.post(`/complaints/${ticket}/assign`, { unit: town.config.town.units[0]?.code });
  await resident.texts('投诉', '5', '有人多占了地', '完成');
  const code = /\b[A-Z0-9]{10}\b/.exec((await resident.text('确认')) ?? '')?.[0] ?? '';
  return { article: waiting.id, briefing, ticket, code };
}

it('every screen of the console stands in the table of this test', () => {
  const shape = (path: string): string => path.replace(/:\w+(?:\(.*\)\*)?/g, ':id');
  const tested = new Set(['/:id', ...Object.values(SCREENS).flat()].map(shape));
  expect(ALL_SCREENS.map(({ path }) => shape(path)).filter((path) => !tested.has(path))).toEqual([]);
});

describe.skipIf(withoutBrowser())('every screen of the console', { timeout: 240_000 }, () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    buildConsole(consoleDir);
    const options = { env: { WECHAT_ACCOUNT_TYPE: 'service' }, sandbox: { type: 'service' as const } };
    town = await startTown({ uri, ...options, consoleDir });
    browser = await startBrowser();
    made = await makeThings();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });

  const sitDown = async (role: string): Promise<{ page: Page; troubles: readonly string[] }> => {
    const unit = role === 'clerk' ? town.config.town.units[0]?.code : undefined;
    const { username } = await town.staff(role, unit);
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'zh-CN' });
    // The first look for a session is a 401: that is how a visitor learns that there is none.
    const troubles = watchTroubles(page, (text) => text.includes('401'));
    await page.goto(`${town.url}/console/`);
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    return { page, troubles };
  };
  const goTo = async (page: Page, path: string): Promise<void> => {
    const real = path.replace(/:(\w+)/g, (_, name: string) => made[name] ?? '');
    await page.goto(`${town.url}/console${real}`);
    await settled(page);
  };

  it.each(Object.keys(SCREENS))(
    'of %s: axe finds nothing serious, nobody scrolls sideways, nothing fails',
    async (role) => {
      const { page, troubles } = await sitDown(role);
      for (const path of SCREENS[role] ?? []) {
        await goTo(page, path);
        for (const width of WIDTHS) {
          await page.setViewportSize({ width, height: 800 });
          const findings = AXE_WIDTHS.has(width) ? await seriousFindings(page) : [];
          expect(findings, `${path} at ${width}`).toEqual([]);
          expect(await sidewaysOverflow(page), `${path} at ${width} is wider than the screen`).toBe(0);
        }
      }
      expect(troubles).toEqual([]);
    },
  );

  it('of one role: the menu shows what one may, and another door says so', async () => {
    const { page } = await sitDown('clerk');
    const menu = page.getByRole('navigation', { name: '主菜单' }).getByRole('link');
    expect(await menu.allInnerTexts()).toEqual(['工作台', '诉求']);
    for (const path of ['/articles', '/briefings/new', '/staff']) {
      await goTo(page, path);
      await page.getByText('您的角色看不了这一页').waitFor();
    }
  });

  it('of a visitor: the sign-in, also when it says no', async () => {
    const page = await browser.newPage({ viewport: { width: 360, height: 740 }, locale: 'zh-CN' });
    await page.goto(`${town.url}/console/articles`);
    await page.getByLabel('用户名').fill('nobody');
    await page.getByLabel('密码').fill('not-the-password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByText('用户名或密码不对').waitFor();
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 740 });
      expect(await seriousFindings(page), `at ${width}`).toEqual([]);
    }
  });
});
