import { fc } from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { parseJsonFields } from '../../src/wechat/index.ts';
import { parseJsonLossless } from '../../src/wechat/json.ts';
import { appErrorOf } from './support.ts';

/** Text that is nearly JSON: the same pieces in any order, so that strings stay open and escapes end nowhere. */
const nearlyJson = fc
  .array(fc.constantFrom('"', '\\', '\\"', '{', '}', '[', ']', ':', ',', '1', '-', 'e', '.', 'a', ' ', '好'))
  .map((parts) => parts.join(''));

describe('text that is nearly JSON', () => {
  it('is refused exactly where JSON.parse refuses it', () => {
    const valueOf = (parse: (text: string) => unknown, text: string) => {
      try {
        return [parse(text)];
      } catch (error) {
        return error instanceof SyntaxError ? 'refused' : error;
      }
    };
    fc.assert(
      fc.property(nearlyJson, (text) => {
        expect(valueOf(parseJsonLossless, text)).toEqual(valueOf(JSON.parse, text));
      }),
      { numRuns: 2_000 },
    );
  });

  // With a cost that grows by the square these take minutes.
  it.each([
    ['escaped quotes', '\\"'.repeat(100_000)],
    ['backslashes', '\\'.repeat(400_001)],
    ['quotes', '"'.repeat(400_001)],
  ])('does not hold up the process with %s in a string that never closes', (_what, inside) => {
    expect(() => parseJsonLossless(`{"a":"${inside}`)).toThrow(SyntaxError);
  });

  it('is an AppError for the webhook', () => {
    expect(appErrorOf(() => parseJsonFields(`{"a":"${'\\"'.repeat(30_000)}`))).toMatchObject({
      code: 'invalid_input',
      details: { check: 'json' },
    });
  });
});
