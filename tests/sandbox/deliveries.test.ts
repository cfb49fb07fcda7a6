import { describe, expect, test } from 'vitest';
import { decryptText, encryptText, signatureOf } from '../../src/sandbox/crypto.ts';
import type { Account, SandboxOptions } from '../../src/sandbox/index.ts';
import { BANNER_TEXT } from '../../src/sandbox/say.ts';
import { type Received, startBench, startWebhook } from './support.ts';

const between = (text: string, tag: string) =>
  new RegExp(`<${tag}>(?:<!\\[CDATA\\[)?([\\s\\S]*?)(?:\\]\\]>)?</${tag}>`).exec(text)?.[1] ?? '';

function textReply(account: Account, openid: string, content: string, more = ''): string {
  return `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[${account.originalId}]]></FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content>${more}</xml>`;
}

function newsReply(account: Account, openid: string, count: number, said = count): string {
  const item =
    '<item><Title>题</Title><Description>摘</Description><PicUrl></PicUrl><Url>http://town.example/a</Url></item>';
  return `<xml><ToUserName>${openid}</ToUserName><FromUserName>${account.originalId}</FromUserName><CreateTime>1700000000</CreateTime><MsgType>news</MsgType><ArticleCount>${said}</ArticleCount><Articles>${item.repeat(count)}</Articles></xml>`;
}

function sealed(account: Account, xml: string, wrong: { signature?: string; appId?: string } = {}): string {
  const encrypt = encryptText(account.aesKey, wrong.appId ?? account.appId, xml);
  const signature = wrong.signature ?? signatureOf(account.token, '1700000000', 'nonce', encrypt);
  return `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature><TimeStamp>1700000000</TimeStamp><Nonce><![CDATA[nonce]]></Nonce></xml>`;
}

/** A platform and a webhook that answers what `answer` makes, from the account and the request. */
async function pair(
  options: SandboxOptions,
  answer: (account: Account, received: Received, index: number) => string | { status: number; body: string },
) {
  const box: { account?: Account } = {};
  const webhook = await startWebhook((received, index) => {
    const made = answer(box.account as Account, received, index);
    if (typeof made !== 'string') return made;
    return made === 'hang' ? made : { body: made };
  });
  const bench = await startBench({ ...options, webhookUrl: webhook.url });
  box.account = bench.sandbox;
  const openid = await bench.resident(false);
  await bench.control('POST', 'webhook', { url: null });
  await bench.say(openid, { type: 'subscribe' });
  await bench.control('POST', 'webhook', { url: webhook.url });
  return { bench, openid, received: webhook.received, account: bench.sandbox };
}

