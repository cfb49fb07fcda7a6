import type { TestModule } from 'vitest/node';
import { describe, expect, it } from 'vitest';
import { closingLine } from '../../config/tooling/closing-line-reporter.ts';

type State = 'passed' | 'failed' | 'skipped' | 'pending';

/** A file as the runner reports it: the states of its tests, and what went wrong outside them. */
function file(states: readonly State[], wrong: { readonly file?: number; readonly suite?: number } = {}): TestModule {
  const errors = (count = 0) => Array.from({ length: count }, () => new Error('boom'));
  return {
    errors: () => errors(wrong.file),
    children: {
      allSuites: () => [{ errors: () => errors(wrong.suite) }],
      allTests: () => states.map((state) => ({ result: () => ({ state }) })),
    },
  } as unknown as TestModule;
}

describe('the last line of a run', () => {
  it.each<[string, readonly TestModule[], number, string]>([
    ['counts tests', [file(['passed', 'failed']), file(['passed'])], 0, '2 passed, 1 failed'],
    ['names what was left out', [file(['passed', 'skipped', 'pending'])], 0, '1 passed, 0 failed, 2 skipped'],
    ['takes no error outside tests for a test', [file(['failed'])], 94, '0 passed, 1 failed, 94 errors outside tests'],
    ['says so also where every test passed', [file(['passed'])], 1, '1 passed, 0 failed, 1 error outside tests'],
    ['counts a file that does not load once', [file([], { file: 3 })], 0, '0 passed, 1 failed'],
    ['counts a hook that throws once', [file(['skipped'], { suite: 2 })], 0, '0 passed, 1 failed, 1 skipped'],
    ['takes no tests for a failure', [], 0, '0 passed, 1 failed'],
  ])('%s', (_what, files, errors, line) => {
    const outside = Array.from({ length: errors }, () => new Error('nobody waited'));
    expect(closingLine(files, outside)).toBe(line);
  });
});
