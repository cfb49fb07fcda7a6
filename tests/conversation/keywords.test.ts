import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDanger } from '../../src/conversation/understanding/index.ts';
import { parseCommand } from '../../src/conversation/words.ts';
import { answerByKeyword, ConfigError, loadConfig } from '../../src/platform/config/index.ts';
import { environment } from '../support/office.ts';
import { ROOT } from '../support/project-files.ts';

const dir = mkdtempSync(join(tmpdir(), 'xiangyin-config-'));
cpSync(join(ROOT, 'config'), dir, { recursive: true });
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const entry = { match: 'contains', words: ['上班'], answer: '九点上班', test: '几点上班' };

function problemsOf(keywords: unknown): readonly string[] {
  writeFileSync(join(dir, 'keywords.json'), typeof keywords === 'string' ? keywords : JSON.stringify({ keywords }));
  try {
    loadConfig(environment({ CONFIG_DIR: dir }));
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

describe('keywords.json', () => {
  it('loads where every test message is answered by its own entry', () => {
    expect(problemsOf([entry])).toEqual([]);
  });

  it.each([
    [
      'a test message that no entry answers',
      [{ ...entry, test: '今天休息吗' }],
      'keywords.0.test',
      'is answered by no entry',
    ],
    [
      'a test message that an earlier entry answers',
      [entry, { ...entry, words: ['几点'], answer: '不知道' }],
      'keywords.1.test',
      'is answered by entry 0 (上班)',
    ],
    ['a word without letters', [{ ...entry, words: ['？！'] }], 'keywords.0.words.0', 'must hold a letter'],
    ['an answer that no reply can hold', [{ ...entry, answer: '长'.repeat(500) }], 'keywords.0.answer', 'at most 400'],
    ['an empty answer', [{ ...entry, answer: ' ' }], 'keywords.0.answer', 'must not be empty'],
    ['an unknown kind of match', [{ ...entry, match: 'regex' }], 'keywords.0.match', 'exact'],
    ['an unknown member', [{ ...entry, reply: '好' }], 'keywords.0', 'reply'],
    ['no JSON', '{"keywords": [', 'keywords.json', 'is not valid JSON'],
  ])('%s stops the start and names file, path and fix', (_what, keywords, path, why) => {
    const problems = problemsOf(keywords).join('\n');
    expect(problems).toContain(join(dir, 'keywords.json'));
    expect(problems).toContain(path);
    expect(problems).toContain(why);
  });
});

describe('an answer by keyword', () => {
  const keywords = [
    { match: 'contains', words: ['电话'], answer: '含', test: '电话多少' },
    { match: 'exact', words: ['电话'], answer: '全', test: '电话' },
  ] as const;
  const ask = (text: string) =>
    answerByKeyword(
      keywords.map((k) => ({ ...k, words: [...k.words] })),
      text,
    );

  it.each([
    ['电话', '全'],
    ['“电话”。', '全'],
    ['村里的电话是多少', '含'],
    ['低保', undefined],
    ['', undefined],
  ])('%s', (text, answer) => expect(ask(text)).toBe(answer));

  it('of the project is reached: no test message is a fixed word or an emergency', () => {
    const { keywords: own, categories, town, understanding } = loadConfig(environment());
    const danger = createDanger(understanding.emergency, town.emergencyWords);
    for (const { test } of own) {
      expect([test, parseCommand(test, categories)]).toEqual([test, undefined]);
      expect(danger(test)).toBeUndefined();
    }
  });
});
