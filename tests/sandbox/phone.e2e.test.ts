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
  await page.goto(bench.sandbox.url);
  await page.locator('.phone').first().waitFor();
  return { page, troubles };
}

/** A recording of `seconds` in WAV: 8 kHz, 8 bits, one channel, a saw. */
function wav(seconds: number): Buffer {
  const sound = Buffer.from(Array.from({ length: 8_000 * seconds }, (_, at) => at % 256));
  const head = Buffer.alloc(44);
  head.write('RIFF');
  head.writeUInt32LE(36 + sound.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(8_000, 24);
  head.writeUInt32LE(8_000, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write('data', 36);
  head.writeUInt32LE(sound.length, 40);
  return Buffer.concat([head, sound]);
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
      ['示例视频', '听到：video'],
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

  /** Opens the tools of the only phone and takes one. */
  async function take(page: Page, tool: string): Promise<void> {
    const button = page.getByRole('button', { name: tool });
    if (!(await page.getByLabel('消息', { exact: true }).isVisible()))
      await page.getByRole('button', { name: '切换菜单和键盘' }).click();
    if (!(await button.isVisible())) await page.getByRole('button', { name: '更多' }).click();
    await button.click();
  }

  /** What the office got as one field of its last message of a type. */
  const heardField = (received: readonly { body: string }[], type: string, field: string) => {
    const xml = received.filter(({ body }) => body.includes(`<MsgType><![CDATA[${type}]]>`)).at(-1)?.body ?? '';
    return new RegExp(`<${field}>(?:<!\\[CDATA\\[)?(.*?)(?:\\]\\]>)?</${field}>`).exec(xml)?.[1];
  };

  test('the account bears its name: in the head, on the face, in the title of the page', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo(), name: '醉美青石' });
    await bench.say(await bench.resident(), { type: 'text', text: '你好' });
    const { page } = await open(bench, 360);
    await shows(page, '听到：你好');
    expect(await page.getByRole('heading', { level: 2, name: '醉美青石 群众 1' }).isVisible()).toBe(true);
    expect(await page.getByRole('region', { name: '手机：醉美青石 · 群众 1' }).isVisible()).toBe(true);
    expect(await page.locator('.row:not(.mine) .face').first().innerText()).toBe('醉');
    expect(await page.title()).toBe('醉美青石 · 模拟手机');
    await page.close();
  });

  test('a place: from the list, with fields of its own, by keyboard; wrong numbers are named, Escape sends nothing', async () => {
    const { url, received } = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ mode: 'plain', webhookUrl: url });
    const openid = await bench.resident();
    const { page, troubles } = await open(bench, 360);
    const sheet = page.getByRole('dialog', { name: '发位置' });
    const sent = async () =>
      (await bench.inbox(openid)).filter(({ type }) => type === 'location').map(({ text }) => text);

    await take(page, '发位置');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement.textContent')).toBe('发位置');
    expect(await sent()).toEqual([]);

    // The focus is on the list: the arrow goes to the next place, Enter sends it.
    await take(page, '发位置');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await shows(page, '村口公交站');
    expect(await sent()).toEqual(['村口公交站']);
    const heard = (field: string) => heardField(received, 'location', field);
    expect([heard('Location_X'), heard('Location_Y'), heard('Label')]).toEqual(['35.43876', '106.34105', '村口公交站']);

    await take(page, '发位置');
    expect(await seriousFindings(page)).toEqual([]);
    await sheet.getByLabel('名称').fill('我家后山');
    for (const [field, wrong, right] of [
      ['纬度', '91', '35.5'],
      ['经度', '东边', '-0.25'],
    ] as const) {
      await sheet.getByLabel(field).fill(wrong);
      await sheet.getByRole('button', { name: '发送' }).click();
      expect(await sheet.getByRole('alert').innerText()).toContain(field);
      expect(await page.evaluate('document.activeElement.name')).toBe(field === '纬度' ? 'lat' : 'lng');
      await sheet.getByLabel(field).fill(right);
    }
    expect(await sent()).toEqual(['村口公交站']);
    await sheet.getByRole('button', { name: '发送' }).click();
    await shows(page, '我家后山');
    expect([heard('Location_X'), heard('Location_Y'), heard('Label')]).toEqual(['35.5', '-0.25', '我家后山']);
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a code: one that the account had made is chosen, another one typed, none of neither', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo(), type: 'service' });
    const make = async (scene_str: string) =>
      bench.api('qrcode/create', { action_name: 'QR_LIMIT_STR_SCENE', action_info: { scene: { scene_str } } });
    await bench.resident();
    const { page, troubles } = await open(bench, 360);
    const sheet = page.getByRole('dialog', { name: '扫码' });

    await take(page, '扫码');
    await sheet.getByText('还没有二维码').waitFor();
    await sheet.getByRole('button', { name: '扫一扫' }).click();
    expect(await sheet.getByRole('alert').innerText()).toContain('场景值');
    await sheet.getByLabel('场景值').fill('market_3');
    await page.keyboard.press('Enter');
    await shows(page, '听到：event SCAN market_3');

    for (const scene of ['village_v01', 'village_v02', 'village_v01'])
      expect((await make(scene))['ticket']).toEqual(expect.any(String));
    // A code that was on a wall before this platform began is known by who followed by it.
    await bench.control('POST', 'residents', { subscribe: true, scene: 'hall' });
    await take(page, '扫码');
    await sheet.getByRole('radio').first().waitFor();
    expect(await sheet.locator('.choice').allInnerTexts()).toEqual(['village_v01', 'village_v02', 'hall']);
    expect(await sheet.getByText('还没有二维码').isVisible()).toBe(false);
    expect(await seriousFindings(page)).toEqual([]);
    await sheet.getByRole('radio', { name: 'village_v02' }).click();
    await sheet.getByRole('button', { name: '扫一扫' }).click();
    await shows(page, '听到：event SCAN village_v02');

    // Who does not follow yet follows by the code.
    await page.getByRole('button', { name: '取消关注' }).click();
    await page.getByRole('button', { name: '扫码关注' }).click();
    await sheet.getByRole('radio', { name: 'village_v01' }).click();
    await sheet.getByRole('button', { name: '扫一扫' }).click();
    await shows(page, '听到：event subscribe qrscene_village_v01');
    await page.getByRole('button', { name: '扫码关注' }).waitFor({ state: 'hidden' });
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a voice tells its length and is heard: AMR decoded in the page, not silence, to its end or stopped', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.resident();
    const { page, troubles } = await open(bench, 360);
    // What the page gives to the loudspeaker, written down on its way.
    await page.evaluate(`{
      window.heard = [];
      const { start } = AudioBufferSourceNode.prototype;
      AudioBufferSourceNode.prototype.start = function (...given) {
        const sound = this.buffer.getChannelData(0);
        heard.push({ seconds: this.buffer.duration, loudest: sound.reduce((most, one) => Math.max(most, Math.abs(one)), 0) });
        return start.apply(this, given);
      };
    }`);
    await take(page, '示例语音');
    const voice = page.getByRole('button', { name: '播放语音，3 秒' });
    await voice.click();
    const stop = page.getByRole('button', { name: '停止语音，3 秒' });
    await stop.waitFor();
    const played = await page.evaluate<{ seconds: number; loudest: number }[]>('heard');
    const sound = played.at(-1);
    expect(sound?.seconds).toBeCloseTo(2.98, 1);
    expect(sound?.loudest).toBeGreaterThan(0.2);
    await voice.waitFor();

    await voice.click();
    await stop.click();
    await voice.waitFor();
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a voice of another kind plays as it is; one that is none says so', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    const openid = await bench.resident();
    const send = async (bytes: Buffer) => bench.say(openid, { type: 'voice', base64: bytes.toString('base64') });
    await send(wav(2));
    await send(Buffer.from('no sound at all'));
    const { page } = await open(bench, 360);
    await page.getByRole('button', { name: '播放语音，2 秒' }).click();
    await page.getByRole('button', { name: '停止语音，2 秒' }).waitFor();
    await page.getByRole('button', { name: '播放语音，2 秒' }).waitFor();
    await page.getByRole('button', { name: '播放语音', exact: true }).click();
    await shows(page, '放不出来');
    expect(await page.getByRole('button', { name: /^停止/ }).count()).toBe(0);
    await page.close();
  });

  test('a video shows its picture and length and plays to its end', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.resident();
    const { page, troubles } = await open(bench, 360);
    await take(page, '示例视频');
    const start = page.getByRole('button', { name: '播放视频，3 秒' });
    await start.waitFor();
    expect(await start.innerText()).toBe('0:03');
    await start.click();
    const state =
      'JSON.stringify((({ ended, videoWidth, error }) => [ended, videoWidth, error])(document.querySelector("video")))';
    await until(async () => ((await page.evaluate(state)) === '[true,320,null]' ? true : undefined));
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a photo from a file is sent and shown; one of 10 MB, an empty one and no photo at all are refused in words', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    const openid = await bench.resident();
    const { page, troubles } = await open(bench, 360);
    const problem = page.locator('.problem');
    const choose = async (name: string, mimeType: string, buffer: Buffer) => {
      const chooser = page.waitForEvent('filechooser');
      await take(page, '拍照或选照片');
      await (await chooser).setFiles({ name, mimeType, buffer });
    };
    const photo = await picture('jpeg');
    for (const [bytes, type, words] of [
      [Buffer.concat([photo, Buffer.alloc(10 * 1_048_576)]), 'image/jpeg', '这张照片有 10 MB，到 10 MB 就发不出去了'],
      [Buffer.alloc(0), 'image/jpeg', '这张照片是空的'],
      [Buffer.from('%PDF'), 'application/pdf', '这不是照片'],
    ] as const) {
      await choose('一张', type, bytes);
      await problem.filter({ hasText: words }).waitFor();
    }
    expect((await bench.inbox(openid)).filter(({ type }) => type === 'image')).toEqual([]);

    await choose('路.jpg', 'image/jpeg', photo);
    await shows(page, '听到：image');
    expect(await problem.isVisible()).toBe(false);
    const width = 'document.querySelector(".mine img").naturalWidth';
    await until(async () => ((await page.evaluate(width)) === 20 ? true : undefined));
    expect(troubles).toEqual([]);
    await page.close();
  });

  test('a platform that is gone: what was written stays in the box and the phone says so', async () => {
    const bench = await startBench({ mode: 'plain', webhookUrl: await echo() });
    await bench.resident();
    const { page } = await open(bench, 360);
    const text = page.getByLabel('消息', { exact: true });
    await text.fill('路灯坏了');
    await page.context().setOffline(true);
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await page.locator('.problem').filter({ hasText: '连不上模拟平台' }).waitFor();
    await until(async () => ((await text.inputValue()) === '路灯坏了' ? true : undefined));
    await page.context().setOffline(false);
    await page.getByRole('button', { name: '发送', exact: true }).click();
    await shows(page, '听到：路灯坏了');
    expect(await text.inputValue()).toBe('');
    await page.close();
  });

  test.each([360, 1440])('at %i pixels: no serious finding of axe, every button at least 44 px high', async (width) => {
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
    for (const sheet of ['发位置', '扫码']) {
      await page.getByRole('button', { name: sheet, exact: true }).first().click();
      await page.getByRole('dialog', { name: sheet }).waitFor();
      await check();
      // What lies under the sheet cannot be reached with the keyboard.
      const under =
        'document.activeElement.closest(".phone:has(.sheet:not([hidden])) :is(.bar, .chat, .dock)") !== null';
      for (let step = 0; step < 12; step += 1) {
        await page.keyboard.press('Tab');
        expect(await page.evaluate(under)).toBe(false);
      }
      await page.getByRole('dialog', { name: sheet }).getByRole('button', { name: '取消' }).click();
    }
    await page.getByRole('button', { name: '取消关注' }).first().click();
    await page.getByRole('button', { name: '扫码关注' }).waitFor();
    await check();
    if (width < 900) await page.getByRole('button', { name: '群众', exact: true }).click();
    await check();
    expect(troubles).toEqual([]);
    await page.close();
  });
});
