import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { buildConsole, startBrowser, watchTroubles } from '../support/browser.ts';
import { testDatabase } from '../support/stores.ts';
import { startTown, type Town, type TownOptions } from '../support/town.ts';

/** Of every account that a test makes. */
export const PASSWORD = 'a-long-password-for-tests';
const DESK = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

/** Somebody's window with its first page, signed in. */
export interface Seat {
  readonly page: Page;
  readonly window: BrowserContext;
  /** What the page complained of, the 401 of a first visit left out. */
  readonly troubles: readonly string[];
}

/** A town with the built console and a browser, started before a file's tests. Call it inside `describe`. */
export function openDesks(options: Omit<TownOptions, 'uri' | 'consoleDir'> = {}) {
  const consoleDir = mkdtempSync(join(tmpdir(), 'xiangyin-console-'));
  const database = testDatabase();
  const started: { town?: Town; browser?: Browser } = {};
  beforeAll(async () => {
    buildConsole(consoleDir);
    started.town = await startTown({ uri: database.uri, ...options, consoleDir });
    started.browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await started.browser?.close();
    rmSync(consoleDir, { recursive: true, force: true });
  });
  const town = (): Town => {
    if (!started.town) throw new Error('the town has not started');
    return started.town;
  };
  return {
    town,
    /** A new member of staff signs in, in a window of their own. */
    sitDown: async (role: string, { size = DESK, unit }: { size?: typeof DESK; unit?: string } = {}): Promise<Seat> => {
      const { username } = await town().staff(role, unit);
      const window = await started.browser!.newContext({ viewport: size, locale: 'zh-CN' });
      const page = await window.newPage();
      const troubles = watchTroubles(page, (text) => text.includes('401'));
      await page.goto(`${town().url}/console/`);
      await page.getByLabel('用户名').fill(username);
      await page.getByLabel('密码').fill(PASSWORD);
      await page.getByRole('button', { name: '登录' }).click();
      await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
      return { page, window, troubles };
    },
    /** A resident's window, signed in nowhere. */
    visitor: (size: typeof DESK): Promise<Page> => started.browser!.newPage({ viewport: size, locale: 'zh-CN' }),
    /** A category that needs no record of a meeting. */
    plainCategory: (): string => town().config.categories.find((one) => !one.majorDecision)?.name ?? '',
  };
}

/** Chooses from one of Element's lists: the placeholder lies over the field, a click lands on it all the same. */
export async function pick(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click({ force: true });
  const chosen = page.getByRole('option', { name: option, exact: true });
  await chosen.click();
  // A list that is still closing would take the next click.
  await chosen.waitFor({ state: 'hidden' });
}

/** The text of an article being written. */
export const textOf = (page: Page) => page.getByRole('textbox', { name: '正文', exact: true });

/** What a program puts on the clipboard: several kinds of the same at once. */
export interface Clip {
  readonly html?: string;
  readonly text?: string;
  readonly imageBase64?: string;
}

/** Pastes into the text. In words of the browser, whose types the tests do not have. */
export async function paste(page: Page, clip: Clip): Promise<void> {
  await textOf(page).focus();
  await page.evaluate(`{
    const { html, text, imageBase64 } = ${JSON.stringify(clip)};
    const data = new DataTransfer();
    if (html !== undefined) data.setData('text/html', html);
    if (text !== undefined) data.setData('text/plain', text);
    if (imageBase64 !== undefined) {
      const bytes = Uint8Array.from(atob(imageBase64), (one) => one.charCodeAt(0));
      data.items.add(new File([bytes], 'image.png', { type: 'image/png' }));
    }
    const target = document.querySelector('[role=textbox][aria-label=正文]');
    target.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }`);
}
