import { describe, expect, it } from 'vitest';
import {
  checkWebhookQuery,
  createMessageCrypto,
  openWebhookBody,
  parseXml,
  sealReply,
  signatureOf,
  signedTimestamp,
  verifyUrl,
  type WebhookRequest,
} from '../../src/wechat/index.ts';
import { appErrorOf } from './support.ts';

const TOKEN = 'town-token';
const APP_ID = 'wx0123456789abcdef';
const KEY = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
const XML = '<xml><FromUserName><![CDATA[o1]]></FromUserName><MsgType>text</MsgType><Content>你好</Content></xml>';
const crypto = createMessageCrypto({ appId: APP_ID, encodingAesKeys: [KEY] });
const stamp = { timestamp: '1700000000', nonce: '42' };
const now = new Date(1_700_000_100_000);
const signed = (token = TOKEN) => ({ ...stamp, signature: signatureOf(token, stamp.timestamp, stamp.nonce) });

function sealed(encrypt = crypto.encrypt(XML), token = TOKEN) {
  const msg_signature = signatureOf(token, stamp.timestamp, stamp.nonce, encrypt.replaceAll(/\s/g, ''));
  return {
    query: { ...signed(token), encrypt_type: 'aes', msg_signature },
    body: `<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
  };
}

const open = (over: Partial<WebhookRequest>) =>
  openWebhookBody({ mode: 'secure', tokens: [TOKEN], crypto, body: XML, query: signed(), now, ...over });
const refusal = (over: Partial<WebhookRequest>) => {
  const { status, details } = appErrorOf(() => open(over));
  return [status, (details as { check: string }).check];
};

describe('webhook POST', () => {
  it('opens plain, compat and secure requests', () => {
    expect(open({ mode: 'plain' })).toMatchObject({ encrypted: false, fields: { Content: '你好' } });
    expect(open({ mode: 'compat', ...sealed() })).toMatchObject({ encrypted: true, fields: { Content: '你好' } });
    expect(open({ ...sealed() })).toEqual({ encrypted: true, tokenIndex: 0, keyIndex: 0, fields: parseXml(XML) });
    const request = sealed();
    expect(open({ ...request, body: Buffer.from(request.body) }).encrypted).toBe(true);
  });

  it('believes only what was inside the ciphertext', () => {
    const request = sealed();
    const body = request.body.replace('<Encrypt>', '<FromUserName>forged</FromUserName><Encrypt>');
    expect(open({ ...request, body, mode: 'compat' }).fields).toEqual(parseXml(XML));
  });

  it('accepts the previous token and key during a change', () => {
    const both = createMessageCrypto({
      appId: APP_ID,
      encodingAesKeys: ['abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG', KEY],
    });
    const opened = open({ ...sealed(undefined, 'old'), tokens: [TOKEN, 'old'], crypto: both });
    expect(opened).toMatchObject({ tokenIndex: 1, keyIndex: 1 });
  });

  it('reads JSON bodies, plain and encrypted', () => {
    const inner = '{"FromUserName":"o1","MsgType":"text","MsgId":23456789012345678901}';
    expect(open({ mode: 'plain', body: inner }).fields['MsgId']).toBe('23456789012345678901');
    const request = sealed(crypto.encrypt(inner));
    const encrypt = parseXml(request.body)['Encrypt'];
    expect(
      open({ ...request, body: JSON.stringify({ ToUserName: 'gh', Encrypt: encrypt }) }).fields['FromUserName'],
    ).toBe('o1');
  });

  it('opens a ciphertext that reformatted XML has broken into lines', () => {
    const encrypt = crypto.encrypt(XML);
    const request = sealed(`\n  ${encrypt.slice(0, 64)}\n  ${encrypt.slice(64)}\n`);
    expect(open(request).fields).toEqual(parseXml(XML));
  });

  it.each([
    ['wrong', { ...signed('other') }],
    ['missing', { ...stamp }],
    ['empty', { ...signed(), signature: '' }],
    ['odd in length', { ...signed(), signature: 'abc' }],
    ['in capitals', { ...signed(), signature: signed().signature.toUpperCase() }],
    ['repeated', { ...signed(), signature: [signed().signature, signed().signature] }],
    ['over a repeated timestamp', { ...signed(), timestamp: [stamp.timestamp, stamp.timestamp] }],
    ['over a missing nonce', { signature: signed().signature, timestamp: stamp.timestamp }],
  ])('refuses a signature that is %s, before the body', (_what, query) => {
    expect(refusal({ mode: 'plain', query, body: '<!DOCTYPE x>' })).toEqual([401, 'signature']);
    const { encrypt_type, msg_signature } = sealed().query;
    expect(refusal({ ...sealed(), query: { encrypt_type, msg_signature, ...query } })).toEqual([401, 'signature']);
  });

  it.each([
    ['wrong', { msg_signature: signed().signature }],
    ['missing', { msg_signature: undefined }],
    ['repeated', { msg_signature: [sealed().query.msg_signature, sealed().query.msg_signature] }],
    ['odd in length', { msg_signature: 'a' }],
  ])('refuses a msg_signature that is %s', (_what, over) => {
    const request = sealed();
    expect(refusal({ ...request, query: { ...request.query, ...over } })).toEqual([401, 'msg_signature']);
  });

  it.each(['secure', 'compat'] as const)('refuses a plaintext POST in %s mode, however it is labelled', (mode) => {
    const refusalOf = (query: WebhookRequest['query']) => refusal({ mode, query });
    expect(refusalOf(signed())).toEqual([401, 'mode']);
    expect(refusalOf({ ...signed(), encrypt_type: 'raw' })).toEqual([401, 'mode']);
    expect(refusalOf({ ...signed(), encrypt_type: 'aes' })).toEqual([401, 'msg_signature']);
    expect(refusalOf({ ...signed(), encrypt_type: 'none' })).toEqual([401, 'encrypt_type']);
    expect(refusalOf({ ...signed(), encrypt_type: ['aes', 'aes'] })).toEqual([401, 'encrypt_type']);
  });

  const at = (seconds: number) => new Date((1_700_000_000 + seconds) * 1_000);

  it.each([
    ['plain', 600, {}],
    ['compat', 86_400, sealed()],
    ['secure', 86_400, sealed()],
  ] as const)('in %s mode takes a timestamp within %d seconds of our clock, either way', (mode, seconds, parcel) => {
    for (const off of [-seconds, 0, seconds]) {
      expect(open({ mode, ...parcel, now: at(off) }).fields).toEqual(parseXml(XML));
    }
    for (const off of [-seconds - 1, seconds + 1]) {
      expect(refusal({ mode, ...parcel, now: at(off) })).toEqual([401, 'timestamp']);
      const head = { mode, query: { ...signed(), ...('query' in parcel ? parcel.query : {}) }, tokens: [TOKEN] };
      expect(appErrorOf(() => checkWebhookQuery({ ...head, now: at(off) })).status).toBe(401);
    }
  });

  it.each(['1.7e9', '01700000000', '170000000', '17000000000', ' 1700000000', '1700000000.0', '-1700000000', 'now'])(
    'refuses the timestamp %s although it is well signed',
    (timestamp) => {
      const query = { timestamp, nonce: '42', signature: signatureOf(TOKEN, timestamp, '42') };
      expect(refusal({ mode: 'plain', query })).toEqual([401, 'timestamp']);
    },
  );

  it('refuses a ciphertext where it has no key', () => {
    expect(refusal({ ...sealed(), mode: 'plain', crypto: undefined })).toEqual([401, 'mode']);
  });

  it('refuses ciphertext for another account, cut short or damaged', () => {
    const foreign = createMessageCrypto({ appId: 'wxforeign', encodingAesKeys: [KEY] });
    expect(refusal(sealed(foreign.encrypt(XML)))).toEqual([401, 'appid']);
    expect(refusal(sealed(crypto.encrypt(XML).slice(0, 40)))).toEqual([401, 'ciphertext']);
    expect(refusal(sealed('not base64!'))).toEqual([401, 'ciphertext']);
  });

  it.each([
    ['nothing', '', 'format'],
    ['plain words', 'hello', 'format'],
    ['a form', 'a=1&b=2', 'format'],
    ['broken XML', '<xml><A></xml>', 'xml'],
    ['a DOCTYPE', '<!DOCTYPE a><xml/>', 'declaration'],
    ['broken JSON', '{"a":', 'json'],
    ['65 KiB', `<xml><A>${'x'.repeat(66_000)}</A></xml>`, 'size'],
  ])('refuses %s with 400, outside and inside the ciphertext', (_what, body, check) => {
    expect(refusal({ mode: 'plain', body })).toEqual([400, check]);
    expect(refusal(sealed(crypto.encrypt(body)))).toEqual([400, check]);
    expect(refusal({ ...sealed(), body })).toEqual([400, check]);
  });

  it('refuses an encrypted request without Encrypt', () => {
    expect(refusal({ ...sealed(), body: XML })).toEqual([400, 'encrypt']);
  });
});

describe('webhook GET', () => {
  const verify = (query: WebhookRequest['query']) => verifyUrl({ mode: 'secure', query, tokens: [TOKEN], crypto, now });
  const msg = (echostr: string) => ({
    msg_signature: signatureOf(TOKEN, stamp.timestamp, stamp.nonce, echostr),
    echostr,
  });

  it('answers echostr as it is', () => {
    const query = {
      signature: 'f464b24fc39322e44b38aa78f5edd27bd1441696',
      timestamp: '1714036504',
      nonce: '1514711492',
      echostr: '4375120948345356249',
    };
    const asked = { mode: 'secure', query, tokens: ['AAAAA'] } as const;
    expect(verifyUrl({ ...asked, now: new Date(1_714_036_504_000) })).toBe('4375120948345356249');
    expect(appErrorOf(() => verifyUrl({ ...asked, now: new Date() })).details).toEqual({ check: 'timestamp' });
  });

  it('opens an encrypted echostr of digits, under both signatures alone', () => {
    const sealedEcho = msg(crypto.encrypt('12345'));
    expect(verify({ ...signed(), ...sealedEcho })).toBe('12345');
    expect(appErrorOf(() => verify({ ...stamp, ...sealedEcho })).status).toBe(401);
    expect(appErrorOf(() => verify({ ...signed('x'), ...sealedEcho })).status).toBe(401);
    const other = { ...sealedEcho, echostr: crypto.encrypt('6') };
    expect(appErrorOf(() => verify({ ...signed(), ...other })).status).toBe(401);
  });

  it.each([
    ['a message', XML],
    ['JSON', '{"FromUserName":"o1"}'],
    ['words', '投诉'],
    ['nothing', ''],
    ['too many digits', '1'.repeat(33)],
    ['digits and more', '12345 <xml/>'],
  ])('decrypts no captured ciphertext with %s inside, however it is signed', (_what, inside) => {
    const echostr = crypto.encrypt(inside);
    for (const query of [
      { ...stamp, ...msg(echostr) },
      { ...signed(), ...msg(echostr) },
    ]) {
      expect([400, 401]).toContain(appErrorOf(() => verify(query)).status);
    }
    // Without msg_signature it is no more than too long a word.
    expect(appErrorOf(() => verify({ ...signed(), echostr })).details).toEqual({ check: 'echostr' });
  });

  it('echoes no markup', () => {
    for (const echostr of ['<xml></xml>', '<script>alert(1)</script>', 'a b', '签']) {
      expect(appErrorOf(() => verify({ ...signed(), echostr })).status).toBe(400);
    }
  });

  it('refuses a wrong, missing or repeated signature, and a missing echostr', () => {
    expect(appErrorOf(() => verify({ ...signed('x'), echostr: '1' })).status).toBe(401);
    expect(appErrorOf(() => verify({ ...stamp, echostr: '1' })).status).toBe(401);
    expect(appErrorOf(() => verify({ ...signed(), signature: [signed().signature], echostr: '1' })).status).toBe(401);
    expect(appErrorOf(() => verify(signed())).status).toBe(400);
    expect(appErrorOf(() => verify({ ...signed(), echostr: ['1', '2'] })).status).toBe(400);
  });
});

describe('signedTimestamp', () => {
  it('reads it under a good signature alone, however old', () => {
    expect(signedTimestamp({ query: signed(), tokens: [TOKEN] })).toBe('1700000000');
    expect(signedTimestamp({ query: signed('x'), tokens: [TOKEN] })).toBeNull();
    expect(signedTimestamp({ query: stamp, tokens: [TOKEN] })).toBeNull();
  });
});

describe('sealReply', () => {
  it('makes an envelope that the platform can check and open', () => {
    const xml = sealReply({ crypto, xml: XML, timestamp: 1_700_000_000.5, nonce: 'n', token: TOKEN, keyIndex: 0 });
    const envelope = parseXml(xml) as Record<string, string>;
    expect(Object.keys(envelope)).toEqual(['Encrypt', 'MsgSignature', 'TimeStamp', 'Nonce']);
    expect(envelope['TimeStamp']).toBe('1700000000');
    expect(envelope['MsgSignature']).toBe(signatureOf(TOKEN, '1700000000', 'n', envelope['Encrypt']));
    expect(crypto.decrypt(envelope['Encrypt'] ?? '').xml).toBe(XML);
  });
});
