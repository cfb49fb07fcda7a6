import { createDecipheriv } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  createMessageCrypto,
  dedupeKey,
  openWebhookBody,
  parseInbound,
  parseXml,
  signatureOf,
} from '../../src/wechat/index.ts';
import { unlessRefused } from './support.ts';

const corpus = fileURLToPath(new URL('../../../shared/corpus', import.meta.url));
const absent = !existsSync(corpus);
const reason = absent ? ' (skipped: the corpus folder is not on this machine)' : '';
const files = absent
  ? []
  : readdirSync(corpus, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(xml|json)$/.test(name));
const read = (name: string) => readFileSync(join(corpus, name), 'utf8');

const stamp = { timestamp: '1700000000', nonce: '1' };
const query = { ...stamp, signature: signatureOf('town', stamp.timestamp, stamp.nonce) };
const open = (body: string) =>
  openWebhookBody({ mode: 'plain', query, tokens: ['town'], body, now: new Date(1_700_000_000_000) }).fields;

/** Of types that the protocol page does not list; kept whole. */
const UNKNOWN = new Set([
  'notsure',
  'device_text',
  'device_event',
  'user_authorize_invoice',
  'update_invoice_status',
  'submit_invoice_title',
  'merchant_order',
  'ShakearoundUserShake',
  'WifiConnected',
  'debug_demo',
]);

describe('corpus', () => {
  it.skipIf(absent)(`understands every message and event, or keeps it whole${reason}`, () => {
    const inbound = files.filter((name) =>
      /inbound-(message|event)|no-msgid|jobfinish|debug_demo/.test(basename(name)),
    );
    expect(inbound.length).toBeGreaterThan(50);
    for (const name of inbound) {
      const fields = open(read(name));
      const parsed = parseInbound(fields);
      const { MsgType, Event } = fields as Record<string, string>;
      const platformType = (MsgType === 'event' ? Event : MsgType) ?? '';
      const expected = UNKNOWN.has(platformType) ? 'unknown' : platformType;
      expect([name, parsed.type]).toEqual([name, expected]);
      expect(parsed.kind).toBe(fields['MsgType'] === 'event' ? 'event' : 'message');
      expect(parsed.openid).not.toBe('');
      expect(parsed.createTime).toBeGreaterThan(0);
      expect(parsed.raw).toEqual(fields);
      expect(dedupeKey(parsed)).toMatch(/^(message|event|fields):[0-9a-f]{64}$/);
    }
  });

  it.skipIf(absent)(`survives every other file${reason}`, () => {
    for (const name of files) {
      const key = unlessRefused(() => dedupeKey(parseInbound(open(read(name)))));
      expect([name, key === null]).toEqual([name, read(name).includes('<!DOCTYPE')]);
    }
  });

  it.skipIf(absent)(
    `opens the encrypted files whose key is published, and seals them again byte for byte${reason}`,
    () => {
      const aesKey = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
      const key = Buffer.from(`${aesKey}=`, 'base64');
      const crypto = createMessageCrypto({ appId: 'wx49f0ab532d5d035a', encodingAesKeys: [aesKey] });
      const encrypted = files.filter((name) => /wechatpy.*encrypted-/.test(name));
      expect(encrypted).toHaveLength(3);
      for (const name of encrypted) {
        const outer = parseXml(read(name)) as Record<string, string>;
        const encrypt = outer['Encrypt'] ?? '';
        const { xml } = crypto.decrypt(encrypt);
        const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
        const random = decipher.update(encrypt, 'base64').subarray(0, 16);
        expect(crypto.encrypt(xml, { random })).toBe(encrypt);
        expect(parseInbound(parseXml(xml))).toMatchObject({ type: 'text', text: 'test' });
      }
    },
  );

  it.skipIf(absent)(`signs an encrypted reply as its file says${reason}`, () => {
    const [name = ''] = files.filter((file) => file.includes('encrypted-reply'));
    const { Encrypt, MsgSignature, TimeStamp = '', Nonce = '' } = parseXml(read(name)) as Record<string, string>;
    expect(signatureOf('123456', TimeStamp, Nonce, Encrypt)).toBe(MsgSignature);
  });
});
