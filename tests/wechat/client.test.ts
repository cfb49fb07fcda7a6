import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MassAudience } from '../../src/wechat/index.ts';
import { answers, clientFor, json, movableClock, type Platform, rejectionOf, startPlatform, text } from './support.ts';

const SENDALL = '/cgi-bin/message/mass/sendall';
const OPENID = 'oV5CrjpxgaGXNHIQigzNlgLTnwic';
const order = {
  audience: { kind: 'tag', tagId: 2 },
  content: { type: 'mpnews', mediaId: 'draft-1' },
  clientMsgId: 'briefing-7-1',
} as const;

let platform: Platform;
beforeEach(async () => {
  platform = await startPlatform();
});
afterEach(() => platform.close());

const sentTo = (path: string) => JSON.parse(platform.to(path)[0]?.body.toString('utf8') ?? 'null') as unknown;

describe('mass send', () => {
  it('sends to a tag with is_to_all false and keeps the ids as text', async () => {
    platform.on(SENDALL, (_request, response) =>
      text(
        response,
        200,
        '{"errcode":0,"errmsg":"ok","msg_id":9007199254740993,"msg_data_id":206227730}',
        'application/json',
      ),
    );
    const { client } = clientFor(platform);
    expect(await client.massSend(order)).toEqual({
      msgId: '9007199254740993',
      msgDataId: '206227730',
      alreadyAccepted: false,
    });
    expect(sentTo(SENDALL)).toEqual({
      filter: { is_to_all: false, tag_id: 2 },
      mpnews: { media_id: 'draft-1' },
      msgtype: 'mpnews',
      send_ignore_reprint: 0,
      clientmsgid: 'briefing-7-1',
    });
    expect(platform.to(SENDALL)[0]?.query.get('access_token')).toBe('T1');
  });

  it('sends to everybody only when asked to', async () => {
    platform.on(SENDALL, answers({ errcode: 0, msg_id: 1 }));
    await clientFor(platform).client.massSend({
      ...order,
      audience: { kind: 'all' },
      content: { type: 'text', text: '通知' },
    });
    expect(sentTo(SENDALL)).toEqual({
      filter: { is_to_all: true },
      text: { content: '通知' },
      msgtype: 'text',
      clientmsgid: 'briefing-7-1',
    });
  });

  it.each([
    { kind: 'tag' },
    { kind: 'tag', tagId: 0 },
    { kind: 'tag', tagId: '2' },
    { kind: 'tag', tagId: Number.NaN },
    { kind: 'everyone' },
    {},
  ])('refuses the unclear audience %j and sends nothing', async (audience) => {
    const { client } = clientFor(platform);
    const error = await rejectionOf(client.massSend({ ...order, audience: audience as MassAudience }));
    expect(error.code).toBe('invalid_input');
    expect(platform.seen).toEqual([]);
  });

  it.each(['', 'x'.repeat(33), 'a b', '简报'])('refuses the clientMsgId %j', async (clientMsgId) => {
    expect((await rejectionOf(clientFor(platform).client.massSend({ ...order, clientMsgId }))).code).toBe(
      'invalid_input',
    );
    expect(platform.seen).toEqual([]);
  });

  it('takes 45065 as accepted before, with the old msg_id', async () => {
    platform.on(SENDALL, answers({ errcode: 45_065, errmsg: 'clientmsgid exist', msg_id: 34_182 }));
    expect(await clientFor(platform).client.massSend(order)).toEqual({ msgId: '34182', alreadyAccepted: true });
  });

  it.each([
    [
      'an HTML error',
      (p: Platform) => p.on(SENDALL, (_request, response) => text(response, 500, '<html>oops</html>')),
      'answer_unreadable',
    ],
    [
      'an empty body',
      (p: Platform) => p.on(SENDALL, (_request, response) => text(response, 200, '')),
      'answer_unreadable',
    ],
    ['JSON that says nothing', (p: Platform) => p.on(SENDALL, answers({ errcode: 0 })), 'answer_unreadable'],
    ['45065 without its msg_id', (p: Platform) => p.on(SENDALL, answers({ errcode: 45_065 })), 'answer_unreadable'],
    ['a list', (p: Platform) => p.on(SENDALL, answers([])), 'answer_unreadable'],
    ['a closed connection', (p: Platform) => p.on(SENDALL, (_request, response) => response.destroy()), 'answer_lost'],
    [
      'half an answer',
      (p: Platform) =>
        p.on(SENDALL, (_request, response) => {
          response.writeHead(200, { 'Content-Length': 100 }).write('{"errcode":0,');
          setTimeout(() => response.destroy(), 20);
        }),
      'answer_lost',
    ],
  ])('reports an unknown outcome on %s', async (_what, prepare, cause) => {
    prepare(platform);
    const error = await rejectionOf(clientFor(platform).client.massSend(order));
    expect(error.code).toBe('platform_unknown');
    expect(error.details).toEqual({ api: 'mass.send', outcome: 'unknown', reason: 'answer_lost', cause });
  });

  it('reports an unknown outcome when the answer takes too long, before or inside the body', async () => {
    const { client } = clientFor(platform, { timeouts: { mass: 80 } });
    platform.on(
      SENDALL,
      () => undefined,
      (_request, response) => response.writeHead(200, { 'Content-Length': 100 }).write('{'),
    );
    for (let turn = 0; turn < 2; turn += 1) {
      const error = await rejectionOf(client.massSend(order));
      expect([error.code, error.details]).toEqual([
        'platform_unknown',
        { api: 'mass.send', outcome: 'unknown', reason: 'answer_lost', cause: 'timeout' },
      ]);
    }
  });

  it('reports a refused connection as to be tried again', async () => {
    await platform.close();
    const error = await rejectionOf(clientFor(platform).client.massSend(order));
    expect([error.code, error.details]).toEqual([
      'platform_retry',
      { api: 'token', outcome: 'retry', reason: 'busy', cause: 'not_connected' },
    ]);
    platform = await startPlatform();
    const { client, tokenStore } = clientFor({ base: 'http://127.0.0.1:1' });
    await tokenStore.set({ token: 'T', expiresAt: new Date('2030-01-01') });
    expect((await rejectionOf(client.massSend(order))).details).toEqual({
      api: 'mass.send',
      outcome: 'retry',
      reason: 'busy',
      cause: 'not_connected',
    });
  });

  it.each([
    [-1, 'platform_retry', 'retry', 'platform_fault'],
    [45_009, 'platform_retry', 'retry', 'day_full'],
    [45_011, 'platform_retry', 'retry', 'minute_full'],
    [45_066, 'platform_retry', 'retry', 'in_work'],
    [42_010, 'platform_retry', 'retry', 'minute_full'],
    [9_500_002, 'platform_retry', 'retry', 'busy'],
    [40_164, 'platform_retry', 'ours', 'not_let_in'],
    [48_001, 'platform_retry', 'ours', 'right_missing'],
    [48_004, 'platform_retry', 'ours', 'account_barred'],
    [50_002, 'platform_retry', 'ours', 'account_barred'],
    [40_003, 'platform_refused', 'theirs', 'not_following'],
    [45_015, 'platform_refused', 'theirs', 'window_closed'],
    [45_047, 'platform_refused', 'theirs', 'messages_used_up'],
    [45_028, 'platform_refused', 'never', 'no_push_left'],
    [40_007, 'platform_refused', 'never', 'gone'],
    [48_008, 'platform_refused', 'never', 'type_not_allowed'],
    [99_999, 'platform_refused', 'never', 'refused'],
  ])('maps errcode %i to %s (%s, %s) with Chinese words', async (errcode, code, outcome, reason) => {
    platform.on(SENDALL, answers({ errcode, errmsg: `no ${OPENID} hint: [x] rid: 6123-45-67` }));
    const error = await rejectionOf(clientFor(platform).client.massSend(order));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/[\u4e00-\u9fff]/);
    expect(error.details).toEqual({
      api: 'mass.send',
      outcome,
      reason,
      errcode,
      errmsg: 'no … hint: [x] rid: 6123-45-67',
    });
  });

  it('asks for the status, withdraws one article and shows a preview', async () => {
    platform.on('/cgi-bin/message/mass/get', answers({ msg_id: 201_053_012, msg_status: 'SEND_SUCCESS' }));
    platform.on('/cgi-bin/message/mass/delete', answers({ errcode: 0, errmsg: 'ok' }));
    platform.on('/cgi-bin/message/mass/preview', answers({ errcode: 0, errmsg: 'preview success' }));
    const { client } = clientFor(platform);
    expect(await client.massStatus('201053012')).toEqual({
      msgId: '201053012',
      status: 'SEND_SUCCESS',
      result: { outcome: 'delivered', zh: '推送成功' },
    });
    await client.massDelete('201053012', 2);
    await client.preview(OPENID, { mediaId: 'm' });
    expect(sentTo('/cgi-bin/message/mass/get')).toEqual({ msg_id: '201053012' });
    expect(sentTo('/cgi-bin/message/mass/delete')).toEqual({ msg_id: 201_053_012, article_idx: 2 });
    expect(sentTo('/cgi-bin/message/mass/preview')).toEqual({
      touser: OPENID,
      mpnews: { media_id: 'm' },
      msgtype: 'mpnews',
    });
  });
});

