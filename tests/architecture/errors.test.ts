import { describe, expect, it } from 'vitest';
import { AppError, ERROR_CODES, isAppError, type ErrorCode } from '../../src/kernel/index.ts';
import { projectTexts } from '../support/project-files.ts';

/** What callers may meet, and what HTTP has for a wrong method and a party behind us. */
const STATUSES = [400, 401, 403, 404, 405, 409, 410, 413, 415, 429, 500, 502, 503];
const codes = Object.keys(ERROR_CODES) as ErrorCode[];

describe('the closed list of errors', () => {
  it.each(codes)('%s has a status of the design and a Chinese sentence', (code) => {
    const { status, zh } = ERROR_CODES[code];
    expect(STATUSES).toContain(status);
    expect(zh).toMatch(/^[\u4e00-\u9fff].*。$/);
    expect(zh).not.toMatch(/[a-z]{3}/i);
  });

  it('holds no code that nobody uses', () => {
    const source = projectTexts()
      .filter(({ path }) => /^src\/.*\.ts$/.test(path) && path !== 'src/kernel/errors.ts')
      .map(({ text }) => text)
      .join('\n');
    expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });

  it('makes errors that know their status and keep a more exact sentence', () => {
    const error = new AppError('wrong_state', { message: '这一件已经办结。', details: { n: 1 } });
    expect(error).toMatchObject({ status: 409, message: '这一件已经办结。', details: { n: 1 } });
    expect(new AppError('wrong_state').message).toBe(ERROR_CODES.wrong_state.zh);
    expect([
      isAppError(error),
      isAppError(error, 'wrong_state'),
      isAppError(error, 'internal'),
      isAppError(new Error()),
    ]).toEqual([true, true, false, false]);
  });

  it('is written in Chinese wherever a sentence of its own is given', () => {
    const english = projectTexts()
      // In these a caller is a clerk at a terminal, or a program: of the inbox nothing but the code is answered.
      .filter(({ path }) => /^src\/.*\.ts$/.test(path) && !/^src\/(?:app\/cli|sandbox|inbox|conversation)\//.test(path))
      .flatMap(({ path, text }) =>
        [...text.matchAll(/new AppError\('\w+', \{\s*message:\s*(['`])((?:(?!\1).)*)\1/g)].map(
          ([, , words = '']) => `${path}: ${words}`,
        ),
      );
    expect(english.length).toBeGreaterThan(20);
    expect(english.filter((line) => !/[\u4e00-\u9fff]/.test(line))).toEqual([]);
  });
});
