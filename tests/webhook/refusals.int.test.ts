import { request } from 'node:http';
import { beforeAll, describe, expect, it } from 'vitest';
import { encryptText } from '../../src/sandbox/crypto.ts';
import { testDatabase } from '../support/stores.ts';
import {
  AES_KEY,
  APP_ID,
  compat,
  database,
  type Parcel,
  plain,
  post,
  resident,
  secure,
  type Service,
  startTestService,
  textXml,
  TOKEN,
  withQuery,
  xmlOf,
} from './service.ts';

const { uri } = testDatabase();
const db = database(uri);
const MODES = ['plain', 'compat', 'secure'] as const;
type Mode = (typeof MODES)[number];

const services = {} as Record<Mode, Service>;
beforeAll(async () => {
  const started = await Promise.all(MODES.map((mode) => startTestService({ uri, env: { WECHAT_MODE: mode } })));
  for (const [i, mode] of MODES.entries()) services[mode] = started[i] as Service;
});

/** Status of a refused request, which must have left nothing behind. */
async function refused(mode: Mode, openid: string, parcel: Parcel): Promise<number> {
  const { status } = await post(services[mode].url, parcel);
  expect(await db.collection('inbox').countDocuments({ openid })).toBe(0);
  return status;
}

const form: Record<Mode, (xml: string) => Parcel> = { plain, compat, secure };

