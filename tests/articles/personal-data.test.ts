import { describe, expect, it } from 'vitest';
import { fc } from '../support/fast-check.ts';
import { findPersonalData } from '../../src/articles/personal-data/scan.ts';
import { scanTexts } from '../../src/articles/scan-body.ts';

const names = (text: string): string[] => findPersonalData(text).map(({ name }) => name);
const inBody = (bodyHtml: string) => scanTexts({ title: '', shortTitle: '', summary: '', bodyHtml, imageNames: [] });

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
const WRONG = `${ID.slice(0, 17)}${ID.endsWith('5') ? '6' : '5'}`;
const cell = (inner: string, head = '项目'): string =>
  `<table><tr><th>${head}</th></tr><tr><td>${inner}</td></tr></table>`;

/** Lines of text, each with what must be found in it. */
const HITS: readonly (readonly [text: string, name: string])[] = [
  [`身份证号${ID}。`, '身份证号'],
  [`证号 ${idNumber('99000019900101' + xSerial()).toLowerCase()}`, '身份证号'],
  [`${ID.slice(0, 6)} ${ID.slice(6, 14)} ${ID.slice(14)}`, '身份证号'],
  [`${ID.slice(0, 6)}-${ID.slice(6, 14)}-${ID.slice(14)}`, '身份证号'],
  [`${ID.slice(0, 6)}.${ID.slice(6, 14)}.${ID.slice(14)}`, '身份证号'],
  [Array.from(ID).join(' '), '身份证号'],
  [Array.from(ID).join('\u00a0'), '身份证号'],
  [fullWidth(ID), '身份证号'],
  [`${ID.slice(0, 9)}\u200B${ID.slice(9)}`, '身份证号'],
  [`${ID.slice(0, 9)}\u00AD${ID.slice(9)}`, '身份证号'],
  [`${ID.slice(0, 9)}\n${ID.slice(9)}`, '身份证号'],
  [`ID${ID}`, '身份证号'],
  [`No.${ID}`, '身份证号'],
  [`No${ID}A`, '身份证号'],
  [`${ID}M`, '身份证号'],
  [`示例甲(${ID})`, '身份证号'],
  [`示例甲${ID}示例乙`, '身份证号'],
  [WRONG, '疑似身份证号'],
  [`身份证 ${WRONG}`, '疑似身份证号'],
  [ID.slice(0, 17), '疑似身份证号'],
  ['身份证号：990000900101123', '疑似身份证号'],
  [`${ID}43`, '残疾证号'],
  [`残疾证${ID}43B1`, '残疾证号'],
  [`${ID}43b`, '残疾证号'],
  [`${WRONG}43`, '疑似残疾证号'],
  [`${ID.slice(0, 10)} ${ID.slice(10)}43`, '残疾证号'],
  ['联系人电话：13800138000', '手机号'],
  ['138-0013-8000', '手机号'],
  ['138  0013  8000', '手机号'],
  ['138 - 0013 - 8000', '手机号'],
  ['138\u00a0\u00a00013\u00a0\u00a08000', '手机号'],
  ['138　0013　8000', '手机号'],
  ['（138）00138000', '手机号'],
  ['(138)0013-8000', '手机号'],
  ['[138]0013 8000', '手机号'],
  ['联系人tel13800138000', '手机号'],
  ['微信同号vx13800138000', '手机号'],
  ['TEL:13800138000', '手机号'],
  ['手机13800138000wx同号', '手机号'],
  ['13\u202D800138000\u202C', '手机号'],
  ['138,0013,8000', '手机号'],
  ['138，0013，8000', '手机号'],
  ['138_0013_8000', '手机号'],
  ['138|0013|8000', '手机号'],
  ['138·0013·8000', '手机号'],
  ['138.0013.8000', '手机号'],
  ['138/0013/8000', '手机号'],
  ['1380013\n8000', '手机号'],
  ['１３８００１３８０００', '手机号'],
  ['+86 138 0013 8000', '手机号'],
  ['8613800138000', '手机号'],
  ['0086-13800138000', '手机号'],
  ['013800138000', '手机号'],
  ['13800138000-8001', '手机号'],
  ['13800138000转8001', '手机号'],
  ['09545012345 13800138000', '手机号'],
  ['13800138000/13900139000', '手机号'],
  [`账号${CARD}`, '银行账号'],
  [CARD.replace(/(.{4})/g, '$1 '), '银行账号'],
  [CARD.replace(/(.{4})/g, '$1-'), '银行账号'],
  [`${CARD.slice(0, 6)}\n${CARD.slice(6)}`, '银行账号'],
  ['一折通账号：29010122000456789', '银行账号'],
  ['信用社存折 1017012345678901234', '银行账号'],
  ['打卡账户 2901 0122 0004 5678 9', '银行账号'],
  ['示例一村三组12号', '详细住址'],
  ['示例一村三组12号示例甲', '详细住址'],
  ['示例一村三组12号张某', '详细住址'],
  ['示例一村3社15号（示例甲）', '详细住址'],
  ['住在中心街18号', '详细住址'],
  ['家庭住址：示例县示例街12号', '详细住址'],
  ['户籍地址 示例路6号附2号', '详细住址'],
  ['幸福小区2号楼3单元501室', '详细住址'],
  ['幸福小区5栋2单元301', '详细住址'],
  ['经镇政府核实，张某住示例一村三组12号', '详细住址'],
];

