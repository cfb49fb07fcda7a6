import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';
import { ROOT } from './project-files.ts';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Path of a Chromium on this machine; null where there is none. */
export function findChromium(): string | null {
  return PLACES.find((path) => existsSync(path)) ?? null;
}

/**
 * True where the screens' tests cannot run: no Chromium. Says so once; on the gate (CI) nothing is skipped and the
 * missing browser fails the test.
 */
export function withoutBrowser(): boolean {
  if (findChromium() !== null || process.env.CI) return false;
  process.stderr.write('skipped: the tests of the screens need Chromium (Debian: apt-get install chromium)\n');
  return true;
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('no Chromium found; on Debian: apt-get install chromium');
  return chromium.launch({
    executablePath,
    // Root in a container may not sandbox; the rest keeps the browser from calling anybody by itself.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Builds the staff console into `folder`. */
export function buildConsole(folder: string): void {
  const vite = `${ROOT}/node_modules/vite/bin/vite.js`;
  const args = [vite, 'build', '--config', 'config/tooling/vite.config.ts', '--outDir', folder, '--logLevel', 'warn'];
  execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeFinding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** Serious and critical findings of axe-core on the page as it stands, each as one line. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<AxeFinding[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 200)}`));
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
