import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { createSearchWords, isSearchWord } from '../../src/platform/search-words/index.ts';

const words = createSearchWords();
const finds = (query: string, text: string): boolean => {
  const keys = new Set(words.of(text));
  const asked = words.asked(query);
  return asked.length > 0 && asked.every((key) => keys.has(key));
};

describe('search words', () => {
  it.each([
    ['路灯', '村口路灯不亮'],
    ['路灯不亮', '村口的路灯不亮，请来修'],
    ['低保怎么办', '11月份农村低保金发放公示'],
    ['请问合作医疗怎么缴费', '城乡居民合作医疗缴费办法'],
    ['ＷｉＦｉ', '文化广场wifi开通'],
  ])('%s finds %s', (query, text) => expect(finds(query, text)).toBe(true));

  it.each([
    ['路灯', '灯光和道路'],
    ['低保', '最低的保险'],
    ['怎么办', '怎么办理'],
  ])('%s does not find %s', (query, text) => expect(finds(query, text)).toBe(false));

  it('any two to six characters of a text find it, unless they only ask', () => {
    const character = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((code) => String.fromCodePoint(code));
    fc.assert(
      fc.property(fc.array(character, { minLength: 2, maxLength: 60 }), fc.nat(), fc.nat(4), (all, at, more) => {
        const start = at % (all.length - 1);
        const asked = words.asked(all.slice(start, start + 2 + more).join(''));
        const keys = new Set(words.of(all.join('')));
        return asked.filter((key) => !isSearchWord(key)).every((key) => keys.has(key));
      }),
    );
  });

  it('shows words to people and keeps pairs to itself', () => {
    expect(words.of('村口路灯不亮').filter(isSearchWord)).toContain('村口');
    expect(words.of('村口路灯不亮', 3)).toHaveLength(3);
  });
});
