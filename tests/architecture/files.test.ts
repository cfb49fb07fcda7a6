import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { linesWith, projectTexts, ROOT } from '../support/project-files.ts';

const texts = projectTexts();
const source = texts.filter(({ path }) => path.startsWith('src/'));

describe('the files of the project', () => {
  it('are found at all', () => {
    expect(source.length).toBeGreaterThan(50);
    expect(texts.map(({ path }) => path)).toContain('config/town.json');
  });

  it('hold at most 400 lines each in src', () => {
    const code = source.filter(({ path }) => /\.(?:ts|vue|js|mjs|css|html)$/.test(path));
    const long = code.map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > 400)).toEqual([]);
  });

  it('name the town under config/, in README.md and in docs/ only, so that another town changes only config/', () => {
    const town = JSON.parse(readFileSync(join(ROOT, 'config/town.json'), 'utf8')) as Record<string, string>;
    const { name = '', county = '', account = '' } = town;
    const words = [name, county, account].flatMap((word) => [word, word.replace(/[镇乡县]$/, '')]);
    const others = texts.filter(({ path }) => !/^(?:config\/|docs\/|README\.md$)/.test(path));
    const town_ = new RegExp([...new Set(words)].join('|'));
    expect(town_.test(account)).toBe(true);
    expect(others.flatMap((file) => linesWith(town_, file))).toEqual([]);
  });

  it('name no package registry and no place of the machine where they were written', () => {
    const hosts = /registry[.](?:npm|yarn)|npm[m]irror|python[h]osted|pypi[.]org|[/]work[/](?:main|shared)|[/]root[/]/;
    expect(texts.flatMap((file) => linesWith(hosts, file))).toEqual([]);
    expect(texts.flatMap((file) => linesWith(/\.\.[/]shared[/]/, file))).toEqual([]);
  });

  it('read the environment in their few places only', () => {
    const allowed = /^src\/(?:platform\/config\/|main\.ts$|app\/cli\/|sandbox\/main\.ts$)/;
    const env = /\bprocess\s*(?:\.|\?\.)\s*env\b|process\[|\benv\b[^'"]*\} from '(?:node:)?process'|loadEnvFile/;
    const others = source.filter(({ path }) => !allowed.test(path));
    expect(others.flatMap((file) => linesWith(env, file))).toEqual([]);
  });
});
