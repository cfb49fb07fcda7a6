import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, inject } from 'vitest';
import { axeFindings, findChromium, serious } from '../../scripts/screens/chromium.ts';
import { ROOT } from './project-files.ts';

export { sidewaysOverflow, startBrowser } from '../../scripts/screens/chromium.ts';

/**
 * True where the screens' tests cannot run: no Chromium. Says so once; on the gate (CI) nothing is skipped and the
 * missing browser fails the test.
 */
export function withoutBrowser(): boolean {
  if (findChromium() !== null || process.env.CI) return false;
  process.stderr.write('skipped: the tests of the screens need Chromium (Debian: apt-get install chromium)\n');
  return true;
}

/** The built staff console in `folder`: built by the first test file of a run, waited for and copied by the others. */
export function buildConsole(folder: string): void {
  const shared = inject('builtConsole');
  const built = join(shared, 'console');
  const ended = join(shared, 'ended');
  if (isFirst(join(shared, 'begun'))) {
    try {
      const vite = `${ROOT}/node_modules/vite/bin/vite.js`;
      const args = [vite, 'build', '--config', 'config/tooling/vite.config.ts', '--outDir', built];
      execFileSync(process.execPath, [...args, '--logLevel', 'warn'], {
        cwd: ROOT,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    } finally {
      writeFileSync(ended, '');
    }
  }
  while (!existsSync(ended)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  cpSync(built, folder, { recursive: true });
}

/** Making a folder succeeds for one of two workers. */
function isFirst(mark: string): boolean {
  try {
    mkdirSync(mark);
    return true;
  } catch {
    return false;
  }
}

/** Serious and critical findings of axe-core on the page as it stands, each as one line. */
export async function seriousFindings(page: Page): Promise<string[]> {
  return serious(await axeFindings(page));
}

/**
 * Waits until a screen of the console stands: its bundle is there, nothing in it says that it is loading, nothing was
 * fetched since the last look and nothing moves. Unlike `networkidle` it sits out no half second of silence.
 */
export async function settled(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  let before = '';
  // By evaluating, not by waitForFunction: the console's own policy forbids what that is made of.
  await expect
    .poll(
      async () => {
        const now = await page.evaluate<string>(`(() => {
          const stands = document.querySelector('#main')?.childElementCount > 0;
          const loads = document.querySelector('[aria-label=正在加载], .el-loading-mask') !== null;
          const moves = document.getAnimations().some((one) => one.playState === 'running');
          if (!stands || loads || moves) return 'not yet';
          return String(performance.getEntriesByType('resource').length);
        })()`);
        const same = now !== 'not yet' && now === before;
        before = now;
        return same;
      },
      { timeout: 30_000, interval: 50 },
    )
    .toBe(true);
}

/** What a page complained of: console errors, uncaught errors, requests that failed. `allow` lets expected ones by. */
export function watchTroubles(page: Page, allow: (text: string) => boolean = () => false): readonly string[] {
  const troubles: string[] = [];
  const note = (text: string): void => {
    if (!allow(text)) troubles.push(text);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => note(`uncaught: ${error.message}`));
  page.on('response', (response) => {
    if (response.status() >= 400) note(`${response.status()} ${new URL(response.url()).pathname}`);
  });
  return troubles;
}
