import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, shippedUnderstanding } from '../../src/platform/config/index.ts';
import { environment } from '../support/office.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'xiangyin-understanding-'));
  cpSync('config', dir, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const FILE = 'understanding.zh.json';
const load = () => loadConfig({ ...environment(), CONFIG_DIR: dir });
const problemsWith = (own: unknown): readonly string[] => {
  writeFileSync(join(dir, FILE), JSON.stringify(own));
  try {
    load();
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.problems : [String(error)];
  }
};

describe('understanding.zh.json', () => {
  it('may be missing, or hold only what differs: the rest is as shipped', () => {
    rmSync(join(dir, FILE));
    expect(load().understanding).toEqual(shippedUnderstanding());
    expect(problemsWith({ intents: { done: ['完成', '说球毕了'] } })).toEqual([]);
    expect(load().understanding.intents.done).toEqual(['完成', '说球毕了']);
    expect(load().understanding.intents.skip).toEqual(shippedUnderstanding().intents.skip);
  });

  it.each([
    ['a word that our sentences print is gone', { intents: { skip: ['不留'] } }, 'intents.skip: must hold 跳过'],
    ['one fixed word means another', { intents: { skip: ['跳过', '确认'] } }, 'intents.skip: 确认 means confirm'],
    ['a bracket is not closed', { intents: { done: ['完成', '(说|讲完'] } }, 'intents.done.1: has a ( without its )'],
    ['a bracket is not opened', { intents: { done: ['完成', '说|讲)完'] } }, 'intents.done.1: has a ) without its ('],
    ['a line may be nothing', { intents: { done: ['完成', '(说|)'] } }, 'intents.done.1: may be nothing at all'],
    ['an intent is not known', { intents: { finish: ['完'] } }, 'unknown "finish"'],
    [
      'a danger is not known',
      { emergency: { kinds: [{ name: 'ghost', alone: [], pairs: [] }] } },
      'emergency.kinds.0.name',
    ],
    ['a synonym stands alone', { search: { synonyms: [['低保']] } }, 'search.synonyms.0'],
  ])('is refused where %s', (_why, own, problem) => expect(problemsWith(own).join('\n')).toContain(problem));
});