describe('reads and changes', () => {
  it('calls a lost answer to a read a case for later', async () => {
    platform.on('/cgi-bin/tags/get', (_request, response) => text(response, 502, '<html>'));
    const error = await rejectionOf(clientFor(platform).client.listTags());
    expect([error.code, error.details]).toEqual([
      'platform_retry',
      { api: 'tags.list', outcome: 'retry', reason: 'busy', cause: 'answer_unreadable' },
    ]);
  });

  it('does not take a bare {} for a done change', async () => {
    platform.on('/cgi-bin/message/custom/send', answers({}));
    expect((await rejectionOf(clientFor(platform).client.sendText(OPENID, '好'))).code).toBe('platform_unknown');
  });

  it('sends raw UTF-8 without control characters', async () => {
    platform.on('/cgi-bin/message/custom/send', answers({ errcode: 0, errmsg: 'ok' }));
    await clientFor(platform).client.sendText(OPENID, '您的诉求已答复\u0007🏔\n"谢谢"\uD83D');
    const body = platform.to('/cgi-bin/message/custom/send')[0]?.body ?? Buffer.alloc(0);
    expect(body.toString('utf8')).toBe(
      `{"touser":"${OPENID}","msgtype":"text","text":{"content":"您的诉求已答复🏔\\n\\"谢谢\\""}}`,
    );
    expect(platform.to('/cgi-bin/message/custom/send')[0]?.headers['content-length']).toBe(String(body.length));
  });

  it('reads control characters in an answer', async () => {
    platform.on('/cgi-bin/tags/get', (_request, response) =>
      text(
        response,
        200,
        '{"tags":[{"id":101,"name":"冶\u0001河\n","count":"3"},{"name":"no id"}]}',
        'application/json',
      ),
    );
    expect(await clientFor(platform).client.listTags()).toEqual([{ id: 101, name: '冶\u0001河\n', count: 3 }]);
  });

  it('logs and reports every call once, without token, openid or text', async () => {
    platform.on('/cgi-bin/message/custom/send', answers({ errcode: 45_015, errmsg: `${OPENID} rid: 6123-45-67` }));
    const { client, lines, observed } = clientFor(platform);
    await rejectionOf(client.sendText(OPENID, '秘密'));
    const [, failed] = lines;
    expect(lines.map(({ event, fields }) => [event, fields['api'], fields['outcome'], fields['errcode']])).toEqual([
      ['wechat.call', 'token', 'ok', 0],
      ['wechat.call', 'custom.text', 'theirs', 45_015],
    ]);
    expect(failed?.fields['rid']).toBe('6123-45-67');
    expect(failed?.fields['ms']).toEqual(expect.any(Number));
    expect(observed.map(({ api, outcome }) => [api, outcome])).toEqual([
      ['token', 'ok'],
      ['custom.text', 'theirs'],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/oV5C|秘密|T1|app-secret/);
  });

  it('prints nothing itself when the connection is reset inside an answer', async () => {
    const print = vi.spyOn(console, 'warn').mockReturnValue();
    platform.on('/cgi-bin/message/custom/send', (_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('{', () => response.socket?.resetAndDestroy());
    });
    expect((await rejectionOf(clientFor(platform).client.sendText(OPENID, 'x'))).code).toBe('platform_unknown');
    expect(print).not.toHaveBeenCalled();
    print.mockRestore();
  });

  it('keeps the address, which holds the token, out of errors', async () => {
    platform.on('/cgi-bin/message/custom/send', (_request, response) => response.destroy());
    const { client, lines } = clientFor(platform);
    const error = await rejectionOf(client.sendText(OPENID, 'x'));
    const everything = [error.message, error.stack, String(error.cause), JSON.stringify([error.details, lines])].join();
    expect(everything).not.toMatch(/T1|access_token|oV5C/);
  });
});

describe('rights', () => {
  it('refuses before the network what the account may not do', async () => {
    const { client } = clientFor(platform, { verified: false });
    expect(client.rights).toMatchObject({ massSend: false, customerService: false, menu: false });
    for (const call of [client.massSend(order), client.sendText(OPENID, 'x'), client.getMenu(), client.getMedia('m')]) {
      const error = await rejectionOf(call);
      expect(error.code).toBe('platform_refused');
      expect(error.details).toMatchObject({ reason: 'account_cannot', outcome: 'never' });
    }
    expect(platform.seen).toEqual([]);
  });

  it('lets only verified service accounts make QR codes', async () => {
    platform.on('/cgi-bin/qrcode/create', answers({ ticket: 'a+b==', url: 'http://weixin.qq.com/q/x' }));
    const subscription = clientFor(platform, { accountType: 'subscription' }).client;
    expect((await rejectionOf(subscription.createQrCode('village_1'))).code).toBe('platform_refused');
    expect(await clientFor(platform).client.createQrCode('village_1')).toEqual({
      ticket: 'a+b==',
      url: 'http://weixin.qq.com/q/x',
      imageUrl: `${platform.base}/cgi-bin/showqrcode?ticket=a%2Bb%3D%3D`,
    });
    expect(sentTo('/cgi-bin/qrcode/create')).toEqual({
      action_name: 'QR_LIMIT_STR_SCENE',
      action_info: { scene: { scene_str: 'village_1' } },
    });
    expect((await rejectionOf(clientFor(platform).client.createQrCode('x'.repeat(65)))).code).toBe('invalid_input');
  });
});

describe('access token', () => {
  const CUSTOM = '/cgi-bin/message/custom/send';
  const TOKEN = '/cgi-bin/stable_token';
  const ok = answers({ errcode: 0, errmsg: 'ok' });
  const tokensUsed = () => platform.to(CUSTOM).map(({ query }) => query.get('access_token'));

  it('asks stable_token in normal mode once for parallel first calls', async () => {
    platform.on(CUSTOM, ok);
    const { client } = clientFor(platform);
    await Promise.all(Array.from({ length: 8 }, () => client.sendText(OPENID, 'x')));
    expect(platform.to(TOKEN)).toHaveLength(1);
    expect(sentTo(TOKEN)).toEqual({
      grant_type: 'client_credential',
      appid: 'wx0123456789abcdef',
      secret: 'app-secret',
      force_refresh: false,
    });
    expect(new Set(tokensUsed())).toEqual(new Set(['T1']));
  });

  it('renews the token before it ends', async () => {
    platform.on(CUSTOM, ok);
    const clock = movableClock();
    const { client } = clientFor(platform, { clock });
    await client.sendText(OPENID, 'x');
    clock.advance(6_900_000);
    await client.sendText(OPENID, 'x');
    clock.advance(200_000);
    await client.sendText(OPENID, 'x');
    expect(tokensUsed()).toEqual(['T1', 'T1', 'T2']);
  });

  it.each([40_001, 40_014, 42_001])('after %i takes another token and repeats once', async (errcode) => {
    platform.on(CUSTOM, answers({ errcode, errmsg: 'token' }), ok);
    await clientFor(platform).client.sendText(OPENID, 'x');
    expect(tokensUsed()).toEqual(['T1', 'T2']);
    expect(platform.to(TOKEN)).toHaveLength(2);
  });

  it('gives up after one repetition and says: later', async () => {
    platform.on(CUSTOM, answers({ errcode: 40_001, errmsg: 'token' }));
    const error = await rejectionOf(clientFor(platform).client.sendText(OPENID, 'x'));
    expect([error.code, tokensUsed()]).toEqual(['platform_retry', ['T1', 'T2']]);
  });

  it('leaves a token alone that somebody renewed meanwhile', async () => {
    const { client, tokenStore, clock } = clientFor(platform);
    platform.on(
      CUSTOM,
      (_request, response) => {
        void tokenStore
          .set({ token: 'NEWER', expiresAt: new Date(clock.now().getTime() + 60_000) })
          .then(() => json(response, { errcode: 40_001, errmsg: 'token' }));
      },
      ok,
    );
    await client.sendText(OPENID, 'x');
    expect(tokensUsed()).toEqual(['T1', 'NEWER']);
    expect(platform.to(TOKEN)).toHaveLength(1);
  });

  it('replaces the token once for many calls that were refused together', async () => {
    platform.on(CUSTOM, (request, response) =>
      json(response, request.query.get('access_token') === 'T1' ? { errcode: 40_001 } : { errcode: 0 }),
    );
    const { client } = clientFor(platform);
    await Promise.all(Array.from({ length: 6 }, () => client.sendText(OPENID, 'x')));
    expect(platform.to(TOKEN)).toHaveLength(2);
  });

  it('forces a new token when the platform hands out the refused one, at most once in 30 s', async () => {
    const forced = () => platform.to(TOKEN).filter(({ body }) => body.includes('"force_refresh":true')).length;
    let current = 1;
    platform.on(TOKEN, (request, response) => {
      if (request.body.includes('"force_refresh":true')) current += 1;
      json(response, { access_token: `S${current}`, expires_in: 7_200 });
    });
    platform.on(
      CUSTOM,
      answers({ errcode: 40_001 }),
      ok,
      answers({ errcode: 40_001 }),
      answers({ errcode: 40_001 }),
      ok,
    );
    const clock = movableClock();
    const { client } = clientFor(platform, { clock });
    await client.sendText(OPENID, 'x');
    expect([tokensUsed(), forced()]).toEqual([['S1', 'S2'], 1]);
    clock.advance(29_000);
    expect((await rejectionOf(client.sendText(OPENID, 'x'))).code).toBe('platform_retry');
    expect(forced()).toBe(1);
    clock.advance(2_000);
    await client.sendText(OPENID, 'x');
    expect([tokensUsed().at(-1), forced()]).toEqual(['S3', 2]);
  });

  it('works on with its own copy while the store is away', async () => {
    platform.on(CUSTOM, ok);
    const away = () => Promise.reject(new Error('store at T1'));
    const { client, lines } = clientFor(platform, {
      tokenStore: { get: away, set: away, withRefreshLock: (fn) => fn() },
    });
    await client.sendText(OPENID, 'x');
    await client.sendText(OPENID, 'x');
    expect([tokensUsed(), platform.to(TOKEN).length]).toEqual([['T1', 'T1'], 1]);
    expect(lines.some(({ event }) => event === 'wechat.token_store')).toBe(true);
    expect(JSON.stringify(lines)).not.toContain('store at');
  });

  it.each([
    [{ errcode: 40_125, errmsg: 'invalid appsecret' }, 'platform_retry'],
    [{ errcode: 40_164, errmsg: 'invalid ip' }, 'platform_retry'],
    [{ errcode: -1, errmsg: 'system error' }, 'platform_retry'],
    [{ access_token: '' }, 'platform_retry'],
  ])('passes on why there is no token: %j', async (answer, code) => {
    platform.on(TOKEN, answers(answer));
    const error = await rejectionOf(clientFor(platform).client.sendText(OPENID, 'x'));
    expect([error.code, platform.to(CUSTOM)]).toEqual([code, []]);
  });
});
