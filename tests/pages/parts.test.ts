import { decodeQR } from 'qr/decode.js';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { splitBody } from '../../src/pages/body-parts.ts';
import { stepLine } from '../../src/pages/complaint-steps.ts';
import { marked } from '../../src/pages/marks.ts';
import { listSheet } from '../../src/pages/print-sheet.ts';
import { readerOf, sizeAnswer, switchPath } from '../../src/pages/reader.ts';
import { createWords } from '../../src/pages/words.ts';

const FRAME = { town: '示例镇', account: '示例', office: '示例镇人民政府', hotline: { name: '热线', number: '12345' } };

describe('the words of a search', () => {
  it.each([
    ['村口路灯不亮', ['路灯'], '村口<mark>路灯</mark>不亮'],
    ['村口路灯不亮', ['口路', '路灯'], '村<mark>口路灯</mark>不亮'],
    ['路灯与路灯', ['路灯'], '<mark>路灯</mark>与<mark>路灯</mark>'],
    ['ＡＢＣ表', ['abc'], '<mark>ＡＢＣ</mark>表'],
    ['a<b>&低保', ['b>&', '低保'], 'a&lt;<mark>b&gt;&amp;低保</mark>'],
    ['面积 80㎡整', ['m2'], '面积 80<mark>㎡</mark>整'],
    ['没有', ['', '低保'], '没有'],
  ])('in %s are marked and nothing else is markup', (text, words, html) => {
    expect(marked(text, words)).toBe(html);
  });
});

describe('a long body', () => {
  const row = (i: number): string => `<tr><td>示例${i}</td><td>${'金额'.repeat(20)}</td></tr>`;
  const rows = Array.from({ length: 200 }, (_, i) => row(i)).join('');
  const limit = 4_000;

  it('that fits stays as it is', () => {
    expect(splitBody('<p>短</p>', limit)).toEqual(['<p>短</p>']);
  });

  it('is cut between paragraphs, nothing lost, nothing twice', () => {
    const html = Array.from({ length: 90 }, (_, i) => `<p>第${i}段<strong>${'字'.repeat(40)}</strong><br></p>`).join(
      '',
    );
    const parts = splitBody(html, limit);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.join('')).toBe(html);
    expect(Math.max(...parts.map((part) => Buffer.byteLength(part)))).toBeLessThanOrEqual(limit);
  });

  it.each([
    ['thead', `<table><thead><tr><th>姓名</th><th>金额</th></tr></thead><tbody>${rows}</tbody></table>`],
    ['a first row of th', `<table><tbody><tr><th>姓名</th><th>金额</th></tr>${rows}</tbody></table>`],
    ['a figure around it', `<figure><table><tr><th>姓名</th><th>金额</th></tr>${rows}</table></figure>`],
  ])('of one long table repeats its head on each part: %s', (_, html) => {
    const parts = splitBody(`<p>名单如下</p>${html}<p>公示七天</p>`, limit);
    expect(parts.length).toBeGreaterThan(4);
    const withRows = parts.filter((part) => part.includes('<td>'));
    for (const part of withRows) expect(part).toContain('<thead><tr><th>姓名</th><th>金额</th></tr></thead>');
    expect(parts.join('').match(/示例\d+/g)).toEqual(Array.from({ length: 200 }, (__, i) => `示例${i}`));
    expect(parts.join('')).toContain('公示七天');
  });

  it('does not part rows that one cell spans', () => {
    const pair = (i: number): string =>
      `<tr><td rowspan="2">户${i}</td></tr><tr><td>员${i}</td><td>${'字'.repeat(30)}</td></tr>`;
    const html = `<table><tbody>${Array.from({ length: 80 }, (_, i) => pair(i)).join('')}</tbody></table>`;
    const parts = splitBody(html, limit);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) expect(part.match(/户/g)?.length).toBe(part.match(/员/g)?.length);
  });

  it('of one long list goes on counting', () => {
    const html = `<ol>${Array.from({ length: 120 }, (_, i) => `<li>${'条'.repeat(20)}${i}</li>`).join('')}</ol>`;
    const [first = '', second = ''] = splitBody(html, limit);
    const count = first.match(/<li>/g)?.length ?? 0;
    expect(first).toContain('<ol start="1">');
    expect(second).toContain(`<ol start="${count + 1}">`);
  });

  it('that cannot be cut stays whole', () => {
    const html = `<p>${'长'.repeat(5_000)}</p>`;
    expect(splitBody(html, limit)).toEqual([html]);
  });
});

