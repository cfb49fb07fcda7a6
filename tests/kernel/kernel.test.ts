import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  countChars,
  cutAtSentence,
  escapeMarkup,
  firstChars,
  newPlainCode,
  newToken,
  nextState,
  sha256Hex,
  statesAllowing,
  utf8Bytes,
  type CanonicalValue,
  type StateTable,
} from '../../src/kernel/index.ts';

describe('a state table', () => {
  const DOOR: StateTable<'open' | 'shut' | 'locked', 'close' | 'open' | 'lock'> = {
    open: { close: 'shut' },
    shut: { open: 'open', lock: 'locked' },
    locked: {},
  };
  it('knows the next state, and none for a move that it does not hold', () => {
    expect(nextState(DOOR, 'shut', 'lock')).toBe('locked');
    expect(nextState(DOOR, 'open', 'lock')).toBeUndefined();
    expect(statesAllowing(DOOR, 'lock')).toEqual(['shut']);
  });
});

describe('canonical JSON', () => {
  const value = fc.letrec<{ any: CanonicalValue }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie('any'), { maxKeys: 4 }),
    ),
  })).any;

  it('is JSON of the same value, and the same text whatever the order of keys', () => {
    fc.assert(
      fc.property(value, (given) => {
        const text = canonicalJson(given);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(given)));
        expect(canonicalJson(reversed(given))).toBe(text);
      }),
    );
  });
  it('leaves out what is undefined and refuses what JSON cannot say', () => {
    expect(canonicalJson({ b: 1, a: undefined })).toBe('{"b":1}');
    expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
    expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});

describe('text', () => {
  it('is cut within both limits, never inside a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.nat(40), fc.nat(90), (text, chars, bytes) => {
        const cut = cutAtSentence(text, chars, bytes);
        expect(text.startsWith(cut)).toBe(true);
        expect(countChars(cut)).toBeLessThanOrEqual(chars);
        expect(utf8Bytes(cut)).toBeLessThanOrEqual(bytes);
        expect(Buffer.from(cut).toString()).toBe(cut);
      }),
    );
  });
  it('ends after a sentence where one ends in the second half', () => {
    expect(cutAtSentence('水管坏了。请来看看，谢谢', 8, 100)).toBe('水管坏了。');
    expect(cutAtSentence('好。水管坏了请来看看', 8, 100)).toBe('好。水管坏了请来');
    expect(cutAtSentence('短', 8, 100)).toBe('短');
  });
  it('counts astral characters once and keeps them whole', () => {
    expect([countChars('𠮷a'), firstChars('𠮷a', 1)]).toEqual([2, '𠮷']);
  });
  it('is safe in markup, in content and in attributes', () => {
    expect(escapeMarkup(`<a b="c" d='e'>&`)).toBe('&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;');
  });
});

describe('codes', () => {
  it('to copy by hand hold no look-alikes; tokens fit an address', () => {
    const codes = Array.from({ length: 200 }, () => newPlainCode(10));
    expect(codes.every((code) => /^[34679ACDEFGHJKMNPQRTUVWXY]{10}$/.test(code))).toBe(true);
    expect(new Set(codes).size).toBe(200);
    expect(newToken(32)).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

function reversed(value: CanonicalValue): CanonicalValue {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as CanonicalValue[]).map(reversed);
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, member === undefined ? undefined : reversed(member)]),
  );
}