describe.each(MODES)('the webhook in %s mode', (mode) => {
  it('answers the address check with echostr, and 401 where it is badly signed', async () => {
    const address = `${services[mode].url}/wechat`;
    const { query } = plain('');
    const good = await fetch(withQuery(address, { ...query, echostr: '4375120948345356249' }));
    expect([good.status, await good.text()]).toEqual([200, '4375120948345356249']);
    const bad = await fetch(withQuery(address, { ...query, echostr: '1', signature: 'f'.repeat(40) }));
    expect([bad.status, await bad.text()]).toEqual([401, 'bad_signature']);
  });

  it('answers a good message in the form in which it came', async () => {
    const { status, text, body } = await post(services[mode].url, form[mode](textXml(resident(), '帮助')));
    expect([status, text]).toEqual([200, expect.stringContaining('反映问题')]);
    expect(body.includes('<Encrypt>')).toBe(mode !== 'plain');
  });

  it.each([
    ['wrong', 'f'.repeat(40)],
    ['missing', undefined],
    ['empty', ''],
    ['repeated', 'twice'],
    ['odd in length', 'abc'],
    ['longer than any', 'a'.repeat(4_000)],
    ['of other characters', '签名'.repeat(20)],
  ])('answers 401 to a signature that is %s, without any effect', async (_what, value) => {
    const openid = resident();
    const parcel = form[mode](textXml(openid, '帮助'));
    const names = mode === 'plain' ? ['signature'] : ['signature', 'msg_signature'];
    for (const name of names) {
      const right = parcel.query[name] as string;
      const query = { ...parcel.query, [name]: value === 'twice' ? [right, right] : value };
      expect([name, await refused(mode, openid, { ...parcel, query })]).toEqual([name, 401]);
    }
  });

  it.each(['timestamp', 'nonce'])('answers 401 to a %s that is missing or repeated', async (name) => {
    const openid = resident();
    const parcel = form[mode](textXml(openid, '帮助'));
    const right = parcel.query[name] as string;
    for (const value of [undefined, [right, right], [right, 'other']]) {
      expect(await refused(mode, openid, { ...parcel, query: { ...parcel.query, [name]: value } })).toBe(401);
    }
  });

  it('looks at the signature before the body', async () => {
    const query = { ...plain('').query, signature: 'f'.repeat(40) };
    for (const body of ['', '<!DOCTYPE x>', 'x'.repeat(70_000)]) {
      expect((await post(services[mode].url, { query, body })).status).toBe(401);
    }
  });

  it.each([
    ['nothing', ''],
    ['words', 'hello'],
    ['broken XML', '<xml><Content>'],
    ['a DOCTYPE', '<!DOCTYPE x [<!ENTITY a "b">]><xml><MsgType>text</MsgType><Content>&a;</Content></xml>'],
    ['JSON that is none', '{"MsgType":'],
    ['a message without a sender', '<xml><MsgType>text</MsgType><Content>帮助</Content></xml>'],
  ])('answers 400 to %s', async (_what, body) => {
    expect((await post(services[mode].url, form[mode](body))).status).toBe(400);
    if (mode === 'plain') return;
    expect((await post(services[mode].url, { ...secure('<xml/>'), body })).status).toBe(400);
  });

  it('answers 413 to more than 64 KiB, announced or not', async () => {
    const openid = resident();
    const { query } = form[mode](textXml(openid, '帮助'));
    const body = textXml(openid, '长'.repeat(30_000));
    expect(await refused(mode, openid, { query, body })).toBe(413);
    const chunked = await new Promise<number | undefined>((resolve, reject) => {
      const sending = request(withQuery(`${services[mode].url}/wechat`, query), { method: 'POST' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.on('error', reject);
      for (let sent = 0; sent < 5; sent += 1) sending.write('x'.repeat(16_000));
      sending.end();
    });
    expect(chunked).toBe(413);
  });

  it('stores unknown types and answers success', async () => {
    const openid = resident();
    for (const fields of [
      { MsgType: 'hologram', Content: '3D' },
      { MsgType: 'event', Event: 'moon_landing', EventKey: 'x' },
    ]) {
      const answer = await post(services[mode].url, form[mode](xmlOf(openid, fields)));
      expect([answer.status, answer.body]).toEqual([200, 'success']);
    }
    const rows = await db.collection('inbox').find({ openid }).toArray();
    expect(rows.map((row) => row['state'])).toEqual(['done', 'done']);
  });
});

describe('an old signature', () => {
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

  it('lets nobody speak: ten minutes in plain mode, a day otherwise, and no plain text in compat mode', async () => {
    const openid = resident();
    const xml = textXml(openid, '帮助');
    for (const seconds of [660, -660]) expect(await refused('plain', openid, plain(xml, ago(seconds)))).toBe(401);
    for (const mode of ['compat', 'secure'] as const) {
      for (const seconds of [86_460, -86_460]) {
        expect(await refused(mode, openid, secure(xml, undefined, ago(seconds)))).toBe(401);
      }
      expect(await refused(mode, openid, plain(xml))).toBe(401);
    }
    expect((await post(services.plain.url, plain(xml, ago(540)))).status).toBe(200);
    expect((await post(services.secure.url, secure(textXml(openid, '最新'), undefined, ago(80_000)))).status).toBe(200);
  });

  it('of compat mode has only what was encrypted read', async () => {
    const [forged, real] = [resident(), resident()];
    const parcel = secure(textXml(real, '帮助'));
    const encrypt = /<Encrypt>.*<\/Encrypt>/.exec(parcel.body)?.[0] ?? '';
    const body = textXml(forged, '投诉').replace('</xml>', `${encrypt}</xml>`);
    expect((await post(services.compat.url, { ...parcel, body })).text).toContain('反映问题');
    expect(await db.collection('inbox').countDocuments({ openid: forged })).toBe(0);
    expect(await db.collection('inbox').countDocuments({ openid: real })).toBe(1);
  });

  it('opens no captured message by the address check', async () => {
    const ciphertext = encryptText(AES_KEY, APP_ID, textXml(resident(), '我的秘密'));
    const { query } = secure('', ciphertext);
    for (const asked of [query, { ...query, signature: undefined }]) {
      const answer = await fetch(withQuery(`${services.secure.url}/wechat`, { ...asked, echostr: ciphertext }));
      expect([400, 401]).toContain(answer.status);
      expect(await answer.text()).not.toMatch(/xml|秘密/);
    }
  });
});

describe('a clock that is wrong', () => {
  it('is told in health, as an alarm and in the log, once, although messages go on', async () => {
    const service = await startTestService({ uri });
    const slow = (text: string) => secure(textXml(resident(), text), undefined, new Date(Date.now() - 90_000));
    expect((await post(service.url, slow('帮助'))).text).toContain('反映问题');
    await post(service.url, slow('帮助'));
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toContain('xiangyin_alarms_total{kind="clock_off"} 1');
    expect(service.logLines.filter((line) => line.includes('clock.off'))).toHaveLength(1);
    expect(service.logLines.join()).toMatch(/"seconds":9[0-4]/);
  });
});

describe('the webhook in secure mode', () => {
  it('answers 401 to plain text, however it is labelled', async () => {
    const openid = resident();
    const { query, body } = plain(textXml(openid, '帮助'));
    expect(await refused('secure', openid, { query, body })).toBe(401);
    expect(await refused('secure', openid, { query: { ...query, encrypt_type: 'raw' }, body })).toBe(401);
    expect(await refused('secure', openid, { query: { ...query, encrypt_type: 'aes' }, body })).toBe(401);
  });

  it('answers 401 to a ciphertext for another account, cut short, damaged or of another key', async () => {
    const openid = resident();
    const xml = textXml(openid, '帮助');
    const good = encryptText(AES_KEY, APP_ID, xml);
    const damaged = Buffer.from(good, 'base64');
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    const bad = [
      encryptText(AES_KEY, 'wxanother', xml),
      encryptText('b'.repeat(43), APP_ID, xml),
      good.slice(0, 64),
      good.slice(0, 41),
      damaged.toString('base64'),
      'not base64!',
    ];
    for (const ciphertext of bad) expect(await refused('secure', openid, secure('', ciphertext))).toBe(401);
  });

  it('answers 400 to a body without Encrypt', async () => {
    const { query } = secure('<xml/>');
    expect((await post(services.secure.url, { query, body: '<xml><A>1</A></xml>' })).status).toBe(400);
  });

  it('takes a previous token and key during a change', async () => {
    const env = {
      WECHAT_TOKEN: 'newtoken',
      WECHAT_ENCODING_AES_KEY: 'c'.repeat(43),
      WECHAT_TOKEN_PREVIOUS: TOKEN,
      WECHAT_ENCODING_AES_KEY_PREVIOUS: AES_KEY,
    };
    const changed = await startTestService({ uri, env });
    const { text } = await post(changed.url, secure(textXml(resident(), '帮助')));
    expect(text).toContain('反映问题');
  });

  it('writes neither openid nor text nor query into the log', async () => {
    const openid = resident();
    const words = '一句不该出现在日志里的话';
    const parcel = secure(textXml(openid, words));
    await post(services.secure.url, parcel);
    await post(services.secure.url, { ...secure(textXml(openid, words)), query: { signature: 'abc', openid } });
    const logged = services.secure.logLines.join('\n');
    expect(logged).toContain('webhook.refused');
    for (const hidden of [openid, words, parcel.query['signature'] as string]) {
      expect(logged).not.toContain(hidden);
    }
  });
});