/** Lines of everyday notices: an alarm here teaches a leader to click it away. */
const HARMLESS = `报名地点：中心街18号镇政府一楼
体检地点：示例路6号镇卫生院
来信请寄：中心街18号党政办
示例一村2号蓄水池停水检修
示例一村3号井水泵更换
示例一村1号变压器检修
兴盛路12号灯杆
示例二村4号卡口
示例三村5号标段
示例一村至示例二村村道3号涵洞
幸福小区3号楼外墙维修
集合地点：示例一村2号
投票站设在示例一村2号会议室
示例一村3号路硬化
示例一村1号蔬菜大棚招租
示例二村2号厂房
示例二村1号公厕改造
示例路3号公交站
示例一村2号安置点
示例街6号卫生院
示例街2号窗口办理
示例村7号选区
低保证号 9900002026000123
示例一村三组2号蓄水池
二组3号井抽水
示例二村三组5号机井
发放地点：示例一村5号
接种地点：示例街9号村卫生室
面试地点设在示例路18号
材料请寄至示例大街8号
集中培训地点：示例村1号
示例二村6号桥加固
幸福小区3号楼、4号楼供暖
幸福小区12号楼前停车位
示例一村3号开始收水费
示例三村定于5号开会
巡诊时间：示例一村3号、示例二村4号、示例三村5号
村民大会改在5号。
全镇小区居民请于5号前登记
办公地址：示例县示例街12号
便民服务中心位于示例大街8号一楼
财政拨款 1234567.89 元，合计12,345,678.90元，其中 2000 3000 450 元
1500 2000 300
13,800,138,000元
中央资金13800138000元
2026-11-25 08:30 至 2026.12.05 18:00，2026年11月25日
2026.11.25 2026.11.30
泾镇发〔2026〕12号、国务院令第711号、第3号公告
党政办电话 0954-5012345，热线 12345，95598
咨询电话：（0954）5012345转8001
项目编号 640424202600012，地块 2026-08
项目编号：640424202601010001
合同编号 640424202606180012
统一社会信用代码 11640424010123456X
村委会定于5号上午开会，3月8号前报名
8888888888888888
AB13800138000CD
捐款账户名称：示例镇红十字会 账号 29010122000456789
面积 3456.78 亩，共 13812345678 斤
订单号 6217000000000000000
示例公路 K12+300 至 K18+650
经度106.3450000 纬度35.4990000
138****8000
990000********1239`.split('\n');

describe('personal data in a line', () => {
  it.each(HITS)('%s holds %s', (text, name) => {
    expect(names(text)).toContain(name);
  });

  it.each(HARMLESS)('%s raises no alarm', (text) => {
    expect(names(text)).toEqual([]);
  });

  it('figures: every line that holds something is found, no harmless one is', () => {
    const found = HITS.filter(([text, name]) => names(text).includes(name)).length;
    const alarms = HARMLESS.filter((text) => names(text).length > 0).length;
    // The README states them.
    expect({ lines: HITS.length, found, harmless: HARMLESS.length, alarms }).toEqual({
      lines: 74,
      found: 74,
      harmless: 64,
      alarms: 0,
    });
  });

  it('is found wherever it stands among Chinese words', () => {
    const word = fc.constantFrom('公示', '低保户', '，', '：', '\n', '补助', '（', '示例甲');
    fc.assert(
      fc.property(fc.array(word), fc.array(word), fc.constantFrom(ID, '13800138000', CARD), (before, after, secret) => {
        expect(names(before.join('') + secret + after.join(''))).not.toEqual([]);
      }),
    );
  });

  it('shows nothing of it but its two ends, and says which characters a star hides', () => {
    const text = '电话 138-0013-8000，住示例一村三组12号';
    const found = findPersonalData(text);
    expect(found.map(({ kind, shown, at }) => ({ kind, shown, stands: text.slice(...at) }))).toEqual([
      { kind: 'mobile', shown: '138******00', stands: '138-0013-8000' },
      { kind: 'address', shown: '组**号', stands: '组12号' },
    ]);
    const stars = new Set(found.flatMap((one) => one.stars));
    const starred = Array.from(text, (char, i) => (stars.has(i) ? '*' : char)).join('');
    expect(starred).toBe('电话 138-****-**00，住示例一村三组**号');
    expect(names(starred)).toEqual([]);
  });
});

