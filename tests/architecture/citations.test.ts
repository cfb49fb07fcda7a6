import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectTexts, ROOT } from '../support/project-files.ts';

interface Text {
  readonly path: string;
  readonly text: string;
}

const OURS = /\.(?:ts|vue|mjs|cjs|md|json|conf|css|html)$/;
/** A command names the file that it writes, whether it is there or not. */
const WRITTEN = new Set(['docs/performance.md']);
const texts = projectTexts().filter(({ path }) => OURS.test(path) && !path.startsWith('tests/architecture/citations'));

/** A document's headings as GitHub makes anchors of them. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** What a citation leads to, relative to where it stands (a link) or to the project's folder (a comment); null where nothing is there. */
function target(from: string, cited: string): string | null {
  const places = [posix.normalize(posix.join(dirname(from), cited)), posix.normalize(cited)];
  return places.find((place) => existsSync(join(ROOT, place))) ?? null;
}

/** Each citation of a document that leads nowhere: `path: citation`. */
function dangling({ path, text }: Text): string[] {
  const found: string[] = [];
  // Texts that were never part of the project, and sections of them.
  for (const [cited] of text.matchAll(/\b(?:design|wechat-protocol|government-rules|style)(?:\.md\b| §[\d.]*)/g))
    found.push(cited);
  for (const [cited, file = '', anchor] of text.matchAll(
    /(?<![\w./:-])((?:\.{1,2}\/|[\w-]+\/)*[\w-]+\.md)(?:#([\p{L}\p{N}_-]+))?/gu,
  )) {
    if (WRITTEN.has(file)) continue;
    const place = target(path, file);
    if (place === null) found.push(cited);
    else if (anchor !== undefined && !anchorsOf(readFileSync(join(ROOT, place), 'utf8')).has(anchor)) found.push(cited);
  }
  const promised = anchorsOf(readFileSync(join(ROOT, 'docs/promises.md'), 'utf8'));
  for (const [cited] of text.matchAll(/(?<![\w#'"`-])P\d(?![\w'"`.])/g))
    if (!promised.has(cited.toLowerCase())) found.push(cited);
  return [...new Set(found)].map((cited) => `${path}: ${cited}`);
}

describe('citations', () => {
  it('lead to a document of the project, and to a heading in it', () => {
    const citing = texts.filter(({ text }) => /docs\/(?:promises|wechat-platform)\.md#/.test(text));
    expect(citing.length).toBeGreaterThan(50);
    expect(texts.flatMap(dangling)).toEqual([]);
  });

  it.each([
    'as it stands in design §4',
    'limits of wechat-protocol §1.5',
    'see government-rules.md',
    'docs/promises.md#p9',
    'docs/wechat-platform.md#no-such-section',
    'docs/never-written.md',
    '[why](../../docs/decisions/0099-nothing.md)',
    'promised (P9)',
  ])('that lead nowhere are found: %s', (text) => {
    expect(dangling({ path: 'src/inbox/README.md', text })).toHaveLength(1);
  });

  it.each([
    'docs/promises.md#p1',
    'docs/wechat-platform.md#mass-send',
    '[why](../../docs/decisions/0010-login-limits.md)',
    'P1 and (P8)',
    'src/wechat/README.md',
  ])('that lead somewhere are left alone: %s', (text) => {
    expect(dangling({ path: 'src/inbox/README.md', text })).toEqual([]);
  });
});

describe('docs/promises.md', () => {
  const text = readFileSync(join(ROOT, 'docs/promises.md'), 'utf8');
  const parts = text.split(/^## /m).slice(1);

  it('holds P1 to P8, each with what it does not promise', () => {
    expect(parts.map((part) => part.slice(0, 2))).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8']);
    expect(parts.filter((part) => !part.includes('\nNot promised: ')).map((part) => part.slice(0, 2))).toEqual([]);
  });

  it('names tests that are there, for each', () => {
    for (const part of parts) {
      const named = [...part.matchAll(/`(tests\/[^`]+\.test\.ts)`/g)].map(([, path = '']) => path);
      expect(named.length, part.slice(0, 2)).toBeGreaterThan(2);
      expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    }
  });
});