describe('a delivery', () => {
  test('in plain mode is signed, not encrypted, and has the documented fields', async () => {
    const { bench, openid, received, account } = await pair({ mode: 'plain' }, () => 'success');
    const answer = await bench.say(openid, { type: 'text', text: '你好 ]]> <b>' });
    expect(answer).toMatchObject({ reply: null, attempts: 1, statuses: [200], banner: false });
    const [{ query, body } = { query: new URLSearchParams(), body: '' }] = received;
    expect([...query.keys()]).toEqual(['signature', 'timestamp', 'nonce', 'openid']);
    const [timestamp, nonce] = [query.get('timestamp') ?? '', query.get('nonce') ?? ''];
    expect(query.get('signature')).toBe(signatureOf(account.token, timestamp, nonce));
    expect(query.get('openid')).toBe(openid);
    expect(body).toContain(`<ToUserName><![CDATA[${account.originalId}]]></ToUserName>`);
    expect(body).toContain(`<FromUserName><![CDATA[${openid}]]></FromUserName>`);
    expect(body).toContain('<Content><![CDATA[你好 ]]]]><![CDATA[> <b>]]></Content>');
    expect(body).toMatch(/<CreateTime>\d{10}<\/CreateTime>/);
    expect(body).toMatch(/<MsgId>\d{17,19}<\/MsgId>/);
  });

  test('in secure mode holds nothing but ToUserName and the ciphertext, signed over it', async () => {
    const { bench, openid, received, account } = await pair({ mode: 'secure' }, () => 'success');
    await bench.say(openid, { type: 'text', text: '你好' });
    const { query, body } = received[0] as Received;
    expect(query.get('encrypt_type')).toBe('aes');
    const encrypt = between(body, 'Encrypt');
    const signed = [query.get('timestamp') ?? '', query.get('nonce') ?? ''] as const;
    expect(query.get('msg_signature')).toBe(signatureOf(account.token, ...signed, encrypt));
    expect(query.get('signature')).toBe(signatureOf(account.token, ...signed));
    expect([...body.matchAll(/<(\w+)>/g)].map(([, tag]) => tag)).toEqual(['xml', 'ToUserName', 'Encrypt']);
    expect(decryptText(account.aesKey, account.appId, encrypt)).toContain('<Content><![CDATA[你好]]></Content>');
  });

  test('in compat mode holds both', async () => {
    const { bench, openid, received, account } = await pair({ mode: 'compat' }, () => 'success');
    await bench.say(openid, { type: 'text', text: '你好' });
    const { body } = received[0] as Received;
    expect(body).toContain('<Content><![CDATA[你好]]></Content>');
    const inner = decryptText(account.aesKey, account.appId, between(body, 'Encrypt'));
    expect(between(inner ?? '', 'MsgId')).toBe(between(body, 'MsgId'));
  });

  test('comes three times in all when nothing is answered in time, then the phone shows the banner', async () => {
    const { bench, openid, received } = await pair(
      { mode: 'plain', behaviour: { deliveryTimeoutMs: 100 } },
      () => 'hang',
    );
    const answer = await bench.say(openid, { type: 'text', text: '你好' });
    expect(answer).toMatchObject({
      attempts: 3,
      statuses: ['timeout', 'timeout', 'timeout'],
      banner: true,
      reply: null,
    });
    expect(new Set(received.map(({ body }) => between(body, 'MsgId'))).size).toBe(1);
    expect(new Set(received.map(({ query }) => query.get('nonce'))).size).toBe(3);
    expect((await bench.inbox(openid)).at(-1)).toMatchObject({ via: 'banner', text: BANNER_TEXT });
  });

  test('may be repeated with the same signature, as nobody knows what the real one does', async () => {
    const { bench, openid, received } = await pair(
      { mode: 'secure', behaviour: { retryResigns: false, deliveryTimeoutMs: 100 } },
      () => 'hang',
    );
    await bench.say(openid, { type: 'text', text: '你好' });
    expect(new Set(received.map(({ query, body }) => `${query.toString()} ${body}`)).size).toBe(1);
    expect(received).toHaveLength(3);
  });

  test('is repeated after an error and stops at the first good answer', async () => {
    const { bench, openid, received } = await pair({ mode: 'plain' }, (_account, _one, index) =>
      index === 0 ? { status: 500, body: 'oops' } : 'success',
    );
    const answer = await bench.say(openid, { type: 'text', text: '你好' });
    expect(answer).toMatchObject({ attempts: 2, statuses: [500, 200], banner: false });
    expect(received).toHaveLength(2);
  });

  test('to a closed port is unreachable three times', async () => {
    const { bench, openid } = await pair({ mode: 'plain' }, () => 'success');
    await bench.control('POST', 'webhook', { url: 'http://127.0.0.1:1/wechat' });
    const answer = await bench.say(openid, { type: 'text', text: '你好' });
    expect(answer).toMatchObject({ statuses: ['unreachable', 'unreachable', 'unreachable'], banner: true });
  });

  test('goes out in several equal copies at once, and the phone shows one answer', async () => {
    const { bench, openid, received } = await pair({ mode: 'plain' }, (account, { query }) =>
      textReply(account, query.get('openid') ?? '', '收到'),
    );
    const answer = await bench.say(openid, { type: 'text', text: '你好', deliveries: 5, msgId: '1234567890123456789' });
    expect(received.map(({ body }) => between(body, 'MsgId'))).toEqual(
      Array.from({ length: 5 }, () => '1234567890123456789'),
    );
    expect(answer.replies).toHaveLength(5);
    expect((await bench.inbox(openid)).filter(({ via }) => via === 'reply')).toHaveLength(1);
  });

  test('of every kind has its documented fields', async () => {
    const { bench, openid, received } = await pair({ mode: 'plain' }, () => 'success');
    const fieldsOf = async (said: Record<string, unknown>) => {
      await bench.say(openid, said);
      return [...(received.at(-1)?.body ?? '').matchAll(/<([A-Z]\w+)>/g)].map(([, tag]) => tag).slice(4);
    };
    expect(await fieldsOf({ type: 'image' })).toEqual(['PicUrl', 'MediaId', 'MsgId']);
    expect(await fieldsOf({ type: 'voice' })).toEqual(['MediaId', 'Format', 'Recognition', 'MsgId']);
    expect(await fieldsOf({ type: 'video' })).toEqual(['MediaId', 'ThumbMediaId', 'MsgId']);
    expect(await fieldsOf({ type: 'location', lat: 0, lng: 0, label: '村口' })).toEqual([
      'Location_X',
      'Location_Y',
      'Scale',
      'Label',
      'MsgId',
    ]);
    expect(await fieldsOf({ type: 'link', url: 'http://a.cn' })).toEqual(['Title', 'Description', 'Url', 'MsgId']);
    expect(await fieldsOf({ type: 'click', key: 'K' })).toEqual(['Event', 'EventKey']);
    expect(await fieldsOf({ type: 'view', url: 'http://a.cn' })).toEqual(['Event', 'EventKey', 'MenuId']);
    expect(await fieldsOf({ type: 'unsubscribe' })).toEqual(['Event', 'EventKey']);
    expect(await fieldsOf({ type: 'subscribe', scene: 'village_01' })).toEqual(['Event', 'EventKey', 'Ticket']);
    const raw = { MsgType: 'event', Event: 'scancode_push', ScanCodeInfo: { ScanType: 'qrcode', ScanResult: '1' } };
    expect(await fieldsOf({ type: 'raw', fields: raw })).toEqual(['Event', 'ScanCodeInfo', 'ScanType', 'ScanResult']);
    expect(await fieldsOf({ type: 'text', text: '没有编号', msgId: null })).toEqual(['Content']);
    await bench.say(openid, { type: 'raw', xml: '<!DOCTYPE x><xml>' });
    expect(received.at(-1)?.body).toBe('<!DOCTYPE x><xml>');
  });

  test('of a photo leads to the same bytes by PicUrl and by media/get', async () => {
    const { bench, openid, received } = await pair({ mode: 'plain' }, () => 'success');
    await bench.say(openid, { type: 'image' });
    const body = received[0]?.body ?? '';
    const byUrl = Buffer.from(await (await fetch(between(body, 'PicUrl'))).arrayBuffer());
    const token = await bench.token();
    const byId = await fetch(
      `${bench.sandbox.url}/cgi-bin/media/get?access_token=${token}&media_id=${between(body, 'MediaId')}`,
    );
    expect(byUrl.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]));
    expect(Buffer.from(await byId.arrayBuffer()).equals(byUrl)).toBe(true);
  });
});

