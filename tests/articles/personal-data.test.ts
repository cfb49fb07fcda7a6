import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { findPersonalData } from '../../src/articles/personal-data.ts';

const kinds = (text: string): string[] => findPersonalData(text, '正文').map(({ kind }) => kind);

/** A made-up ID number: real form and check digit, a region code that GB/T 2260 does not hand out. */
function idNumber(body17: string): string {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, i) => total + weight * Number(body17.charAt(i)), 0);
  return body17 + '10X98765432'.charAt(sum % 11);
}

function luhn(body: string): string {
  const digit = [...Array(10).keys()].find((last) => {
    const digits = Array.from(`${body}${last}`).reverse().map(Number);
    const sum = digits.reduce((total, one, i) => total + (i % 2 === 0 ? one : one * 2 - (one > 4 ? 9 : 0)), 0);
    return sum % 10 === 0;
  });
  return `${body}${digit}`;
}

const ID = idNumber('99000019900101123');
const CARD = luhn('621700000000000000');

describe('what is found', () => {
  it.each([
    ['ID number', `身份证号${ID}。`, 'id_number'],
    ['ID number with a small x', `证号 ${idNumber('99000019900101' + xSerial()).toLowerCase()}`, 'id_number'],
    ['ID number in groups', `${ID.slice(0, 6)} ${ID.slice(6, 14)} ${ID.slice(14)}`, 'id_number'],
    ['ID number in full-width digits', fullWidth(ID), 'id_number'],
    ['ID number with an invisible character inside', `${ID.slice(0, 9)}\u200B${ID.slice(9)}`, 'id_number'],
    ['mobile number', '联系人电话：13800138000', 'mobile'],
    ['mobile number in groups', '138-0013-8000', 'mobile'],
    ['mobile number with the country', '+86 138 0013 8000', 'mobile'],
    ['mobile number with an extension', '13800138000-8001', 'mobile'],
    ['the second of two mobile numbers', '09545012345 13800138000', 'mobile'],
    ['card number', `账号${CARD}`, 'bank_card'],
    ['card number in fours', CARD.replace(/(.{4})/g, '$1 '), 'bank_card'],
    ['address to the house in a village', '示例一村三组12号', 'address'],
    ['address to the house in a street', '住在中心街18号', 'address'],
    ['address of a flat', '幸福小区2号楼3单元501室', 'address'],
    ['home address after the office was named', '经镇政府核实，张某住示例一村三组12号', 'address'],
  ])('%s', (_name, text, kind) => {
    expect(kinds(text)).toContain(kind);
  });

  it('shows nothing of it but its two ends', () => {
    expect(findPersonalData('电话 13800138000，住示例一村三组12号', '标题')).toEqual([
      { kind: 'mobile', place: '标题', shown: '138******00' },
      { kind: 'address', place: '标题', shown: expect.stringMatching(/^村\*组\*\*号$/) },
    ]);
  });

  it('is found wherever it stands among Chinese words', () => {
    const word = fc.constantFrom('公示', '低保户', '，', '：', '\n', '补助', '（', '元');
    fc.assert(
      fc.property(fc.array(word), fc.array(word), fc.constantFrom(ID, '13800138000', CARD), (before, after, secret) => {
        expect(kinds(before.join('') + secret + after.join(''))).not.toEqual([]);
      }),
    );
  });
});

describe('what is no personal data', () => {
  it.each([
    ['a wrong check digit', `${ID.slice(0, 17)}${ID.endsWith('5') ? '6' : '5'}`],
    ['an impossible birthday', idNumber('99000019900231457')],
    ['a budget', '财政拨款 1234567.89 元，合计12,345,678.90元，其中 2000 3000 450 元'],
    ['days and times', '2026-11-25 08:30 至 2026.12.05 18:00，2026年11月25日'],
    ['a period of two days', '2026.11.25 2026.11.30'],
    ['document numbers', '泾镇发〔2026〕12号、国务院令第711号、第3号公告'],
    ['the office telephone', '党政办电话 0954-5012345，热线 12345，95598'],
    ['a project number', '项目编号 640424202600012，地块 2026-08'],
    ['days of the month', '村委会定于5号上午开会，3月8号前报名'],
    ['the office', '办公地址：示例县示例街12号'],
    ['the service centre', '便民服务中心位于示例大街8号一楼'],
    ['a card of one digit', '8888888888888888'],
    ['part of a longer number', 'AB13800138000CD'],
  ])('%s', (_name, text) => {
    expect(kinds(text)).toEqual([]);
  });
});

/** Three digits for which the check character is X. */
function xSerial(): string {
  const serial = [...Array(1000).keys()]
    .map((n) => String(n).padStart(3, '0'))
    .find((n) => idNumber(`99000019900101${n}`).endsWith('X'));
  return serial ?? '';
}

function fullWidth(text: string): string {
  return text.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0));
}
