import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { createSpeech } from '../../src/conversation/speech.ts';
import { countChars, utf8Bytes } from '../../src/kernel/index.ts';
import { createSay, loadConfig } from '../../src/platform/config/index.ts';
import { environment } from '../support/office.ts';

const { chat, town } = loadConfig(environment());
const speech = createSpeech({ say: createSay(chat), town });
const URL = 'https://town.example.cn/articles/0123456789abcdef01234567';
const textOf = (reply: ReturnType<typeof speech.reply>): string => (reply.type === 'text' ? reply.text : '');

function expectFits(text: string): void {
  expect(countChars(text)).toBeLessThanOrEqual(600);
  expect(utf8Bytes(text)).toBeLessThanOrEqual(1_800);
  expect(text).not.toMatch(/\p{Surrogate}/u);
}

describe('a reply', () => {
  it('stays as it is at exactly 600 characters or 1,800 bytes', () => {
    expect(textOf(speech.reply(['a'.repeat(600)]))).toHaveLength(600);
    expect(textOf(speech.reply(['路'.repeat(600)]))).toHaveLength(600);
  });

  it('one character longer is cut at a sentence and ends with the link', () => {
    const text = textOf(speech.reply(['这是一句话。'.repeat(101)], URL));
    expectFits(text);
    expect(text).toMatch(/。……\n<a href=/);
    expect(text.endsWith(`<a href="${URL}">点这里看全文</a>`)).toBe(true);
  });

  it('fits and splits no character, whatever is said', () => {
    const paragraph = fc.string({ unit: 'grapheme', maxLength: 900 });
    fc.assert(
      fc.property(fc.array(paragraph, { minLength: 1, maxLength: 3 }), fc.boolean(), (paragraphs, link) => {
        expectFits(textOf(speech.reply(paragraphs, link ? URL : undefined)));
      }),
    );
  });

  it('keeps what comes after whole and cuts what comes before', () => {
    const text = textOf(speech.after(speech.reply(['路'.repeat(600)]), ['要不要接着办？回复 1']));
    expectFits(text);
    expect(text.endsWith('要不要接着办？回复 1')).toBe(true);
  });

  it('cuts through no link: one that does not fit is left out whole', () => {
    const link = `<a href="${URL}">一个不长的标题</a>`;
    for (let before = 540; before <= 600; before += 1) {
      const text = textOf(speech.reply(['路'.repeat(before) + link + '后面还有很长的话'.repeat(20)]));
      expectFits(text);
      expect([before, text.includes('<a '), text.includes(link)]).toEqual([
        before,
        text.includes(link),
        text.includes('<a '),
      ]);
    }
  });

  it('lists only whole lines: no address is cut through', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 9 }), (lengths) => {
        const lines = lengths.map((length, i) => `${i + 1}. ${'题'.repeat(length)}（2月10日）\n${URL}${i}`);
        const list = { header: '消息：', lines, moreUrl: 'https://town.example.cn/search?q=x', more: false };
        const text = textOf(speech.listing(list, ['如果是要反映问题，回复 1']));
        expectFits(text);
        expect(text).toContain('回复 1');
        const shown = lines.filter((line) => text.includes(line)).length;
        expect(text.split(URL).length - 1).toBe(shown);
        expect(text.includes(list.moreUrl)).toBe(shown < lines.length);
      }),
    );
  });
});

describe('every sentence of the configuration', () => {
  it('fits a reply with room for what is put in', () => {
    for (const [key, text] of Object.entries(chat)) expect([key, countChars(text) <= 300]).toEqual([key, true]);
  });
});
