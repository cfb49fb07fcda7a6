import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig } from '../../src/platform/config/index.ts';
import { environment, ownConfig } from '../support/office.ts';

type Json = Record<string, never> & Record<string, unknown>;

/** What a start says where `edit` has been done to `file`. */
function problemsWith(file: string, edit: (json: Json) => unknown): string[] {
  const folder = ownConfig({ [file]: edit });
  return problemsIn(folder).map((problem) => problem.replace(`${folder}/`, ''));
}

function problemsIn(folder: string): readonly string[] {
  try {
    loadConfig(environment({ CONFIG_DIR: folder }));
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

/** `json` with `value` at `path`; `undefined` takes the member out. */
function put(path: string, value: unknown) {
  return (json: Json): unknown => {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let at: Record<string, unknown> = json;
    for (const step of steps) at = at[step] as Record<string, unknown>;
    if (value === undefined) delete at[last];
    else at[last] = value;
    return json;
  };
}

describe('the configuration as it stands', () => {
  it('is valid and frozen whole', () => {
    const config = loadConfig(environment({ CONFIG_DIR: ownConfig() }));
    expect(() => Object.assign(config.town.villages[0]!, { name: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(config.env, { PORT: 1 })).toThrow(TypeError);
  });
});

const MISTAKES: readonly [string, string, unknown, string][] = [
  ['town.json', 'name', undefined, 'at name: is missing: add it (string)'],
  ['town.json', 'mayor', '示例', 'at top level: unknown "mayor": remove it or correct its spelling'],
  ['town.json', 'units.1.code', 'dzb', 'at units.1.code: "dzb" stands here twice: change one'],
  ['town.json', 'villages.2.name', '示例一村', 'at villages.2.name: "示例一村" stands here twice: change one'],
  ['town.json', 'villages.0.code', 'V 1', 'at villages.0.code: use 1–32 small letters, digits or _'],
  ['town.json', 'villages', [], 'at villages: at least one'],
  ['town.json', 'hotline.number', '打电话', 'at hotline.number: digits and - only'],
  [
    'town.json',
    'topics',
    Array.from({ length: 95 }, (_, n) => ({ code: `t${n}`, name: `话题${n}` })),
    'at villages: villages and topics together are more than 100, and each needs a platform tag: leave some out',
  ],
  ['categories.json', 'categories.1.code', 'cw_szqk', 'at categories.1.code: "cw_szqk" stands here twice: change one'],
  ['categories.json', 'categories.0.group', 'other', 'at categories.0.group: must be one of: village, government'],
  [
    'categories.json',
    'categories.0.name',
    '帮助',
    'at categories.0.name: is a word with a meaning of its own in chat: take another',
  ],
  [
    'menu.json',
    'button.1.name',
    '一个太长太长的名字',
    'at button.1.name: at most 16 bytes of UTF-8 (a Chinese character is 3)',
  ],
  [
    'menu.json',
    'button.1.key',
    'COMPLAIN',
    'at button.1.key: nobody answers "COMPLAIN": use COMPLAINT_NEW, COMPLAINT_MINE, SETTINGS, LATEST, HELP, CATEGORY_<code>',
  ],
  [
    'menu.json',
    'button.0.sub_button.1.key',
    'CATEGORY_nowhere',
    'at button.0.sub_button.1.key: categories.json has no category "nowhere": correct one of them',
  ],
  ['chat.zh.json', 'help', undefined, 'at help: is missing: add it (string)'],
  ['chat.zh.json', 'welcome', '{nobody}', 'at welcome: unknown placeholder {nobody}: use {account} {town}'],
  ['clocks.json', 'kinds.help.unit', 'weeks', 'at kinds.help.unit: must be one of: working, calendar'],
  ['limits.json', 'sessionHours', '8', 'at sessionHours: must be of type number'],
  ['limits.json', 'rate.perIpPerMinute', undefined, 'at rate.perIpPerMinute: is missing: add it (number)'],
  ['calendar/2026.json', 'holidays.0.from', '2026-13-01', 'at holidays.0.from: must be a day, YYYY-MM-DD'],
  ['calendar/2026.json', 'holidays.0.to', '2025-12-31', 'at holidays.0.from: from is after to: swap them'],
  ['calendar/2026.json', 'holidays.1.from', '2026-01-02', 'at holidays.1: 春节 overlaps 元旦: check the days'],
  [
    'calendar/2026.json',
    'workingWeekends.0',
    '2026-01-05',
    'at workingWeekends.0: is no Saturday or Sunday: check the day',
  ],
  [
    'calendar/2026.json',
    'workingWeekends.0',
    '2026-01-03',
    'at workingWeekends.0: lies in 元旦: a day is worked or free, not both',
  ],
];

describe('a mistake', () => {
  it.each(MISTAKES)('in %s at %s is named with its fix', (file, path, value, problem) => {
    expect(problemsWith(file, put(path, value))).toContain(`${file}: ${problem}`);
  });

  it('in a menu with four buttons, or with a button of no kind, is named', () => {
    const button = { type: 'click', name: '最新', key: 'LATEST' };
    expect(problemsWith('menu.json', put('button', [button, button, button, button]))).toEqual([
      expect.stringMatching(/^menu\.json: at button: /),
    ]);
    expect(problemsWith('menu.json', put('button.0', { ...button, url: 'x' }))).toEqual([
      'menu.json: at button.0: unknown "url": remove it or correct its spelling',
    ]);
  });

  it('in a calendar that was copied for the next year is named', () => {
    const folder = ownConfig();
    copyFileSync(join(folder, 'calendar/2026.json'), join(folder, 'calendar/2027.json'));
    expect(problemsIn(folder)).toContain(`${join(folder, 'calendar/2027.json')}: at year: must equal the file name`);
  });

  it('in the JSON itself is named with its line', () => {
    const folder = ownConfig();
    writeFileSync(join(folder, 'limits.json'), '{\n  "sessionHours": 8,\n  oops\n}');
    expect(problemsIn(folder)).toEqual([
      `${join(folder, 'limits.json')}: is not valid JSON at line 3, column 3: look for a comma or quote there`,
    ]);
  });

  it('of a file that is not there, and of a year between others, is named', () => {
    const folder = ownConfig();
    rmSync(join(folder, 'menu.json'));
    expect(problemsIn(folder)).toEqual([
      expect.stringMatching(/menu\.json: cannot be read \(ENOENT.*\): put the file there, or set CONFIG_DIR$/),
    ]);
    const gap = ownConfig();
    for (const year of [2029, 2030]) {
      writeFileSync(
        join(gap, `calendar/${year}.json`),
        JSON.stringify({ year, source: '示例', holidays: [], workingWeekends: [] }),
      );
    }
    expect(problemsIn(gap)).toEqual(
      [2027, 2028].map((year) => `${join(gap, `calendar/${year}.json`)}: is missing between its neighbours: add it`),
    );
  });

  it('is told together with all the others, of every file and of the environment', () => {
    const folder = ownConfig({ 'town.json': put('name', 1), 'limits.json': put('sessionHours', 0) });
    const start = () =>
      loadConfig({ ...environment({ CONFIG_DIR: folder }), SECRET_KEY: 'short', WECHAT_TOKEN: undefined });
    expect(start).toThrow(
      /SECRET_KEY[\s\S]*WECHAT_TOKEN[\s\S]*town\.json: at name[\s\S]*limits\.json: at sessionHours/,
    );
  });
});
