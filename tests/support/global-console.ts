import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Folder for the staff console as built in this run; empty until the first test file needs it. */
    builtConsole: string;
  }
}

let folder: string | undefined;

/** The run builds the console at most once (`buildConsole`); what it built goes with the run. */
export function setup(project: TestProject): void {
  folder = mkdtempSync(join(tmpdir(), 'xiangyin-console-build-'));
  project.provide('builtConsole', folder);
}

export function teardown(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}
