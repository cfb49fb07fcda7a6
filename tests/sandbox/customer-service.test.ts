import { describe, expect, test } from 'vitest';
import { type Answer, type Bench, addDraft, picture, startBench, startWebhook, until } from './support.ts';

async function send(bench: Bench, openid: string, content = '您的诉求已受理'): Promise<number | undefined> {
  const body = { touser: openid, msgtype: 'text', text: { content } };
  return (await bench.api('message/custom/send', body)).errcode;
}

/** After a clock change the cached token may be old: one call with a fresh one. */
async function sendLater(bench: Bench, openid: string): Promise<number | undefined> {
  const url = `${bench.sandbox.url}/cgi-bin/message/custom/send?access_token=${await bench.token()}`;
  const body = JSON.stringify({ touser: openid, msgtype: 'text', text: { content: '晚到的话' } });
  return ((await (await fetch(url, { method: 'POST', body })).json()) as Answer).errcode;
}

describe('the ledger of customer-service messages', () => {
  test('a message of the resident allows five; the sixth is 45047', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.clock(120);
    await bench.say(openid, { type: 'text', text: '你好' });
    for (let i = 0; i < 5; i += 1) expect(await send(bench, openid)).toBe(0);
    expect(await send(bench, openid)).toBe(45047);
    await bench.say(openid, { type: 'text', text: '再问一句' });
    expect(await send(bench, openid)).toBe(0);
    const shown = (await bench.inbox(openid)).filter(({ via }) => via === 'customer_service');
    expect(shown).toHaveLength(6);
    expect(shown[0]).toMatchObject({ type: 'text', text: '您的诉求已受理' });
  });

  test('after 48 hours it is 45015', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.say(openid, { type: 'image' });
    await bench.clock(48 * 3_600 - 5);
    expect(await sendLater(bench, openid)).toBe(0);
    await bench.clock(48 * 3_600 + 5);
    expect(await sendLater(bench, openid)).toBe(45015);
  });

  test.each([
    ['a menu click', { type: 'click', key: 'LATEST' }],
    ['a scan', { type: 'scan', scene: 'village_01' }],
    ['following', { type: 'subscribe' }],
  ])('%s allows three within a minute', async (_what, said) => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.clock(120);
    expect(await send(bench, openid)).toBe(45015);
    await bench.say(openid, said);
    for (let i = 0; i < 3; i += 1) expect(await send(bench, openid)).toBe(0);
    expect(await send(bench, openid)).toBe(45047);
    await bench.clock(190);
    expect(await send(bench, openid)).toBe(45015);
  });

  test('tapping a link in the menu allows nothing', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.clock(120);
    await bench.say(openid, { type: 'view', url: 'http://town.example/' });
    expect(await send(bench, openid)).toBe(45015);
  });

  test('a short allowance is used before the long one', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.say(openid, { type: 'text', text: '你好' });
    for (let i = 0; i < 3; i += 1) await send(bench, openid);
    await bench.clock(61);
    for (let i = 0; i < 5; i += 1) expect(await send(bench, openid)).toBe(0);
    expect(await send(bench, openid)).toBe(45047);
  });

  test('who has left is 45015, who never was is 40003', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.say(openid, { type: 'text', text: '你好' });
    await bench.say(openid, { type: 'unsubscribe' });
    expect(await send(bench, openid)).toBe(45015);
    expect(await send(bench, 'nobody')).toBe(40003);
    expect((await bench.inbox(openid)).filter(({ via }) => via === 'customer_service')).toEqual([]);
  });

  test('who speaks without following is 45015 all the same', async () => {
    const bench = await startBench();
    const openid = await bench.resident(false);
    await bench.say(openid, { type: 'text', text: '你好' });
    expect(await send(bench, openid)).toBe(45015);
  });

  test('a refused message uses nothing up', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.clock(120);
    await bench.say(openid, { type: 'text', text: '你好' });
    for (let i = 0; i < 6; i += 1) expect(await send(bench, openid, '')).toBe(44004);
    for (let i = 0; i < 5; i += 1) expect(await send(bench, openid)).toBe(0);
  });
});

