import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Suffix = what a test needs: `.test` nothing · `.int.test` a real mongod and redis · `.e2e.test` the whole system. */
export default defineConfig({
  root,
  test: {
    reporters: ['default', './config/tooling/closing-line-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // A worker keeps what it has loaded: the service's modules are read once for all its files (tests/support/later.ts).
    isolate: false,
    unstubEnvs: true,
    setupFiles: ['./tests/support/each-file.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'pure',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/**/*.int.test.ts', 'tests/**/*.e2e.test.ts', 'tests/architecture/planted/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'int',
          include: ['tests/**/*.int.test.ts'],
          globalSetup: ['./tests/support/global-stores.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['tests/**/*.e2e.test.ts'],
          globalSetup: ['./tests/support/global-stores.ts', './tests/support/global-console.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
