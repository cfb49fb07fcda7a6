import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seriousFindings, startBrowser, watchTroubles, withoutBrowser } from '../support/browser.ts';
import { addCover, type Bench, picture, startBench, startWebhook, toAll, until } from './support.ts';

let browser: Browser;

beforeAll(async () => {
  if (!withoutBrowser()) browser = await startBrowser();
});
afterAll(async () => browser?.close());

/** A town office that repeats what it heard, in plain XML. */
async function echo(): Promise<string> {
  const field = (xml: string, name: string) =>
    new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`, 's').exec(xml)?.[1] ?? '';
  const { url } = await startWebhook(({ body }) => {
    const heard =
      field(body, 'Content') || `${field(body, 'MsgType')} ${field(body, 'Event')} ${field(body, 'EventKey')}`;
    return {
      body:
        `<xml><ToUserName><![CDATA[${field(body, 'FromUserName')}]]></ToUserName>` +
        `<FromUserName><![CDATA[${field(body, 'ToUserName')}]]></FromUserName><CreateTime>1</CreateTime>` +
        `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[听到：${heard.trim()}]]></Content></xml>`,
    };
  });
  return url;
}

const shows = async (page: Page, words: string, phone = 0) =>
  until(async () => ((await page.locator('.chat').nth(phone).innerText()).includes(words) ? true : undefined));

/** A page of the phone whose script and network must not complain. */
async function open(bench: Bench, width: number, height = 740): Promise<{ page: Page; troubles: readonly string[] }> {
  const page = await browser.newPage({ viewport: { width, height } });
  const troubles = watchTroubles(page);
  page.on('dialog', (dialog) => void dialog.accept('village_v01'));
  await page.goto(bench.sandbox.url);
  await page.locator('.phone').first().waitFor();
  return { page, troubles };
}

const MENU = [
  { name: '看公开', sub_button: [{ type: 'click', name: '最新信息', key: 'LATEST' }] },
  { type: 'click', name: '帮助', key: 'HELP' },
];

describe.skipIf(withoutBrowser())('the phone', () => {
  test('follow, menu, text, photo, voice, place, scan, a pushed card that opens, another resident', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    expect((await bench.api('menu/create', { button: MENU })).errcode).toBe(0);
    const { page, troubles } = await open(bench, 360);

    await page.getByRole('button', { name: '关注', exact: true }).click();
    await shows(page, '听到：event subscribe');
    await page.getByRole('button', { name: '看公开' }).click();
    await page.getByRole('button', { name: '最新信息' }).click();
    await shows(page, '听到：event CLICK LATEST');

    await page.getByRole('button', { name: '切换菜单和键盘' }).click();
    await page.getByLabel('消息', { exact: true }).fill('路灯 <b>坏了</b>');
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await shows(page, '听到：路灯 <b>坏了</b>');
    for (const [button, heard] of [
      ['示例照片', '听到：image'],
      ['示例语音', '听到：voice'],
      ['发位置', '听到：location'],
      ['扫码', '听到：event SCAN village_v01'],
    ] as const) {
      const tool = page.getByRole('button', { name: button });
      if (!(await tool.isVisible())) await page.getByRole('button', { name: '更多' }).click();
      await tool.click();
      await shows(page, heard);
    }

    const article = { title: '低保名单公示', content: '<p>公示七天</p>', thumb_media_id: await addCover(bench) };
    const { media_id } = await bench.api('draft/add', { articles: [article] });
    await bench.api('message/mass/sendall', toAll(media_id));
    await shows(page, '低保名单公示');
    const opened = page.context().waitForEvent('page');
    await page.getByText('低保名单公示').last().click();
    const card = await opened;
    await card.waitForLoadState();
    expect(await card.locator('body').innerText()).toContain('公示七天');

    await page.getByRole('button', { name: '群众', exact: true }).click();
    await page.getByRole('button', { name: '新增群众' }).click();
    await until(async () => ((await page.locator('.chat').innerText()).includes('低保名单公示') ? undefined : true));
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(troubles).toEqual([]);
    await page.close();
  });

  /** Three articles, pushed; the resident has the card. */
  async function pushThree(bench: Bench): Promise<void> {
    const thumb_media_id = await addCover(bench);
    const articles = ['低保名单公示', '村道养护公告', '医保缴费提醒'].map((title) => ({
      title,
      content: `<p>${title}的正文</p>`,
      thumb_media_id,
    }));
    const { media_id } = await bench.api('draft/add', { articles });
    expect((await bench.api('message/mass/sendall', toAll(media_id))).errcode).toBe(0);
  }

  test('the keyboard switch changes menu and text; an open list closes at a tap beside it and at Escape', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.api('menu/create', { button: MENU });
    await bench.resident();
    const { page } = await open(bench, 360);
    const menu = page.getByRole('navigation', { name: '公众号菜单' });
    const text = page.getByLabel('消息', { exact: true });
    const flip = page.getByRole('button', { name: '切换菜单和键盘' });
    const top = page.getByRole('button', { name: '看公开' });
    const item = page.getByRole('button', { name: '最新信息' });
    await menu.waitFor();
    expect(await text.isVisible()).toBe(false);

    for (const close of [async () => page.locator('.chat').click(), async () => page.keyboard.press('Escape')]) {
      await top.click();
      await item.waitFor();
      expect(await top.getAttribute('aria-expanded')).toBe('true');
      await close();
      await item.waitFor({ state: 'hidden' });
      expect(await top.getAttribute('aria-expanded')).toBe('false');
    }
    await flip.click();
    expect([await menu.isVisible(), await text.isVisible()]).toEqual([false, true]);
    await page.keyboard.type('在吗');
    await page.keyboard.press('Enter');
    await shows(page, '听到：在吗');
    await flip.click();
    expect([await menu.isVisible(), await text.isVisible()]).toEqual([true, false]);
    await page.close();
  });

  test('a card of several articles: the first large with its title on the picture, then rows, each opening its own page', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.resident();
    await pushThree(bench);
    const { page, troubles } = await open(bench, 360);
    await shows(page, '医保缴费提醒');
    const box = async (words: string, tag: string) => {
      const found = await page.locator('.card a', { hasText: words }).locator(tag).boundingBox();
      if (found === null) throw new Error(`${words} has no ${tag}`);
      return found;
    };
    const [cover, title, thumb] = [
      await box('低保名单公示', 'img'),
      await box('低保名单公示', 'strong'),
      await box('村道养护公告', 'img'),
    ];
    expect(cover.width).toBeGreaterThan(300);
    expect(title.y).toBeGreaterThan(cover.y);
    expect(title.y + title.height).toBeLessThanOrEqual(cover.y + cover.height + 1);
    expect(thumb.width).toBeLessThan(64);
    expect(thumb.y).toBeGreaterThan(cover.y + cover.height);
    // Lines of one talk have one time above them, with the day; the bench begins at ten in the morning in China.
    const times = await page.locator('.time').allInnerTexts();
    expect(times).toEqual([expect.stringMatching(/^3月11日 10:0\d$/)]);

    const opened = page.context().waitForEvent('page');
    await page.locator('.card a', { hasText: '医保缴费提醒' }).click();
    const article = await opened;
    await article.waitForLoadState();
    expect(await article.locator('body').innerText()).toContain('医保缴费提醒的正文');
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('two residents side by side on a desk, each with their own talk; one phone where it is narrow', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.resident();
    const { page, troubles } = await open(bench, 1280, 800);
    const phone = (number: number) => page.getByRole('region', { name: `手机：公众号 · 群众 ${number}` });
    await phone(1).waitFor();
    expect(await page.locator('.phone').count()).toBe(1);

    await page.getByRole('button', { name: '新增群众' }).click();
    await phone(2).getByRole('button', { name: '关注', exact: true }).click();
    await shows(page, '听到：event subscribe', 1);
    const [left, right] = [await phone(1).boundingBox(), await phone(2).boundingBox()];
    expect(left?.y).toBe(right?.y);
    expect((left?.x ?? 0) + (left?.width ?? 0)).toBeLessThan(right?.x ?? 0);
    for (const number of [1, 2]) {
      await phone(number).getByLabel('消息', { exact: true }).fill(`我是${number}号`);
      await phone(number).getByRole('button', { name: '发送' }).click();
      await shows(page, `听到：我是${number}号`, number - 1);
    }
    const talks = await page.locator('.chat').allInnerTexts();
    expect(talks.map((talk) => [talk.includes('我是1号'), talk.includes('我是2号')])).toEqual([
      [true, false],
      [false, true],
    ]);

    // A third takes the place of the one whose phone was touched last; the other stays.
    await phone(1).locator('.chat').click();
    await page.getByRole('button', { name: '新增群众' }).click();
    await phone(3).waitFor();
    expect([await phone(1).count(), await phone(2).count()]).toEqual([0, 1]);
    await page.setViewportSize({ width: 899, height: 800 });
    await until(async () => ((await page.locator('.phone').count()) === 1 ? true : undefined));
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a service that fails: the banner of the platform stands in the chat', async () => {
    const { url: webhookUrl } = await startWebhook(() => ({ body: 'not an answer' }));
    const bench = await startBench({ mode: 'plain', webhookUrl });
    await bench.say(await bench.resident(), { type: 'text', text: '在吗' });
    const { page } = await open(bench, 360);
    await shows(page, '在吗');
    const lines = await page.locator('.chat > *').allInnerTexts();
    expect(lines.at(-1)).toBe('该公众号提供的服务出现故障，请稍后再试');
    await page.close();
  });

  test.each([360, 1280])('at %i pixels: no serious finding of axe, every button at least 44 px high', async (width) => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.api('menu/create', { button: MENU });
    const [openid] = [await bench.resident(), await bench.resident()];
    await bench.say(openid, { type: 'image', base64: (await picture('jpeg', true)).toString('base64') });
    for (const said of [
      { type: 'text', text: '见 https://example.org/a' },
      { type: 'voice' },
      { type: 'video' },
      { type: 'location', lat: 35, lng: 106, label: '村口' },
      { type: 'link', url: 'https://example.org/b', title: '一个链接' },
    ])
      await bench.say(openid, said);
    await bench.control('POST', 'webhook', { url: (await startWebhook(() => ({ body: '?' }))).url });
    await bench.say(openid, { type: 'text', text: '还在吗' });
    await pushThree(bench);
    const { page, troubles } = await open(bench, width);
    await shows(page, '医保缴费提醒');

    const smallButtons = async () =>
      page
        .getByRole('button')
        .evaluateAll((buttons) =>
          buttons.filter((button) => button.getBoundingClientRect().height < 44).map(({ textContent }) => textContent),
        );
    const check = async () => {
      expect(await seriousFindings(page)).toEqual([]);
      expect(await smallButtons()).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    };
    // What the account says stands at the left edge, what the resident says (photos too) at the right one.
    const gaps = await page
      .locator('.phone')
      .first()
      .locator('.row')
      .evaluateAll((rows) =>
        rows.map((one) => {
          const { left, right } = (one.querySelector('img, .bubble, .film, .place') ?? one).getBoundingClientRect();
          const chat = (one.parentElement ?? one).getBoundingClientRect();
          return one.classList.contains('mine') ? chat.right - right : left - chat.left;
        }),
      );
    expect(gaps.length).toBeGreaterThan(8);
    expect(gaps.filter((gap) => Math.abs(gap - 64) > 16)).toEqual([]);
    await page.getByRole('button', { name: '看公开' }).first().click();
    await check();
    await page.getByRole('button', { name: '切换菜单和键盘' }).first().click();
    await page.getByRole('button', { name: '更多' }).first().click();
    await check();
    if (width < 900) await page.getByRole('button', { name: '群众', exact: true }).click();
    await check();
    expect(troubles).toEqual([]);
    await page.close();
  });
});