describe('what a customer-service message refuses', () => {
  test('text over 2,048 bytes, counted in UTF-8', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    expect(await send(bench, openid, 'x'.repeat(2_049))).toBe(45002);
    expect(await send(bench, openid, '一'.repeat(683))).toBe(45002);
    expect(await send(bench, openid, '一'.repeat(682))).toBe(0);
  });

  test.each([
    ['an unknown type', { msgtype: 'dance' }, 40008],
    ['no type', {}, 40008],
    ['no body of its type', { msgtype: 'text' }, 47001],
    ['an image without media_id', { msgtype: 'image', image: {} }, 41006],
    ['unknown media', { msgtype: 'image', image: { media_id: 'nobody' } }, 40007],
    ['an unknown draft', { msgtype: 'mpnews', mpnews: { media_id: 'nobody' } }, 40007],
    ['a published article, as none is', { msgtype: 'mpnewsarticle', mpnewsarticle: { article_id: 'x' } }, 53600],
    ['news of none', { msgtype: 'news', news: { articles: [] } }, 44003],
    ['news of two', { msgtype: 'news', news: { articles: [{ title: '一' }, { title: '二' }] } }, 45008],
    ['an empty choice', { msgtype: 'msgmenu', msgmenu: { list: [] } }, 44004],
  ])('%s', async (_what, body, errcode) => {
    const bench = await startBench();
    const openid = await bench.resident();
    expect((await bench.api('message/custom/send', { touser: openid, ...body })).errcode).toBe(errcode);
  });

  test('media of another type than it says', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const { media_id } = await bench.upload('media/upload?type=image', await picture('png'), 'a.png');
    const of = (msgtype: string) => ({ touser: openid, msgtype, [msgtype]: { media_id } });
    expect((await bench.api('message/custom/send', of('voice'))).errcode).toBe(40007);
    expect((await bench.api('message/custom/send', of('image'))).errcode).toBe(0);
    expect((await bench.inbox(openid)).at(-1)?.mediaUrl).toContain('/mmbiz/');
  });

  test('one article and a choice are shown', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const article = { title: '最新公告', description: '摘要', url: 'http://town.example/a', picurl: '' };
    const news = { touser: openid, msgtype: 'news', news: { articles: [article] } };
    expect((await bench.api('message/custom/send', news)).errcode).toBe(0);
    expect((await bench.inbox(openid)).at(-1)).toMatchObject({ title: '最新公告', url: 'http://town.example/a' });
    const list = [{ id: '1', content: '满意' }];
    const menu = { touser: openid, msgtype: 'msgmenu', msgmenu: { head_content: '请评价', list, tail_content: '' } };
    expect((await bench.api('message/custom/send', menu)).errcode).toBe(0);
    expect((await bench.inbox(openid)).at(-1)?.text).toBe('请评价\n满意');
    const { media_id } = await addDraft(bench);
    const mpnews = { touser: openid, msgtype: 'mpnews', mpnews: { media_id } };
    expect((await bench.api('message/custom/send', mpnews)).errcode).toBe(0);
    expect((await bench.state()).drafts).toHaveLength(1);
  });
});

describe('what only a service account may do', () => {
  test('template messages: known template, all places filled, followers only, reported by an event', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ type: 'service', mode: 'plain', webhookUrl: webhook.url });
    const openid = await bench.resident();
    const { template_list } = (await bench.api('template/get_all_private_template')) as unknown as {
      template_list: { template_id: string; content: string }[];
    };
    const [template] = template_list;
    const places = [...(template?.content ?? '').matchAll(/\{\{(\w+)\.DATA/g)].map(([, place]) => place ?? '');
    const data = Object.fromEntries(places.map((place) => [place, { value: '已办结' }]));
    const body = { touser: openid, template_id: template?.template_id, url: 'http://town.example/t', data };
    expect((await bench.api('message/template/send', { ...body, template_id: 'x' })).errcode).toBe(40037);
    expect((await bench.api('message/template/send', { ...body, data: {} })).errcode).toBe(47003);
    expect((await bench.api('message/template/send', { ...body, touser: 'nobody' })).errcode).toBe(40003);
    const gone = await bench.resident(false);
    expect((await bench.api('message/template/send', { ...body, touser: gone })).errcode).toBe(43004);
    expect(await bench.api('message/template/send', body)).toMatchObject({ errcode: 0, msgid: expect.any(Number) });
    expect((await bench.inbox(openid)).at(-1)).toMatchObject({ via: 'template', url: 'http://town.example/t' });
    await until(() => webhook.received.find(({ body }) => body.includes('TEMPLATESENDJOBFINISH')));
  });

  test('codes with parameters: kinds, scenes and lives are checked, and following by one tells its scene', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ type: 'service', mode: 'plain', webhookUrl: webhook.url });
    const create = (action_name: string, scene: unknown, more: Record<string, unknown> = {}) =>
      bench.api('qrcode/create', { action_name, action_info: { scene }, ...more });
    expect((await create('QR_DANCE', { scene_id: 1 })).errcode).toBe(40052);
    expect((await create('QR_SCENE', { scene_id: 0 })).errcode).toBe(40053);
    expect((await create('QR_LIMIT_SCENE', { scene_id: 100_001 })).errcode).toBe(40053);
    expect((await create('QR_STR_SCENE', { scene_str: 'x'.repeat(65) })).errcode).toBe(40053);
    expect((await create('QR_STR_SCENE', { scene_str: 'a' }, { expire_seconds: 2_592_001 })).errcode).toBe(40035);
    const { ticket } = await create('QR_LIMIT_STR_SCENE', { scene_str: 'village_01' });
    const openid = await bench.resident(false);
    await bench.say(openid, { type: 'scan', scene: 'village_01' });
    expect(webhook.received.at(-1)?.body).toContain('<Event><![CDATA[subscribe]]></Event>');
    expect(webhook.received.at(-1)?.body).toContain('<EventKey><![CDATA[qrscene_village_01]]></EventKey>');
    expect(webhook.received.at(-1)?.body).toContain(`<Ticket><![CDATA[${String(ticket)}]]></Ticket>`);
    expect((await bench.api(`user/info?openid=${openid}`))['qr_scene_str']).toBe('village_01');
    await bench.say(openid, { type: 'scan', scene: 'village_01' });
    expect(webhook.received.at(-1)?.body).toContain('<Event><![CDATA[SCAN]]></Event>');
    expect(webhook.received.at(-1)?.body).toContain('<EventKey><![CDATA[village_01]]></EventKey>');
  });
});
