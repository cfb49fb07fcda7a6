import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { complain, openOffice, type Office, type Whole } from '../complaints/office.ts';
import { buildConsole, seriousFindings, startBrowser, watchTroubles, withoutBrowser } from '../support/browser.ts';
import type { Phone } from '../support/phone.ts';
import { testDatabase } from '../support/stores.ts';

const PASSWORD = 'a-long-password-for-tests';
const ANSWER = '电工今天下午去修，修好后再告诉您。';

let here: Office;
let browser: Browser;
const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));

describe.skipIf(withoutBrowser())('a clerk at the complaints', { timeout: 120_000 }, () => {
  const { uri } = testDatabase();
  beforeAll(async () => {
    buildConsole(consoleDir);
    here = await openOffice({ uri, consoleDir, limits: { rate: { loginPer15Minutes: 1_000 } } });
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });

  const sitDown = async (
    username: string,
  ): Promise<{ page: Page; window: BrowserContext; troubles: readonly string[] }> => {
    const window = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'zh-CN' });
    await window.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await window.newPage();
    const troubles = watchTroubles(page, (text) => text.includes('401'));
    await page.goto(`${here.town.url}/console/`);
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(PASSWORD);
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
    return { page, window, troubles };
  };
  const go = async (page: Page, ticket: string): Promise<void> => {
    await page.goto(`${here.town.url}/console/complaints/${ticket}`);
    await page.getByRole('heading', { name: ticket }).waitFor();
  };
  /** Every press that reaches the service as a move. */
  const countMoves = (page: Page): string[] => {
    const moves: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && !request.url().endsWith('/preview')) moves.push(request.url());
    });
    return moves;
  };
  const answers = async (ticket: string): Promise<string[]> =>
    (await here.dispatcher.get<Whole>(`/complaints/${ticket}`)).answers.map(({ text }) => text);
  const fromChat = async (say?: (phone: Phone) => Promise<unknown>): Promise<{ phone: Phone; ticket: string }> => {
    const phone = await here.town.resident();
    const { ticket } = await (say ? complain(phone, () => say(phone)) : complain(phone));
    await here.dispatcher.post(`/complaints/${ticket}/accept`);
    await here.dispatcher.post(`/complaints/${ticket}/assign`, { unit: 'mzb' });
    return { phone, ticket };
  };
  const box = (page: Page) => page.getByLabel('答复（群众会收到');
  const sendButton = (page: Page) => page.getByRole('button', { name: '答复群众' });

  it('answers by keyboard alone; the resident gets what the screen showed', async () => {
    const { phone, ticket } = await fromChat((one) => one.text('村口井盖不见了'));
    const { page, troubles } = await sitDown(here.clerk.username);
    await page.getByRole('navigation', { name: '主菜单' }).getByRole('link', { name: '诉求', exact: true }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /村口井盖不见了/ }).waitFor();
    // j walks down the list from its head; the newest stands first.
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: ticket }).waitFor();
    const tabTo = async (isThere: () => Promise<boolean>): Promise<void> => {
      for (let i = 0; i < 60 && !(await isThere()); i += 1) await page.keyboard.press('Tab');
      expect(await isThere()).toBe(true);
    };
    const focused = async (locator: ReturnType<typeof box>): Promise<boolean> =>
      (await locator.and(page.locator(':focus')).count()) === 1;
    await tabTo(() => focused(box(page)));
    await page.keyboard.type(ANSWER);
    await page.getByText('群众在微信里会看到').waitFor();
    const shown = await page.locator('.seen .bubble').innerText();
    expect(shown).toContain(ANSWER);
    await page.getByText('发到群众的微信').waitFor();
    await tabTo(() => focused(sendButton(page)));
    await page.keyboard.press('Enter');
    await page.getByText('已答复').first().waitFor();
    await vi.waitFor(async () => {
      await here.town.sweep('notices.send');
      const got = (await phone.inbox()).map(({ text }) => text ?? '').find((text) => text.includes(ANSWER));
      expect(got?.replace(/<a href="https?:[^"]+">([^<]*)<\/a>/, '$1')).toBe(shown);
    });
    expect(troubles).toEqual([]);
  });

  it('who came to the counter is shown as a call', async () => {
    const ticket = await here.assigned();
    const { page } = await sitDown(here.clerk.username);
    await go(page, ticket);
    await box(page).fill(ANSWER);
    await page.getByText('群众不在微信里').waitFor();
    expect(await page.locator('.seen .bubble').innerText()).toBe(ANSWER);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('filters survive a reload and the way back; the tabs say how many', async () => {
    const ticket = await here.assigned({ villageCode: 'v05', kind: 'suggest', text: '广场添两个长椅' });
    const { page, troubles } = await sitDown(here.dispatcher.username);
    await page.goto(`${here.town.url}/console/complaints`);
    const pick = async (label: string, option: string): Promise<void> => {
      await page.getByRole('combobox', { name: label }).click({ force: true });
      await page.getByRole('option', { name: option, exact: true }).click();
    };
    await pick('行政村', here.town.config.town.villages.find(({ code }) => code === 'v05')?.name ?? '');
    await pick('类型', '建议');
    await page.getByRole('button', { name: /^已交办\s*1$/ }).click();
    const only = async (): Promise<void> => {
      await page.getByRole('link', { name: /广场添两个长椅/ }).waitFor();
      await expect.poll(() => page.locator('.list > li').count()).toBe(1);
      const { searchParams } = new URL(page.url());
      expect(Object.fromEntries(searchParams)).toEqual({ villageCode: 'v05', kind: 'suggest', status: 'assigned' });
    };
    await only();
    await page.reload();
    await only();
    await page.getByRole('link', { name: /广场添两个长椅/ }).click();
    await page.getByRole('heading', { name: ticket }).waitFor();
    await page.goBack();
    await only();
    expect(troubles).toEqual([]);
  });

  it('a double click answers and closes once; the way back sends nothing again', async () => {
    const { ticket } = await fromChat();
    const { page, troubles } = await sitDown(here.clerk.username);
    await page.goto(`${here.town.url}/console/complaints?status=assigned`);
    await page.getByRole('link', { name: new RegExp(ticket) }).click();
    const moves = countMoves(page);
    await box(page).fill(ANSWER);
    await sendButton(page).dblclick();
    await page.getByText('已答复').first().waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: '诉求', level: 1 }).waitFor();
    await page.goForward();
    await page.getByRole('button', { name: '办结' }).waitFor();
    await page.reload();
    expect(await box(page).count()).toBe(0);
    await page.getByRole('button', { name: '办结' }).dblclick();
    await page.getByText('已办结').first().waitFor();
    expect(await answers(ticket)).toEqual([ANSWER]);
    expect(moves.map((url) => url.split('/').at(-1))).toEqual(['answer', 'close']);
    expect(troubles).toEqual([]);
  });

  it('the network cut while sending: the words stay, the screen says what to do, a reload keeps them', async () => {
    const { ticket } = await fromChat();
    const { page, window } = await sitDown(here.clerk.username);
    await go(page, ticket);
    await box(page).fill(ANSWER);
    await page.getByText('群众在微信里会看到').waitFor();
    await window.setOffline(true);
    await sendButton(page).click();
    await page.getByText(/没有送到。请检查网络后再试。您写的话还在/).waitFor();
    expect(await box(page).inputValue()).toBe(ANSWER);
    await window.setOffline(false);
    await page.reload();
    await expect.poll(() => box(page).inputValue()).toBe(ANSWER);
    await sendButton(page).click();
    await page.getByText('已答复').first().waitFor();
    expect(await answers(ticket)).toEqual([ANSWER]);
  });

  it('words for one ticket do not come along to another', async () => {
    const [one, two] = [
      await here.assigned({ text: '水渠又堵了，村东头的地浇不上水' }),
      await here.assigned({ text: '村东头的水渠堵了，水流不到地里' }),
    ];
    const { page } = await sitDown(here.clerk.username);
    await go(page, one);
    await box(page).fill('这是给第一件的话');
    await page.getByRole('link', { name: two }).click();
    await page.getByRole('heading', { name: two }).waitFor();
    await expect.poll(() => box(page).inputValue()).toBe('');
    await page.goBack();
    await page.getByRole('heading', { name: one }).waitFor();
    await expect.poll(() => box(page).inputValue()).toBe('这是给第一件的话');
  });

  it('two clerks on one ticket: the later is told and loses nothing', async () => {
    const { ticket } = await fromChat();
    const colleague = await here.town.staff('clerk', 'mzb');
    const { page } = await sitDown(here.clerk.username);
    await go(page, ticket);
    await box(page).fill('我写得慢一些的答复');
    await colleague.post(`/complaints/${ticket}/answer`, { text: ANSWER });
    await sendButton(page).click();
    await page.getByText(/没有发出：这一件刚刚已经由同事办了，现在是“已答复”/).waitFor();
    expect(await page.getByLabel('您写的答复（没有发出）').inputValue()).toBe('我写得慢一些的答复');
    await page.getByText(ANSWER).first().waitFor();
    await page.getByRole('button', { name: '放到内部备注里' }).click();
    await page.getByRole('button', { name: '记备注' }).click();
    await page.locator('.notes').getByText('我写得慢一些的答复').waitFor();
    expect(await answers(ticket)).toEqual([ANSWER]);
  });

  it('a photo fills the screen and goes by keyboard; coordinates are copied in one press', async () => {
    const photo = await sharp({ create: { width: 1_200, height: 900, channels: 3, background: '#3366cc' } })
      .jpeg()
      .toBuffer();
    const { ticket } = await fromChat(async (phone) => {
      await phone.text('坑在这里');
      await phone.say({ type: 'image', base64: photo.toString('base64') });
      await phone.place(35.4315, 106.33, '村口');
    });
    await here.town.sweep('complaints.media');
    const { page, troubles } = await sitDown(here.clerk.username);
    await go(page, ticket);
    const small = page.getByRole('button', { name: '发来的照片，看大图' });
    await small.focus();
    await page.keyboard.press('Enter');
    const large = page.getByRole('dialog', { name: '大图' });
    await large.getByRole('img').waitFor();
    const size = (await large.getByRole('img').boundingBox())?.width ?? 0;
    expect(size).toBeGreaterThan(1.5 * ((await small.boundingBox())?.width ?? 0));
    expect(await seriousFindings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'hidden' });
    expect(await small.and(page.locator(':focus')).count()).toBe(1);
    await page.keyboard.press('Enter');
    await large.getByRole('button', { name: '关闭' }).press('Enter');
    await large.waitFor({ state: 'hidden' });

    await page.getByRole('button', { name: /复制坐标/ }).click();
    await page.getByText('坐标已复制').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('35.4315,106.33');
    expect(troubles).toEqual([]);
  });

  it('a usual complaint is printed on one A4 page', async () => {
    const { ticket } = await fromChat((phone) =>
      phone.text('村东头的水渠堵了半个月，水流不到地里，十几户人家的麦子浇不上水。请派人来看看。'),
    );
    await here.clerk.post(`/complaints/${ticket}/note`, { text: '先问村里水管员' });
    await here.clerk.post(`/complaints/${ticket}/answer`, { text: `${ANSWER}水管员周三前清完水渠。` });
    const { page } = await sitDown(here.clerk.username);
    await go(page, ticket);
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('button', { name: '打印' }).isVisible()).toBe(false);
    const sheet = await page.pdf({ format: 'A4' });
    expect(sheet.toString('latin1').match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
  });
});
