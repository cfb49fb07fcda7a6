import { describe, expect, test } from 'vitest';
import { addDraft, startBench, startWebhook } from './support.ts';

const post = async (url: string, body: string) => fetch(url, { method: 'POST', body });

describe('residents', () => {
  test('are made alone or in numbers, following or not, told or silent', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ mode: 'plain', webhookUrl: webhook.url });
    const one = await bench.control('POST', 'residents');
    expect(one).toEqual({ openid: expect.stringMatching(/^o[\w-]{27}$/), reply: null });
    expect(webhook.received).toHaveLength(0);
    await bench.control('POST', 'residents', { subscribe: true, count: 30 });
    expect(webhook.received).toHaveLength(30);
    await bench.residents(30);
    expect(webhook.received).toHaveLength(30);
    expect(await bench.state()).toMatchObject({ residents: 61, followers: 60 });
    await bench.control('POST', 'residents', { subscribe: true, scene: 'village_01' });
    expect(webhook.received.at(-1)?.body).toContain('qrscene_village_01');
  });

  test('come back with the openid of an earlier run, once', async () => {
    const bench = await startBench();
    const openid = 'oEarlierRun_0123456789-abcde';
    const again = { openid, subscribe: true, silent: true };
    expect(await bench.control('POST', 'residents', again)).toMatchObject({ openid });
    expect(await bench.state()).toMatchObject({ residents: 1, followers: 1 });
    await bench.control('POST', 'residents', again);
    await bench.control('POST', 'residents', { openid: 'short' });
    expect(await bench.state()).toMatchObject({ residents: 1, followers: 1 });
  });

  test('show what was said and answered in order', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    await bench.say(openid, { type: 'text', text: '你好' });
    await bench.api('message/custom/send', { touser: openid, msgtype: 'text', text: { content: '在' } });
    const seen = await bench.inbox(openid);
    expect(seen.map(({ from, via, type }) => [from, via, type])).toEqual([
      ['resident', 'event', 'subscribe'],
      ['resident', 'message', 'text'],
      ['account', 'customer_service', 'text'],
    ]);
    expect(seen.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    const { items } = await bench.control<{ items: unknown[] }>('GET', `residents/${openid}/inbox?after=2`);
    expect(items).toHaveLength(1);
  });

  test('wrong requests are answered in words and change nothing', async () => {
    const bench = await startBench();
    const openid = await bench.resident(false);
    const url = `${bench.sandbox.url}/_`;
    expect((await post(`${url}/residents/nobody/say`, '{"type":"text","text":"x"}')).status).toBe(404);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    const wrong = [
      '{',
      '[]',
      '{}',
      '{"type":"dance"}',
      '{"type":"text"}',
      '{"type":"location","lat":"1"}',
      '{"type":"scan"}',
    ];
    for (const body of [...wrong, '{"type":"text","text":"x","deliveries":99}', '{"type":"raw","fields":{"a b":1}}']) {
      const response = await post(`${url}/residents/${openid}/say`, body);
      expect([body, response.status]).toEqual([body, 400]);
      expect(await response.json()).toEqual({ error: { message: expect.any(String) } });
    }
    expect((await post(`${url}/residents`, '{"count":0}')).status).toBe(400);
    expect(await bench.inbox(openid)).toEqual([]);
  });
});

