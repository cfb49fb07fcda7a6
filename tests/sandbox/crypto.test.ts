import { createDecipheriv } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decryptText, encryptText, sameText, signatureOf } from '../../src/sandbox/crypto.ts';

/** Published vectors: the platform's own documentation, and one exchange of an open test suite (wechatpy, MIT). */
const KEY = 'kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR';
const APP_ID = 'wx49f0ab532d5d035a';
const ENCRYPT =
  'RgqEoJj5A4EMYlLvWO1F86ioRjZfaex/gePD0gOXTxpsq5Yj4GNglrBb8I2BAJVODGajiFnXBu7mCPatfjsu6IHCrsTyeDXzF6Bv283dGymzxh6ydJRvZsryDyZbLTE7rhnus50qGPMfp2wASFlzEgMW9z1ef/RD8XzaFYgm7iTdaXpXaG4+BiYyolBug/gYNx410cvkKR2/nPwBiT+P4hIiOAQqGp/TywZBtDh1yCF2KOd0gpiMZ5jSw3e29mTvmUHzkVQiMS6td7vXUaWOMZnYZlF3So2SjHnwh4jYFxdgpkHHqIrH/54SNdshoQgWYEvccTKe7FS709/5t6NMxuGhcUGAPOQipvWTT4dShyqio7mlsl5noTrb++x6En749zCpQVhDpbV6GDnTbcX2e8K9QaNWHp91eBdCRxthuL0=';

describe('signature', () => {
  test('equals the documented one of a URL verification', () => {
    expect(signatureOf('AAAAA', '1714036504', '1514711492')).toBe('f464b24fc39322e44b38aa78f5edd27bd1441696');
  });

  test('equals the published msg_signature, which covers the ciphertext', () => {
    const signature = signatureOf('123456', '1411525903', '461056294', ENCRYPT);
    expect(signature).toBe('74d92dfeb87ba7c714f89d98870ae5eb62dff26d');
  });

  test('comparison of unequal lengths is false and does not throw', () => {
    expect(sameText('ab', 'abc')).toBe(false);
    expect(sameText('abc', 'abc')).toBe(true);
  });
});

describe('encryption', () => {
  test('decrypts the published message', () => {
    expect(decryptText(KEY, APP_ID, ENCRYPT)).toContain('<MsgId>4363689963896700987</MsgId>');
  });

  test('encrypts it again to the same bytes with the same random part', () => {
    const key = Buffer.from(`${KEY}=`, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
    const random = decipher.update(Buffer.from(ENCRYPT, 'base64')).subarray(0, 16);
    expect(encryptText(KEY, APP_ID, decryptText(KEY, APP_ID, ENCRYPT) ?? '', random)).toBe(ENCRYPT);
  });

  test('refuses another appid, another key, cut and empty ciphertext', () => {
    expect(decryptText(KEY, 'wx0000000000000000', ENCRYPT)).toBeUndefined();
    expect(decryptText(`b${KEY.slice(1)}`, APP_ID, ENCRYPT)).toBeUndefined();
    expect(decryptText(KEY, APP_ID, ENCRYPT.slice(0, 40))).toBeUndefined();
    expect(decryptText(KEY, APP_ID, '')).toBeUndefined();
  });

  test('round trip of every length around the padding block', () => {
    for (let length = 0; length < 70; length += 1) {
      const message = '村'.repeat(length);
      expect(decryptText(KEY, APP_ID, encryptText(KEY, APP_ID, message))).toBe(message);
    }
  });
});
