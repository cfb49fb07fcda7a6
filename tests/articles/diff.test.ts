import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { type Change, compareWords } from '../../src/articles/diff.ts';

const joined = (changes: readonly Change[], ...ops: Change['op'][]): string =>
  changes
    .filter(({ op }) => ops.includes(op))
    .map(({ text }) => text)
    .join('');

describe('a comparison by words', () => {
  it('marks what a reader would mark', () => {
    expect(compareWords('低保标准为每月500元。', '低保标准为每月520元。')).toEqual([
      { op: 'same', text: '低保标准为每月' },
      { op: 'removed', text: '500' },
      { op: 'added', text: '520' },
      { op: 'same', text: '元。' },
    ]);
    expect(compareWords('', '新')).toEqual([{ op: 'added', text: '新' }]);
    expect(compareWords('一样', '一样')).toEqual([{ op: 'same', text: '一样' }]);
  });

  it('gives both texts back whole', () => {
    const text = fc.array(fc.constantFrom('公示', '七天', '元', '，', '1200', '\n', '村'), { maxLength: 40 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        const changes = compareWords(a.join(''), b.join(''));
        expect(joined(changes, 'same', 'removed')).toBe(a.join(''));
        expect(joined(changes, 'same', 'added')).toBe(b.join(''));
      }),
    );
  });

  it('takes no minutes for two long texts', () => {
    const [before, after] = ['甲乙丙丁，'.repeat(20_000), '丁丙乙甲。'.repeat(20_000)];
    expect(joined(compareWords(before, after), 'same', 'removed')).toBe(before);
  });

  it('shows two texts that have nothing in common whole', () => {
    const before = Array.from({ length: 2_000 }, (_, i) => `甲${i}，`).join('');
    const after = Array.from({ length: 2_000 }, (_, i) => `乙${i + 5_000}；`).join('');
    const changes = compareWords(before, after);
    expect(joined(changes, 'same', 'removed')).toBe(before);
    expect(joined(changes, 'same', 'added')).toBe(after);
  });
});