describe('the address check when it is saved', () => {
  test('passes only where the very echostr comes back', async () => {
    const { bench } = await pair({}, (_account, { query }) => query.get('echostr') ?? 'success');
    expect(await bench.control('POST', 'verify')).toEqual({ verified: true });
    const { bench: other } = await pair({}, () => 'success');
    expect(await other.control('POST', 'verify')).toEqual({ verified: false });
  });
});

describe('an answer that the platform takes', () => {
  test('plain text in plain and compat mode, encrypted text in secure and compat mode', async () => {
    for (const mode of ['plain', 'compat', 'secure'] as const) {
      for (const encrypted of [false, true]) {
        const { bench, openid } = await pair({ mode }, (account, { query }) => {
          const xml = textReply(account, query.get('openid') ?? '', '收到');
          return encrypted ? sealed(account, xml) : xml;
        });
        const { reply, banner } = await bench.say(openid, { type: 'text', text: '你好' });
        const good = mode === 'compat' || (mode === 'secure') === encrypted;
        expect([mode, encrypted, reply, banner]).toEqual([
          mode,
          encrypted,
          good ? { type: 'text', text: '收到' } : null,
          !good,
        ]);
      }
    }
  });

  test('success and nothing at all show nothing', async () => {
    for (const body of ['success', '', ' success\n']) {
      const { bench, openid } = await pair({ mode: 'plain' }, () => body);
      expect(await bench.say(openid, { type: 'text', text: '你好' })).toMatchObject({ reply: null, banner: false });
    }
  });

  test('several articles only in answer to an event; to a message the first; more than eight are silence', async () => {
    let count = 8;
    const { bench, openid } = await pair({ mode: 'plain' }, (account, { query }) =>
      newsReply(account, query.get('openid') ?? '', count),
    );
    const articles = async (said: Record<string, unknown>) => {
      const { reply } = await bench.say(openid, said);
      return reply?.type === 'news' ? reply.articles.length : 0;
    };
    expect(await articles({ type: 'click', key: 'LATEST' })).toBe(8);
    expect(await articles({ type: 'text', text: '最新' })).toBe(1);
    count = 9;
    expect(await bench.say(openid, { type: 'click', key: 'LATEST' })).toMatchObject({ reply: null, banner: false });
  });

  test('of 2,048 bytes', async () => {
    let content = '一'.repeat(682);
    const { bench, openid } = await pair({ mode: 'plain' }, (account, { query }) =>
      textReply(account, query.get('openid') ?? '', content),
    );
    expect((await bench.say(openid, { type: 'text', text: '你好' })).banner).toBe(false);
    content = '一'.repeat(683);
    expect((await bench.say(openid, { type: 'text', text: '你好' })).banner).toBe(true);
  });
});

