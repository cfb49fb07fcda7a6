import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { KNOWN_ERRCODES } from '../../src/wechat/errcodes.ts';
import { projectTexts } from '../support/project-files.ts';

/** The platform's numbers are spoken in two places: by us to it, and by the simulated platform. */
const SPEAKS_NUMBERS = /^src\/(?:wechat|sandbox)\//;
/** -1 is the platform's "busy" and everybody's "none": it cannot be told apart by its value. */
const NUMBERS: ReadonlySet<number> = new Set(KNOWN_ERRCODES.filter((code) => code > 1_000));
/** Ranges in which the platform hands out numbers, so that one which our table does not hold is found as well. */
const RANGES: readonly (readonly [number, number])[] = [
  [40_001, 40_299],
  [41_001, 41_099],
  [42_001, 42_010],
  [43_001, 43_199],
  [44_001, 44_099],
  [45_001, 45_199],
  [46_001, 46_099],
  [47_001, 47_099],
  [48_001, 48_021],
  [50_001, 50_019],
  [53_400, 53_699],
  [61_003, 61_099],
  [65_300, 65_499],
  [87_009, 87_099],
  [89_501, 89_599],
  [9_500_001, 9_500_099],
];

const isErrcode = (value: number): boolean =>
  NUMBERS.has(value) || RANGES.some(([from, to]) => value >= from && value <= to);

/** Every number of the platform in code, in a text or in a comment. */
function errcodesIn(text: string): string[] {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    // The compiler has taken out the separators: 45_015 is 45015.
    if (ts.isNumericLiteral(node) && isErrcode(Number(node.text))) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  const words = text.replaceAll(/\d[\d_]*(?=\D|$)/g, (number) => ` ${number.replaceAll('_', '')} `).split(/[^\d]+/);
  return [...new Set([...found, ...words.filter((word) => /^\d{5,7}$/.test(word) && isErrcode(Number(word)))])];
}

describe('the numbers of the platform', () => {
  const code = projectTexts().filter(({ path }) => /^src\/.*\.(?:ts|vue)$/.test(path) && !SPEAKS_NUMBERS.test(path));

  it('stay behind the door of src/wechat: everything else decides by reasons', () => {
    expect(code.length).toBeGreaterThan(200);
    expect(code.flatMap(({ path, text }) => errcodesIn(text).map((number) => `${path}: ${number}`))).toEqual([]);
  });

  it('would be found in a planted file, in code, with separators, in a text and in a comment', () => {
    const planted = projectTexts().find(({ path }) => path.endsWith('planted/src/notices/errcode.ts'));
    expect(errcodesIn(planted?.text ?? '')).toEqual(expect.arrayContaining(['45015', '48001', '40059', '45199']));
    expect(errcodesIn(planted?.text ?? '')).toHaveLength(4);
  });

  it.each(['const ms = 40_000;', 'const port = 27017;', "const day = '20260210';", 'const half = 45_000;'])(
    'are not seen in %s',
    (harmless) => expect(errcodesIn(harmless)).toEqual([]),
  );
});
