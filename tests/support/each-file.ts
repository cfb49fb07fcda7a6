import { runStepsOfThisFile } from './later.ts';

/** Evaluated before each test file, although other modules are kept (vitest's `setupFiles`). */
runStepsOfThisFile();
