import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { parseChoice, parseChoices, parsePhone, parseStars } from '../../src/conversation/numbers.ts';
import { parseCommand, parseMenuKey } from '../../src/conversation/words.ts';
import { tidyTyped } from '../../src/kernel/index.ts';

const CATEGORIES = [
  { code: 'cw_sc', name: '“三财”公开' },
  { code: 'cw_shjz', name: '社会救助' },
];
const command = (text: string) => parseCommand(text, CATEGORIES);

describe('a number', () => {
  const ways = (n: number, chinese: string): string[] => [
    String(n),
    String.fromCodePoint(0xff10 + n),
    chinese,
    String.fromCodePoint(0x2460 + n - 1),
    `${n}.`,
    `${n}、`,
    `（${n}）`,
    `第${chinese}个`,
    `第${n}个`,
    `选${n}`,
    `我选${chinese}`,
    `回复${n}`,
    `${n}\uFE0F\u20E3`,
    `“${n}”`,
    ` ${n} 。`,
  ];

  it.each('一二三四五六七八九'.split('').map((chinese, i) => [chinese, i + 1] as const))(
    'is the same in every way of writing %s',
    (chinese, n) => {
      for (const way of ways(n, chinese)) expect([way, parseChoice(way)]).toEqual([way, n]);
    },
  );

  it.each([
    ['十', 10],
    ['十二', 12],
    ['二十一', 21],
    ['十二号', 12],
    ['100', 100],
    ['0', 0],
    ['〇', 0],
  ])('%s is %i', (text, n) => expect(parseChoice(text)).toBe(n));

  it.each(['', ' ', '。', '1a', '12号路灯坏了', '一村', '第', '1 3', '-1', '1000', '三财', '𠮷', '1'.repeat(2_000)])(
    '%j is none',
    (text) => expect(parseChoice(text)).toBeUndefined(),
  );

  it('is read back from any text without failing, and only ever as 0 to 999', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const choice = parseChoice(text);
        expect(choice === undefined || (Number.isInteger(choice) && choice >= 0 && choice <= 999)).toBe(true);
      }),
    );
  });

  it.each([
    ['5', 5],
    ['五分', 5],
    ['3星', 3],
    ['１分', 1],
    ['6', undefined],
    ['0', undefined],
    ['好', undefined],
  ])('rates: %s → %s', (text, stars) => expect(parseStars(text)).toBe(stars));

  it.each([
    ['1 3', [1, 3]],
    ['1、3', [1, 3]],
    ['一和三', [1, 3]],
    ['2，2', [2]],
    ['0', [0]],
    ['1 低保', undefined],
    ['', undefined],
  ])('several: %s → %j', (text, choices) => expect(parseChoices(text)).toEqual(choices));
});

describe('a phone number', () => {
  it.each([
    ['13800001111', '13800001111'],
    ['１３８ ０００１ ２３４５', '13800012345'],
    ['138-0000-1111', '13800001111'],
    ['+8613800001111', '13800001111'],
    ['0954-5678901', '09545678901'],
    ['(0954)5678901', '09545678901'],
  ])('%s', (text, digits) => expect(parsePhone(text)).toBe(digits));

  it.each(['1380000111', '138000011111', '12345', '不知道', '', '23800001111'])('%s is none', (text) =>
    expect(parsePhone(text)).toBeUndefined(),
  );
});

describe('a command', () => {
  it.each([
    ['帮助', 'help'],
    ['“帮助”', 'help'],
    ['回复：帮助', 'help'],
    ['帮助。', 'help'],
    ['取消', 'cancel'],
    ['退出', 'cancel'],
    ['投诉', 'complain'],
    ['我要投诉！', 'complain'],
    ['查询', 'mine'],
    ['我的投诉', 'mine'],
    ['订阅', 'settings'],
    ['最新', 'latest'],
    ['完成', 'done'],
    ['确认', 'confirm'],
    ['跳过', 'skip'],
    ['评价', 'rateUsage'],
    ['谢谢', 'thanks'],
    ['非常感谢你们', 'thanks'],
    ['好的', 'okay'],
    ['嗯嗯', 'okay'],
    ['您好', 'hello'],
  ])('%s → %s', (text, name) => expect(command(text)?.name).toBe(name));

  it.each([
    ['查询 20260210-0001', { name: 'ticket', ticket: '20260210-0001' }],
    ['查询20260210－0001', { name: 'ticket', ticket: '20260210-0001' }],
    ['查询 ２０２６０２１０—０００１', { name: 'ticket', ticket: '20260210-0001' }],
    ['查询 202602100001', { name: 'ticket', ticket: '20260210-0001' }],
    ['20260210-12345', { name: 'ticket', ticket: '20260210-12345' }],
    ['查询 20260210-0001 1234', { name: 'follow', ticket: '20260210-0001', last4: '1234' }],
    ['查询 20260210-0001，尾号1234', { name: 'follow', ticket: '20260210-0001', last4: '1234' }],
    ['查询 abcd2345ef', { name: 'tipoff', code: 'ABCD2345EF' }],
    ['评价 20260210-0001 5', { name: 'rate', ticket: '20260210-0001', stars: 5, text: '' }],
    ['评价 20260210-0001 三分 还行', { name: 'rate', ticket: '20260210-0001', stars: 3, text: '还行' }],
    ['评价20260210-0001，1分，没修好', { name: 'rate', ticket: '20260210-0001', stars: 1, text: '没修好' }],
    ['评价 20260210-0001 9', { name: 'rateUsage' }],
    ['评价 20260210-0001 15', { name: 'rateUsage' }],
    ['评价 20260210-00015', { name: 'rateUsage' }],
    ['重办', { name: 'reopen', ticket: null, reason: '' }],
    ['重办 路还没修', { name: 'reopen', ticket: null, reason: '路还没修' }],
    ['重办 20260210-0001 路还没修', { name: 'reopen', ticket: '20260210-0001', reason: '路还没修' }],
    ['重办 20260210-0001', { name: 'reopen', ticket: '20260210-0001', reason: '' }],
    ['重办 123', { name: 'reopenUsage' }],
    ['社会救助', { name: 'category', code: 'cw_shjz' }],
    ['三财”公开', { name: 'category', code: 'cw_sc' }],
  ])('%s', (text, wanted) => expect(command(text)).toEqual(wanted));

  it.each(['', '帮助我', '低保', '投诉电话是多少', '取消低保', 'constructor', '__proto__', '好人', '谢谢光临小店'])(
    '%j is plain talk',
    (text) => expect(command(text)).toBeUndefined(),
  );

  it.each([
    ['COMPLAINT_NEW', { name: 'complain' }],
    ['COMPLAINT_MINE', { name: 'mine' }],
    ['SETTINGS', { name: 'settings' }],
    ['LATEST', { name: 'latest' }],
    ['CATEGORY_cw_shjz', { name: 'category', code: 'cw_shjz' }],
    ['constructor', undefined],
    ['', undefined],
  ])('menu key %s', (key, wanted) => expect(parseMenuKey(key)).toEqual(wanted));

  it('is found or not, and never fails, whatever is typed', () => {
    const pieces = fc.constantFrom(
      '查询',
      '评价',
      '重办',
      '20260210-0001',
      ' ',
      '5',
      '１２',
      '（',
      '”',
      '\u0000',
      '𠮷',
      '$gt',
    );
    fc.assert(fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => void command(parts.join(''))));
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void command(text)));
  });

  it('means the same after tidying twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
        expect(tidyTyped(tidyTyped(text))).toBe(tidyTyped(text));
      }),
    );
  });
});
