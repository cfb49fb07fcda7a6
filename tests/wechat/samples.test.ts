import { describe, expect, it } from 'vitest';
import { encryptText } from '../../src/sandbox/crypto.ts';
import { createMessageCrypto, dedupeKey, openWebhookBody, parseInbound, signatureOf } from '../../src/wechat/index.ts';
import { SAMPLES } from './samples.ts';

const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const APP_ID = 'wx0123456789abcdef';
const stamp = { timestamp: '1772503200', nonce: '1' };
const query = { ...stamp, signature: signatureOf('town', stamp.timestamp, stamp.nonce) };
const open = (body: string) =>
  openWebhookBody({ mode: 'plain', query, tokens: ['town'], body, now: new Date(1_772_503_200_000) }).fields;

describe('every message and event of the documentation', () => {
  it.each(SAMPLES)('%s is understood, or kept whole', (_name, xml, read) => {
    const fields = open(xml);
    const parsed = parseInbound(fields);
    expect(parsed).toMatchObject({ ...read, openid: 'oSample00000000000000000001', createTime: 1_772_503_200 });
    expect(parsed.kind).toBe(fields['MsgType'] === 'event' ? 'event' : 'message');
    expect(parsed.raw).toEqual(fields);
  });

  it('has a key of its own', () => {
    const keys = SAMPLES.map(([, xml]) => dedupeKey(parseInbound(open(xml))));
    // One MsgId stands in all messages here: to the platform they would be one.
    const events = SAMPLES.flatMap(([, xml], i) => (xml.includes('[event]') ? [keys[i]] : []));
    expect(new Set(events).size).toBe(events.length);
  });

  it('comes the same in JSON', () => {
    for (const [name, xml] of SAMPLES) {
      const fields = open(xml);
      expect([name, parseInbound(open(JSON.stringify(fields)))]).toEqual([name, parseInbound(fields)]);
    }
  });

  it('comes the same sealed by another hand', () => {
    const crypto = createMessageCrypto({ appId: APP_ID, encodingAesKeys: [AES_KEY] });
    for (const [name, xml] of SAMPLES)
      expect([name, crypto.decrypt(encryptText(AES_KEY, APP_ID, xml)).xml]).toEqual([name, xml]);
  });
});
