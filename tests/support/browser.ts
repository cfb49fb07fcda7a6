import { execFileSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { inject } from 'vitest';
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

/** The built staff console in `folder`: built by the first test file of a run, copied by the others. */
export function buildConsole(folder: string): void {
  const built = inject('builtConsole');
  if (!existsSync(join(built, 'index.html'))) {
    const vite = `${ROOT}/node_modules/vite/bin/vite.js`;
    const args = [vite, 'build', '--config', 'config/tooling/vite.config.ts', '--outDir', built, '--logLevel', 'warn'];
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  }
  cpSync(built, folder, { recursive: true });
}

/** Serious and critical findings of axe-core on the page as it stands, each as one line. */
export async function seriousFindings(page: Page): Promise<string[]> {
  return serious(await axeFindings(page));
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
