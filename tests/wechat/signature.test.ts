import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { signatureOf, verifySignature } from '../../src/wechat/index.ts';

const vector = { tokens: ['AAAAA'], timestamp: '1714036504', nonce: '1514711492' };

describe('signature', () => {
  it('equals the documented vectors, with and without ciphertext', () => {
    expect(signatureOf('AAAAA', '1714036504', '1514711492')).toBe('f464b24fc39322e44b38aa78f5edd27bd1441696');
    const echo = '4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==';
    expect(signatureOf('123456', '1411443780', '437374425', echo)).toBe('dd6b9c95b495b3f7e2901bfbc76c664930ffdb96');
  });

  it('names the token that signed, the previous one included', () => {
    const signature = signatureOf('old', '1', '2');
    expect(verifySignature({ tokens: ['new', 'old'], timestamp: '1', nonce: '2', signature })).toBe(1);
    expect(verifySignature({ tokens: ['new'], timestamp: '1', nonce: '2', signature })).toBe(-1);
    expect(verifySignature({ tokens: [], timestamp: '1', nonce: '2', signature })).toBe(-1);
  });

  it.each(['', 'f464', 'f464b24fc39322e44b38aa78f5edd27bd1441697', 'F464B24FC39322E44B38AA78F5EDD27BD1441696', '签名'])(
    'refuses %j without throwing',
    (signature) => {
      expect(verifySignature({ ...vector, signature })).toBe(-1);
    },
  );

  it('accepts no signature but the right one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (signature) => {
        fc.pre(signature !== 'f464b24fc39322e44b38aa78f5edd27bd1441696');
        expect(verifySignature({ ...vector, signature })).toBe(-1);
      }),
    );
  });
});
