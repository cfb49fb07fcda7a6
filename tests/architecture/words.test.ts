import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { projectTexts } from '../support/project-files.ts';

/** GLOSSARY.md's "never" column, as parts of an identifier. What has a second, honest meaning is left out: `tag` and
 * `sent` are the platform's, `publish` is what happens to an approved article. */
const FORBIDDEN = new Set(['user', 'fan', 'post', 'news', 'campaign', 'issue', 'case', 'notification']);

/** Identifiers that others named: zod's `issues`, String's `toLowerCase`, the router's `post`, a header, a thread's `postMessage`. */
const NAMED_BY_OTHERS = new Set(
  'issue issues addIssue ZodIssue $ZodIssue $ZodRawIssue toLowerCase toUpperCase toLocaleLowerCase post userAgent toUserName postMessage'.split(
    ' ',
  ),
);

/** In these two the platform's own field names are spoken: FromUserName, news, user_info. */
const SPEAKS_PLATFORM = /^src\/(?:wechat|sandbox)\//;

function identifiersOf(text: string): { name: string; line: number }[] {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found: { name: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      found.push({ name: node.text, line: file.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** `loadFansOf` → load, fans, of. */
function wordsIn(identifier: string): string[] {
  return identifier
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

function isForbidden(identifier: string): boolean {
  if (NAMED_BY_OTHERS.has(identifier)) return false;
  return wordsIn(identifier).some((word) => FORBIDDEN.has(word) || FORBIDDEN.has(word.replace(/s$/, '')));
}

describe('the words of the glossary', () => {
  it.each(['userId', 'listFans', 'newPost', 'posts', 'newsItem', 'campaigns', 'CaseTable', 'send_notification'])(
    'has a check that refuses %s',
    (identifier) => expect(isForbidden(identifier)).toBe(true),
  );
  it.each(['username', 'toLowerCase', 'resident', 'because', 'fanciful', 'postpone', 'suppose'])(
    'has a check that lets %s through',
    (identifier) => expect(isForbidden(identifier)).toBe(false),
  );

  it('are the only ones in identifiers of src', () => {
    const code = projectTexts().filter(({ path }) => /^src\/.*\.ts$/.test(path) && !SPEAKS_PLATFORM.test(path));
    expect(code.length).toBeGreaterThan(50);
    const wrong = code.flatMap(({ path, text }) =>
      identifiersOf(text)
        .filter(({ name }) => isForbidden(name))
        .map(({ name, line }) => `${path}:${line}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep tipoffs and complaints apart', () => {
    const code = projectTexts().filter(({ path }) => /^src\/tipoffs\/.*\.ts$/.test(path));
    const wrong = code.flatMap(({ path, text }) =>
      identifiersOf(text)
        .filter(({ name }) => wordsIn(name).some((word) => word.startsWith('complaint')))
        .map(({ name, line }) => `${path}:${line}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});
