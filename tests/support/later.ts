import { afterAll, afterEach } from 'vitest';

type Step = () => unknown;

/**
 * A worker keeps its modules from file to file (vitest's `isolate: false`), so a helper module registers no hook while it
 * loads: that would hold for the first file alone. It leaves its last steps here; each-file.ts sees to them in every file.
 */
const afterFile: Step[] = [];
const afterTest: Step[] = [];

/** Runs `step` after this file's tests and hooks, the last first. Unlike `afterAll` it may be called anywhere. */
export function later(step: Step): void {
  afterFile.push(step);
}

/** Runs `step` after the test that is running or comes next. */
export function afterThisTest(step: Step): void {
  afterTest.push(step);
}

/** Called once in each file. */
export function runStepsOfThisFile(): void {
  afterEach(() => runAll(afterTest));
  afterAll(async () => {
    await runAll(afterTest);
    await runAll(afterFile);
  });
}

async function runAll(steps: Step[]): Promise<void> {
  const failed: unknown[] = [];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    try {
      await step();
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} of the last steps failed`);
}