describe('faults', () => {
  test('bend the next calls of a path and are counted down', async () => {
    const bench = await startBench();
    await bench.control('POST', 'faults', { path: 'draft/count', errcode: -1, times: 2 });
    expect((await bench.api('draft/count')).errcode).toBe(-1);
    expect(await bench.api('draft/count')).toMatchObject({
      errcode: -1,
      errmsg: expect.stringContaining('system error'),
    });
    expect((await bench.api('draft/count'))['total_count']).toBe(0);
  });

  test('an HTTP status comes as HTML, a cut answer as a broken connection, a delay as a late one', async () => {
    const bench = await startBench();
    const url = `${bench.sandbox.url}/cgi-bin/draft/count?access_token=${await bench.token()}`;
    await bench.control('POST', 'faults', { path: '/cgi-bin/draft/count', status: 500 });
    const broken = await fetch(url);
    expect([broken.status, broken.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
    await bench.control('POST', 'faults', { path: '/cgi-bin/draft/*', dropAnswer: true });
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    await bench.control('POST', 'faults', { path: '*', delayMs: 60 });
    expect((await fetch(url)).status).toBe(200);
    const { calls } = await bench.ledger();
    expect(calls.filter(({ api }) => api === '/cgi-bin/draft/count').map(({ fault }) => fault)).toEqual([
      'status 500',
      'answer dropped',
      'delay 60 ms',
    ]);
  });

  test('a dropped answer has taken effect, an errcode has not', async () => {
    const bench = await startBench();
    await bench.control('POST', 'faults', { path: 'tags/create', errcode: 45009 });
    expect((await bench.api('tags/create', { tag: { name: '东村' } })).errcode).toBe(45009);
    await bench.control('POST', 'faults', { path: 'tags/create', dropAnswer: true });
    await expect(bench.api('tags/create', { tag: { name: '东村' } })).rejects.toThrow('fetch failed');
    expect((await bench.api('tags/create', { tag: { name: '东村' } })).errcode).toBe(45157);
  });

  test('are listed and forgotten; nonsense is refused', async () => {
    const bench = await startBench();
    await bench.control('POST', 'faults', { path: 'draft/count', errcode: -1, times: 9 });
    expect((await bench.state()).faults).toEqual([{ path: 'draft/count', errcode: -1, times: 9 }]);
    expect(await bench.control('DELETE', 'faults')).toEqual({ faults: [] });
    for (const body of [
      '{"path":"x"}',
      '{"errcode":1}',
      '{"path":"x","errcode":"1"}',
      '{"path":"x","errcode":1,"y":1}',
    ]) {
      expect((await post(`${bench.sandbox.url}/_/faults`, body)).status).toBe(400);
    }
  });
});

describe('clock, behaviour and reset', () => {
  test('the clock moves what the platform says and sends', async () => {
    const webhook = await startWebhook(() => ({ body: 'success' }));
    const bench = await startBench({ mode: 'plain', webhookUrl: webhook.url });
    const openid = await bench.resident();
    const first = await bench.say(openid, { type: 'text', text: '一' });
    await bench.clock(3_600);
    const second = await bench.say(openid, { type: 'text', text: '二' });
    expect(second.createTime - first.createTime).toBeGreaterThanOrEqual(3_600);
    expect(webhook.received.at(-1)?.body).toContain(`<CreateTime>${second.createTime}</CreateTime>`);
  });

  test('behaviour takes what it knows and refuses the rest', async () => {
    const bench = await startBench();
    const url = `${bench.sandbox.url}/_/behaviour`;
    for (const body of ['{"x":1}', '{"finishMode":"dance"}', '{"finishDelayMs":"1"}', '{"finishDelayMs":-1}']) {
      expect((await post(url, body)).status).toBe(400);
    }
    expect((await post(url, '{"finishMode":"hold"}')).status).toBe(200);
    expect((await bench.state()).behaviour.finishMode).toBe('hold');
  });

  test('a reset forgets everything but account and webhook', async () => {
    const bench = await startBench({ webhookUrl: 'http://127.0.0.1:1/wechat' });
    await bench.residents(3);
    await addDraft(bench);
    await bench.control('POST', 'behaviour', { finishMode: 'hold' });
    await bench.clock(99);
    const { appId } = bench.sandbox;
    expect(await bench.control('POST', 'reset')).toMatchObject({
      offsetSeconds: 0,
      residents: 0,
      drafts: [],
      webhookUrl: 'http://127.0.0.1:1/wechat',
      account: { appId },
      behaviour: { finishMode: 'auto' },
    });
    expect(await bench.ledger()).toEqual({ calls: [], massSends: [] });
    expect((await bench.api('draft/count')).errcode).toBe(40001);
  });

  test('the ledger holds every call with its outcome', async () => {
    const bench = await startBench();
    await bench.api('draft/count');
    await bench.api('menu/get');
    const { calls } = await bench.ledger();
    expect(calls.map(({ api, errcode }) => [api, errcode])).toEqual([
      ['/cgi-bin/stable_token', 0],
      ['/cgi-bin/draft/count', 0],
      ['/cgi-bin/menu/get', 46003],
    ]);
  });
});

describe('pages', () => {
  test('the phone and its files are served', async () => {
    const bench = await startBench();
    const page = await (await fetch(`${bench.sandbox.url}/`)).text();
    expect(page).toContain('<html lang="zh-CN">');
    for (const [path, type] of [
      ['/desk.js', 'text/javascript'],
      ['/phone.js', 'text/javascript'],
      ['/menu.js', 'text/javascript'],
      ['/lines.js', 'text/javascript'],
      ['/phone.css', 'text/css'],
      ['/lines.css', 'text/css'],
    ] as const) {
      const file = await fetch(`${bench.sandbox.url}${path}`);
      expect([file.status, file.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
    }
  });

  test('an article page runs nothing and escapes its title; an unknown one is 404', async () => {
    const bench = await startBench();
    const openid = await bench.resident();
    const { media_id } = await addDraft(bench, { title: '<b>题</b>', content_source_url: 'javascript:alert(1)' });
    await bench.api('message/mass/preview', { touser: openid, mpnews: { media_id }, msgtype: 'mpnews' });
    const url = (await bench.inbox(openid)).at(-1)?.url ?? '';
    const page = await fetch(url);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).toContain('&lt;b&gt;题');
    expect(html).not.toContain('javascript:');
    expect((await fetch(`${bench.sandbox.url}/s/nothing`)).status).toBe(404);
    expect((await fetch(`${bench.sandbox.url}/mmbiz/nothing/0`)).status).toBe(404);
  });
});
