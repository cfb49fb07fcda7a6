import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { phoneAlone, phonesIn } from '../../src/kernel/index.ts';

const MOBILE = '13800001111';
const LANDLINE = '09545012345';

describe('a telephone number in a text', () => {
  it.each([
    ['\u202d138 0000 1111\u202c', MOBILE],
    ['电话13800001111', MOBILE],
    ['我的电话是13800001111', MOBILE],
    ['13800001111 张三', MOBILE],
    ['138.0000.1111', MOBILE],
    ['138—0000—1111', MOBILE],
    ['138_0000_1111', MOBILE],
    ['138，0000，1111', MOBILE],
    ['008613800001111', MOBILE],
    ['+86 138 0000 1111', MOBILE],
    ['86-13800001111', MOBILE],
    ['１３８００００１１１１', MOBILE],
    ['138OOOO1111', MOBILE],
    ['幺三八零零零零幺幺幺幺', MOBILE],
    ['13800001111（儿子的）', MOBILE],
    ['我儿子13800001111，晚上打', MOBILE],
    ['0954-5012345', LANDLINE],
    ['（0954）5012345', LANDLINE],
    ['0954 501 2345', LANDLINE],
    ['+86 954 5012345', LANDLINE],
    ['010-62345678', '01062345678'],
  ])('%s', (text, number) => expect(phonesIn(text)[0]?.number).toBe(number));

  it.each([
    '0954-5012345-8',
    '0954-501234',
    '5012345',
    '138000011112',
    '1380000111',
    '13800001111-2',
    '23800001111',
    '010-12345678',
    '20260210-0001',
    '202602100001',
    '640424195801011234',
    '没有',
    '',
  ])('none that can exist: %s', (text) => expect(phonesIn(text)).toEqual([]));

  it('keeps an extension apart, and tells two numbers apart', () => {
    expect(phonesIn('0954-5012345转8')).toEqual([{ number: LANDLINE, extension: '8', written: '0954-5012345转8' }]);
    expect(phonesIn('13800001111/13900002222').map(({ number }) => number)).toEqual([MOBILE, '13900002222']);
  });

  it.each([
    ['１３８ 0000 1111', MOBILE],
    ['（0954）5012345', LANDLINE],
    ['电话：+86 13800001111', MOBILE],
    ['13800001111 张三', undefined],
    ['0954-5012345转8', undefined],
    ['13800001111、13900002222', undefined],
  ])('alone: %s → %s', (text, number) => expect(phoneAlone(text)).toBe(number));

  it('is digits of a length that exists, whatever is typed', () => {
    const pieces = fc.constantFrom('1', '38', '0', '954', '-', ' ', '（', '）', '+86', '转', '幺', 'O', '\u202d', '。');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 24 }), (parts) => {
        for (const { number } of phonesIn(parts.join(''))) expect(number).toMatch(/^(?:1[3-9]\d{9}|0\d{9,11})$/u);
      }),
    );
  });
});