describe('an answer that brings the banner', () => {
  const wrong: [string, (account: Account, openid: string) => string][] = [
    ['JSON', () => '{"ok":true}'],
    ['cut XML', (account, openid) => textReply(account, openid, '收到').slice(0, -5)],
    ['empty Content', (account, openid) => textReply(account, openid, '')],
    ['a DOCTYPE', (account, openid) => `<!DOCTYPE x>${textReply(account, openid, '收到')}`],
    ['another receiver', (account) => textReply(account, 'somebody', '收到')],
    ['another sender', (account, openid) => textReply({ ...account, originalId: 'gh_1' }, openid, '收到')],
    [
      'no CreateTime',
      (account, openid) => textReply(account, openid, '收到').replace(/<CreateTime>.*<\/CreateTime>/, ''),
    ],
    ['an unknown MsgType', (account, openid) => textReply(account, openid, '收到').replace('[text]', '[dance]')],
    [
      'an unknown image',
      (account, openid) =>
        textReply(account, openid, '', '<Image><MediaId>no</MediaId></Image>').replace('[text]', '[image]'),
    ],
    ['no article', (account, openid) => newsReply(account, openid, 0)],
    ['a wrong ArticleCount', (account, openid) => newsReply(account, openid, 2, 3)],
  ];
  test.each(wrong)('%s', async (_what, make) => {
    const { bench, openid, received } = await pair({ mode: 'plain' }, (account, { query }) =>
      make(account, query.get('openid') ?? ''),
    );
    const answer = await bench.say(openid, { type: 'text', text: '你好' });
    expect(answer).toMatchObject({ banner: true, reply: null, why: expect.any(String) });
    expect(received).toHaveLength(1);
    expect((await bench.inbox(openid)).at(-1)?.text).toBe(BANNER_TEXT);
  });

  test.each([
    ['a wrong MsgSignature', { signature: '0'.repeat(40) }],
    ['the appid of somebody else', { appId: 'wx0000000000000000' }],
  ])('in secure mode: %s', async (_what, how) => {
    const { bench, openid } = await pair({ mode: 'secure' }, (account, { query }) =>
      sealed(account, textReply(account, query.get('openid') ?? '', '收到'), how),
    );
    expect((await bench.say(openid, { type: 'text', text: '你好' })).banner).toBe(true);
  });
});