describe('personal data in a body', () => {
  const broken: readonly (readonly [string, string, string])[] = [
    ['by a line in a cell', cell(`${ID.slice(0, 10)}<br>${ID.slice(10)}`), '身份证号'],
    ['by paragraphs in a cell', cell(`<p>${ID.slice(0, 10)}</p><p>${ID.slice(10)}</p>`), '身份证号'],
    ['by a line in a paragraph', '<p>联系电话：1380013<br>8000</p>', '手机号'],
    ['by two paragraphs', `<p>身份证：${ID.slice(0, 10)}</p><p>${ID.slice(10)}</p>`, '身份证号'],
    ['by spans', '<p>138<strong>0013</strong><em>8000</em></p>', '手机号'],
    [
      'a digit a cell',
      `<table><tr><td>甲</td>${Array.from(ID, (digit) => `<td>${digit}</td>`).join('')}</tr></table>`,
      '身份证号',
    ],
    [
      'by three cells',
      `<table><tr><td>${ID.slice(0, 6)}</td><td>${ID.slice(6, 14)}</td><td>${ID.slice(14)}</td></tr></table>`,
      '身份证号',
    ],
    ['in a column of accounts', cell('29010122000456789', '一折通账号'), '银行账号'],
    ['beside the word', '<table><tr><td>银行卡号</td><td>1017012345678901234</td></tr></table>', '银行账号'],
    ['in a link', '<p><a href="tel:13800138000">打电话</a></p>', '手机号'],
    ['in the words of a picture', '<img src="/media/0123456789abcdef01234567" alt="示例甲 13800138000">', '手机号'],
    [
      'in the last cell of five thousand rows',
      `<table>${'<tr><td>示例甲</td><td>800</td></tr>'.repeat(5_000)}<tr><td>示例乙</td><td>${ID}</td></tr></table>`,
      '身份证号',
    ],
  ];
  it.each(broken)('broken %s is found', (_name, html, name) => {
    expect(inBody(html).map((one) => one.name)).toEqual([name]);
  });

  it.each([
    ['sums side by side', '<table><tr><td>1500</td><td>2000</td><td>300</td></tr></table>'],
    ['years side by side', '<table><tr><td>640424</td><td>20260101</td><td>0001</td></tr></table>'],
    ['a list of numbers', '<p>共15</p><p>2026年8月1日</p><p>共380</p><p>0138000</p>'],
    ['numbers of certificates', cell('9900002026000123', '低保证号')],
    [
      'an address of a page',
      '<p><a href="https://mp.weixin.qq.com/s?mid=62170000000000000001&amp;sn=a13800138000b">看</a></p>',
    ],
  ])('%s raise no alarm', (_name, html) => {
    expect(inBody(html)).toEqual([]);
  });

  it('says where, and which characters of its words', () => {
    const html = `<p>一</p><table><tr><th>户主</th><th>身份证</th></tr><tr><td>示例甲</td><td>${ID.slice(0, 10)}<br>${ID.slice(10)}</td></tr></table>`;
    const words = html.replaceAll(/<[^>]*>/g, '');
    const [found] = inBody(html);
    expect(found?.place).toBe('正文 表格 1 第 2 行第 2 列');
    expect(found?.at.map(([from, to]) => words.slice(from, to)).join('')).toBe(ID);
    const stars = new Set(found?.stars);
    expect(Array.from(words, (char, i) => (stars.has(i) ? '*' : char)).join('')).toBe(
      `一户主身份证示例甲${ID.slice(0, 3)}${'*'.repeat(13)}${ID.slice(-2)}`,
    );
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
