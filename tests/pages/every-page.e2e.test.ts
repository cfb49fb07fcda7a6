import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriousFindings, sidewaysOverflow, startBrowser, watchTroubles, withoutBrowser } from '../support/browser.ts';
import { testDatabase } from '../support/stores.ts';
import type { Phone } from '../support/phone.ts';
import type { StaffClient } from '../support/staff-client.ts';
import { startTown, type Town } from '../support/town.ts';

const WIDTHS = [360, 768, 1440];
/** Between the two axe finds the same. */
const AXE_WIDTHS = new Set([360, 1440]);

let town: Town;
let browser: Browser;
let pages: Readonly<Record<string, string>>;

/** Public, withdrawn and replaced articles, a long one, a complaint, as residents find them. */
async function makePages(): Promise<Record<string, string>> {
  const [editor, leader, dispatcher] = await Promise.all(
    ['editor', 'leader', 'dispatcher'].map((role) => town.staff(role)),
  );
  const categoryCode = town.config.categories.find((one) => !one.majorDecision)?.code;
  const publish = async (title: string, bodyHtml: string): Promise<string> => {
    const article = {
      title,
      categoryCode,
      villageCode: town.config.town.villages[0]?.code,
      summary: '示例摘要：路灯',
      bodyHtml,
    };
    const { id } = await editor!.post<{ id: string }>('/articles', article);
    const { contentHash } = await editor!.post<{ contentHash: string }>(`/articles/${id}/submit`);
    await leader!.post(`/articles/${id}/approve`, { contentHash });
    return id;
  };
  const rows = Array.from({ length: 1_500 }, (_, i) => `<tr><td>示例${i}</td><td>示例一村</td><td>520</td></tr>`);
  const head = '<tr><th>姓名</th><th>村</th><th>元</th></tr>';
  const long = await publish('很长的名单（示例）', `<p>名单：</p><table>${head}${rows.join('')}</table><p>完。</p>`);
  const article = await publish(
    '村口路灯修好了（示例）',
    '<h2>经过</h2><p>电工修好了路灯。</p><table><tr><th>村</th><th>盏</th></tr><tr><td>示例一村</td><td>3</td></tr></table>',
  );
  const replaced = await publish('旧的路灯通知（示例）', '<p>旧。</p>');
  await leader!.post(`/articles/${replaced}/withdraw`, { reason: '有新的安排', replacedBy: article });
  const complaints = await complaintPages(dispatcher!);
  return {
    首页: '/',
    类别: `/categories/${categoryCode}`,
    村: '/villages/v01',
    信息: `/articles/${article}`,
    长名单: `/articles/${long}`,
    长名单第二页: `/articles/${long}?part=2`,
    代替: `/articles/${replaced}`,
    搜索: '/search?q=路灯',
    没有找到: '/search?q=飞机票',
    关于: '/about',
    隐私: '/privacy',
    ...complaints,
    打印信息: `/articles/${article}/print`,
    打印清单: `/categories/${categoryCode}/print`,
    没有: '/articles/nothing',
  };
}