describe('the size switch', () => {
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/a b',
    '/a\r\nX: 1',
    '',
  ])('does not lead to %j', (back) => {
    expect(sizeAnswer('large', back, 'https://town.example').headers['Location']).toBe('/');
  });

  it('keeps the choice, leads back, and is undone', () => {
    const large = sizeAnswer('large', '/search?q=%E4%BD%8E', 'https://town.example').headers;
    expect(large['Location']).toBe('/search?q=%E4%BD%8E');
    expect(large['Set-Cookie']).toMatch(/^xy_text=large; Path=\/; Max-Age=31536000; SameSite=Lax; HttpOnly; Secure$/);
    expect(sizeAnswer('normal', '/', 'http://a').headers['Set-Cookie']).toContain('Max-Age=0');
    const reader = readerOf('a=b; xy_text=large', '/articles/1?part=2');
    expect(reader.large).toBe(true);
    expect(switchPath(reader)).toBe('/text-size/normal?back=%2Farticles%2F1%3Fpart%3D2');
    for (const cookies of [undefined, '', 'xy_text=largest', 'no_xy_text=large'])
      expect(readerOf(cookies, '/').large).toBe(false);
  });
});

describe('the steps of a complaint', () => {
  const at = (day: number): Date => new Date(Date.UTC(2026, 10, day, 4));
  const history = (...steps: string[]) =>
    steps.map((status, i) => ({ at: at(i + 1), move: status, status })) as unknown as Parameters<
      typeof stepLine
    >[0]['history'];
  const shown = (status: string, ...steps: string[]): string[] =>
    [...stepLine({ status: status as never, history: history(...steps) }).matchAll(/<li[^>]*>(.*?)<\/li>/g)].map(
      ([, text = '']) => text.replaceAll(/<[^>]+>/g, ''),
    );

  it('name what is done with its day, what is now, what is to come', () => {
    expect(shown('assigned', 'received', 'accepted', 'assigned')).toEqual([
      '✓ 已收到2026年11月1日',
      '✓ 已受理2026年11月2日',
      '已交办（现在）2026年11月3日',
      '已答复',
      '已办结',
    ]);
    expect(stepLine({ status: 'assigned', history: history('received', 'assigned') })).toContain('aria-current="step"');
  });

  it('of a refused one end there', () => {
    expect(shown('refused', 'received', 'refused')).toEqual(['✓ 已收到2026年11月1日', '不予受理（现在）2026年11月2日']);
  });

  it('of a reopened one go round again', () => {
    const steps = ['received', 'accepted', 'assigned', 'answered', 'reopened', 'assigned'];
    expect(shown('assigned', ...steps).map((text) => text.replace(/2026.*/, ''))).toEqual([
      '✓ 已收到',
      '✓ 已受理',
      '✓ 已答复',
      '✓ 重新办理',
      '已交办（现在）',
      '已答复',
      '已办结',
    ]);
    expect(shown('answered', ...steps, 'answered').at(-2)).toContain('已答复（现在）2026年11月7日');
    expect(shown('answered', ...steps, 'answered')[2]).toBe('✓ 已答复2026年11月4日');
  });
});

describe('a sheet for the notice board', () => {
  it('carries a QR code that a phone reads as the address of the page', async () => {
    const words = createWords({ villages: [], units: [], office: '示例' } as never, []);
    const place = { name: '低保', path: '/categories/cw_shjz', items: [], words };
    const answer = listSheet(FRAME, place, 'https://town.example');
    const svg = /<svg[\s\S]*<\/svg>/.exec(answer.body as string)?.[0] ?? '';
    const { data, info } = await sharp(Buffer.from(svg), { density: 300 })
      .resize(400, 400, { kernel: 'nearest' })
      .flatten({ background: '#fff' })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    const read = decodeQR({ width: info.width, height: info.height, data: Uint8Array.from(data) });
    expect(read).toBe('https://town.example/categories/cw_shjz');
  });
});
