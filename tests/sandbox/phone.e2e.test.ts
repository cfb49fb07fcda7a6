import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addCover, startBench, startWebhook, until } from './support.ts';

const CHROMIUM = '/usr/bin/chromium';
let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
afterAll(async () => browser.close());

/** A town office that repeats what it heard, in plain XML. */
async function echo() {
  const field = (xml: string, name: string) =>
    new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]></${name}>`, 's').exec(xml)?.[1] ?? '';
  return startWebhook(({ body }) => {
    const heard =
      field(body, 'Content') || `${field(body, 'MsgType')} ${field(body, 'Event')} ${field(body, 'EventKey')}`;
    return {
      body:
        `<xml><ToUserName><![CDATA[${field(body, 'FromUserName')}]]></ToUserName>` +
        `<FromUserName><![CDATA[${field(body, 'ToUserName')}]]></FromUserName><CreateTime>1</CreateTime>` +
        `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[听到：${heard.trim()}]]></Content></xml>`,
    };
  });
}

const shows = async (page: Page, words: string) =>
  until(async () => ((await page.locator('#chat').innerText()).includes(words) ? true : undefined));

test('the phone: follow, menu, text, photo, voice, place, scan, a pushed card that opens, another resident', async () => {
  const { url: webhookUrl } = await echo();
  const bench = await startBench({ mode: 'plain', webhookUrl });
  const menu = [
    { name: '看公开', sub_button: [{ type: 'click', name: '最新信息', key: 'LATEST' }] },
    { type: 'click', name: '帮助', key: 'HELP' },
  ];
  expect((await bench.api('menu/create', { button: menu })).errcode).toBe(0);
  const page = await browser.newPage({ viewport: { width: 360, height: 740 } });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('dialog', (dialog) => void dialog.accept('village_v01'));
  await page.goto(bench.sandbox.url);

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
  await bench.api('message/mass/sendall', { filter: { is_to_all: true }, mpnews: { media_id }, msgtype: 'mpnews' });
  await shows(page, '低保名单公示');
  const opened = page.context().waitForEvent('page');
  await page.getByText('低保名单公示').last().click();
  const card = await opened;
  await card.waitForLoadState();
  expect(await card.locator('body').innerText()).toContain('公示七天');

  await page.getByRole('button', { name: '群众', exact: true }).click();
  await page.getByRole('button', { name: '新增群众' }).click();
  await until(async () => ((await page.locator('#chat').innerText()).includes('低保名单公示') ? undefined : true));
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  expect(faults).toEqual([]);
  await page.close();
});