/** A complaint in each state that its resident can find it in. */
async function complaintPages(dispatcher: StaffClient): Promise<Record<string, string>> {
  const unit = town.config.town.units[0]?.code;
  const clerk = await town.staff('clerk', unit);
  const complain = async (): Promise<{ ticket: string; path: string; resident: Phone }> => {
    const resident = await town.resident();
    await resident.texts('投诉', '2', '1', '村口路灯不亮', '完成', '跳过');
    const url = new URL(/https?:\/\/[^\s"<>]+/.exec((await resident.text('确认')) ?? '')?.[0] ?? '');
    return { ticket: url.pathname.split('/').at(-1) ?? '', path: url.pathname + url.search, resident };
  };
  const [fresh, refused, answered, again] = [await complain(), await complain(), await complain(), await complain()];
  const answer = async (ticket: string): Promise<void> => {
    await dispatcher.post(`/complaints/${ticket}/accept`);
    await dispatcher.post(`/complaints/${ticket}/assign`, { unit });
    await clerk.post(`/complaints/${ticket}/answer`, { text: '电工今天下午去修。' });
  };
  await dispatcher.post(`/complaints/${refused.ticket}/refuse`, { reason: '不归本镇管，请打 12345。' });
  await answer(answered.ticket);
  await answer(again.ticket);
  await again.resident.text(`重办 ${again.ticket} 还是不亮`);
  return { 诉求: fresh.path, 不予受理: refused.path, 已答复: answered.path, 重新办理: again.path };
}

const { uri } = testDatabase();
beforeAll(async () => {
  town = await startTown({
    uri,
    env: { WECHAT_ACCOUNT_TYPE: 'service' },
    sandbox: { type: 'service' },
  });
  pages = await makePages();
}, 120_000);

describe("every one of the residents' pages", () => {
  it('tells each state of a complaint by words in its line of steps', async () => {
    const now = async (name: string): Promise<string> =>
      /aria-current="step"><b>([^<]*)/.exec(await (await fetch(town.url + (pages[name] ?? ''))).text())?.[1] ?? '';
    expect(await Promise.all(['诉求', '不予受理', '已答复', '重新办理'].map(now))).toEqual([
      '已收到（现在）',
      '不予受理（现在）',
      '已答复（现在）',
      '重新办理（现在）',
    ]);
  });

  it('weighs at most 50 KB without images, also a name list of 1,500 lines', async () => {
    const weights = await Promise.all(
      Object.entries(pages)
        .filter(([name]) => !name.startsWith('打印'))
        .map(async ([name, path]) => [name, Buffer.byteLength(await (await fetch(town.url + path)).text())] as const),
    );
    for (const [name, bytes] of weights) expect(bytes, name).toBeLessThan(50_000);
  });

  it('of what was replaced leads to what stands for it; what is one article of itself or not public cannot', async () => {
    const answer = await fetch(town.url + (pages['代替'] ?? ''));
    const html = await answer.text();
    expect(answer.status).toBe(410);
    expect(html).toContain('这条信息已由新的信息代替');
    expect(html).toContain(`href="${pages['信息']}"`);
    const leader = await town.staff('leader');
    const id = (path: string | undefined): string => (path ?? '').split('/').at(-1) ?? '';
    for (const replacedBy of [id(pages['信息']), id(pages['代替']), '0123456789abcdef01234567']) {
      const refused = await leader.request('POST', `/articles/${id(pages['信息'])}/withdraw`, {
        reason: '换',
        replacedBy,
      });
      expect(refused.status, replacedBy).toBe(400);
    }
    expect((await fetch(town.url + (pages['信息'] ?? ''))).status).toBe(200);
  });

  it('is kept for each size apart', async () => {
    const plain = await fetch(`${town.url}/about`);
    const large = await fetch(`${town.url}/about`, { headers: { cookie: 'xy_text=large' } });
    expect(plain.headers.get('vary')).toContain('Cookie');
    expect(plain.headers.get('etag')).not.toBe(large.headers.get('etag'));
    expect((await fetch(`${town.url}/robots.txt`)).headers.get('vary') ?? '').not.toContain('Cookie');
  });
});

describe.skipIf(withoutBrowser())("every one of the residents' pages in a browser", { timeout: 180_000 }, () => {
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(async () => browser?.close());

  const open = async (window: BrowserContext, path: string): Promise<Page> => {
    const page = await window.newPage();
    await page.goto(town.url + path);
    return page;
  };
  /** The narrowest target and the smallest letters on the page, CSS pixels. */
  const measure = async (page: Page): Promise<{ targets: string[]; letters: string[] }> =>
    page.evaluate(`(() => {
      const seen = (element) => element.getClientRects().length > 0 && !element.classList.contains('skip');
      const targets = [...document.querySelectorAll('a, button, input')].filter(seen)
        // A link within a sentence of an article is as high as its line (WCAG 2.5.8, inline).
        .filter((element) => element.closest('article') === null || element.closest('.turn') !== null)
        .filter((element) => element.getBoundingClientRect().height < 43.5)
        .map((element) => element.outerHTML.slice(0, 80) + ' ' + element.getBoundingClientRect().height);
      const letters = [...document.querySelectorAll('body *')].filter(seen)
        .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''))
        .filter((element) => parseFloat(getComputedStyle(element).fontSize) < 17.9)
        .map((element) => element.outerHTML.slice(0, 80));
      return { targets, letters };
    })()`);

  it('is readable for everybody: axe, no sideways scrolling, targets of 44 px, letters of 18, no failed request', async () => {
    const window = await browser.newContext({ locale: 'zh-CN' });
    for (const [name, path] of Object.entries(pages)) {
      const page = await window.newPage();
      const gone = name === '代替' ? '410' : name === '没有' ? '404' : 'nothing is allowed';
      const troubles = watchTroubles(page, (text) => text.includes(gone));
      await page.goto(town.url + path);
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 800 });
        const findings = AXE_WIDTHS.has(width) ? await seriousFindings(page) : [];
        expect(findings, `${name} at ${width}`).toEqual([]);
        expect(await sidewaysOverflow(page), `${name} at ${width}`).toBe(0);
      }
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await measure(page), name).toEqual({ targets: [], letters: [] });
      expect(troubles, name).toEqual([]);
      await page.close();
    }
  });

  it('can be read at 200 % and in large text: nothing is cut off', async () => {
    // 200 % of a window of 720 pixels leaves 360 of them.
    const window = await browser.newContext({ viewport: { width: 360, height: 370 }, deviceScaleFactor: 2 });
    const page = await open(window, '/');
    const before = await page.evaluate<string>('getComputedStyle(document.body).fontSize');
    await page.getByRole('link', { name: '大字', exact: true }).click();
    await page.getByRole('link', { name: '普通字', exact: true }).waitFor();
    const after = await page.evaluate<string>('getComputedStyle(document.body).fontSize');
    expect([before, after]).toEqual(['20px', '26px']);
    for (const [name, path] of Object.entries(pages)) {
      await page.goto(town.url + path);
      expect(await sidewaysOverflow(page), name).toBe(0);
      expect(await seriousFindings(page), name).toEqual([]);
    }
    await page.goto(town.url + (pages['信息'] ?? ''));
    await page.getByRole('link', { name: '普通字', exact: true }).click();
    await page.getByRole('link', { name: '大字', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe(pages['信息']);
  });

  it('works by keyboard: skip link, visible focus, search', async () => {
    const page = await open(await browser.newContext({ viewport: { width: 360, height: 740 } }), '/');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('跳到正文');
    expect((await page.locator('.skip').boundingBox())?.x).toBeGreaterThanOrEqual(0);
    for (let i = 0; i < 3; i += 1) await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
    await page.keyboard.type('路灯');
    await page.keyboard.press('Enter');
    await page.locator('mark', { hasText: '路灯' }).first().waitFor();
    expect(decodeURIComponent(page.url())).toContain('/search?q=路灯');
  });

  it('fits A4: a short article one sheet, a long table several with its head on each', async () => {
    const window = await browser.newContext();
    const sheets = async (path: string): Promise<number> => {
      const page = await open(window, path);
      const pdf = (await page.pdf({ preferCSSPageSize: true })).toString('latin1');
      expect(pdf).toMatch(/\/MediaBox\s*\[0 0 59[45](?:\.\d+)? 84[12](?:\.\d+)?\]/);
      return pdf.match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    };
    expect(await sheets(pages['打印信息'] ?? '')).toBe(1);
    expect(await sheets(pages['打印清单'] ?? '')).toBe(1);
    expect(await sheets(`${pages['长名单']}/print`)).toBeGreaterThan(10);
  });
});
