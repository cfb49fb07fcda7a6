import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line, `N passed, N failed` (and `, N skipped`, `, N errors outside tests`), that any script
 * can read. An error that belongs to no test fails the run all the same: its exit code says so.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    console.log(closingLine(modules, errors));
  }
}

/** The line. A file that does not load, or a hook that throws, fails the run without failing a test: it counts as one. */
export function closingLine(modules: readonly TestModule[], errors: readonly unknown[]): string {
  const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  if (modules.length === 0) counts.failed += 1;
  for (const module of modules) {
    if (module.errors().length > 0) counts.failed += 1;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) counts.failed += 1;
    for (const test of module.children.allTests()) counts[test.result().state] += 1;
  }
  const skipped = counts.skipped + counts.pending;
  const parts = [`${counts.passed} passed`, `${counts.failed} failed`];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (errors.length > 0) parts.push(`${errors.length} ${errors.length === 1 ? 'error' : 'errors'} outside tests`);
  return parts.join(', ');
}
