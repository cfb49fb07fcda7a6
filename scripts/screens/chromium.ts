import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of the first Chromium on PATH, else where Debian installs it; null where there is none. */
export function findChromium(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin'].filter(Boolean);
  const places = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find((path) => existsSync(path)) ?? null;
}

/** A headless Chromium; throws where there is none. */
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface AxeFinding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** All that axe-core objects to on the page as it stands. */
export async function axeFindings(page: Page): Promise<readonly AxeFinding[]> {
  await page.evaluate(AXE);
  return page.evaluate<AxeFinding[]>(
    'axe.run(document, { resultTypes: ["violations"] }).then((result) => result.violations)',
  );
}

/** Serious and critical ones, each as one line with the element it is about. */
export function serious(findings: readonly AxeFinding[]): string[] {
  return findings
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 200)}`));
}

/** By how many pixels the page is wider than the window: 0 where nobody must scroll sideways. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
