import { createCipheriv, randomBytes } from 'node:crypto';
import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { createMessageCrypto } from '../../src/wechat/index.ts';
import { appErrorOf, unlessRefused } from './support.ts';

const KEY = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
const OTHER_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
const APP_ID = 'wx49f0ab532d5d035a';
const ECHO = '4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==';

const crypto = createMessageCrypto({ appId: APP_ID, encodingAesKeys: [KEY] });
const checkOf = (run: () => unknown) => appErrorOf(run).details;
const anyText = fc.string({ unit: 'grapheme', maxLength: 200 });

/** A ciphertext whose plain bytes the test chooses, padding included. */
function rawEncrypt(plain: Buffer): string {
  const key = Buffer.from(`${KEY}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
}

describe('message encryption', () => {
  it('opens a published ciphertext', () => {
    expect(crypto.decrypt(ECHO)).toEqual({ xml: '5927782489442352469', appId: APP_ID, keyIndex: 0 });
  });

  it('pads to 32-byte blocks and repeats a ciphertext byte for byte from the same random bytes', () => {
    const random = randomBytes(16);
    for (let length = 0; length < 70; length += 1) {
      const sealed = crypto.encrypt('x'.repeat(length), { random });
      expect(Buffer.from(sealed, 'base64').length % 32).toBe(0);
      expect(crypto.encrypt('x'.repeat(length), { random })).toBe(sealed);
    }
  });

  it('round-trips any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(crypto.decrypt(crypto.encrypt(text)).xml).toBe(text);
      }),
    );
  });

  it('ignores white space in Encrypt', () => {
    const sealed = crypto.encrypt('你好');
    expect(crypto.decrypt(`\n  ${sealed.slice(0, 20)}\r\n${sealed.slice(20)}\t`).xml).toBe('你好');
  });

  it('opens with the previous key during a change and says which one fitted', () => {
    const before = createMessageCrypto({ appId: APP_ID, encodingAesKeys: [OTHER_KEY] });
    const both = createMessageCrypto({ appId: APP_ID, encodingAesKeys: [KEY, OTHER_KEY] });
    expect(both.decrypt(before.encrypt('旧'))).toMatchObject({ xml: '旧', keyIndex: 1 });
    expect(before.decrypt(both.encrypt('回', { keyIndex: 1 })).xml).toBe('回');
  });

  it('refuses a message for another account, and says so', () => {
    const foreign = createMessageCrypto({ appId: 'wxother', encodingAesKeys: [KEY] });
    const error = appErrorOf(() => crypto.decrypt(foreign.encrypt('x')));
    expect(error).toMatchObject({ code: 'bad_signature', status: 401, details: { check: 'appid' } });
  });

  it.each([
    ['nothing', ''],
    ['no base64', '!!!!'],
    ['half a block', 'AAAAAAAAAAA='],
    ['another key', createMessageCrypto({ appId: APP_ID, encodingAesKeys: [OTHER_KEY] }).encrypt('x'.repeat(40))],
    ['padding 0', rawEncrypt(Buffer.alloc(32))],
    ['padding 33', rawEncrypt(Buffer.alloc(64, 33))],
    ['padding that is not uniform', rawEncrypt(Buffer.concat([Buffer.alloc(30), Buffer.from([9, 2])]))],
    ['only padding', rawEncrypt(Buffer.alloc(32, 32))],
    [
      'a length beyond the end',
      rawEncrypt(Buffer.concat([Buffer.alloc(16), Buffer.from([255, 255, 255, 255]), Buffer.alloc(12, 12)])),
    ],
  ])('refuses %s as damaged', (_what, encrypt) => {
    expect(checkOf(() => crypto.decrypt(encrypt))).toEqual({ check: 'ciphertext' });
  });

  it('never throws anything but an AppError on cut or changed ciphertext', () => {
    const sealed = crypto.encrypt('<xml><Content>我要投诉</Content></xml>');
    const attempt = () =>
      fc.assert(
        fc.property(fc.nat(sealed.length - 1), fc.string({ unit: 'binary', maxLength: 3 }), (at, replacement) => {
          unlessRefused(() => crypto.decrypt(sealed.slice(0, at)));
          unlessRefused(() => crypto.decrypt(sealed.slice(0, at) + replacement + sealed.slice(at + 1)));
        }),
      );
    expect(attempt).not.toThrow();
  });

  it.each(['', 'short', `${KEY}x`, `${KEY.slice(0, 42)}-`])('refuses %j as EncodingAESKey', (key) => {
    expect(appErrorOf(() => createMessageCrypto({ appId: APP_ID, encodingAesKeys: [key] })).code).toBe('invalid_input');
    expect(appErrorOf(() => createMessageCrypto({ appId: APP_ID, encodingAesKeys: [] })).code).toBe('invalid_input');
  });
});
