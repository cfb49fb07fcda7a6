import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { axeFindings, type AxeFinding, sidewaysOverflow } from './chromium.ts';
import type { DemoFacts } from './demo.ts';
import type { Scenery } from './scenery.ts';
import type { Scene } from './scenes.ts';

const WIDTHS = [360, 1440];
/** A phone's picture is taken at twice its pixels, as a phone shows it. */
const PHONE_WIDTH = 500;
/** A page longer than this is cut: the picture is to be looked at, not to be scrolled. CSS pixels. */
const LONGEST = 2_200;

/** A picture that was taken, and what was found wrong with the page on it. */
export interface Shot {
  readonly scene: Scene;
  readonly width: number;
  readonly file: string;
  readonly findings: readonly AxeFinding[];
  readonly overflow: number;
}

export interface Camera {
  take(scene: Scene): Promise<Shot[]>;
}

/** Takes pictures of the demo into `folder`, one signed-in window an account. */
export function createCamera(browser: Browser, facts: DemoFacts, scenery: Scenery, folder: string): Camera {
  mkdirSync(folder, { recursive: true });
  const windows = new Map<string, BrowserContext>();
  const windowOf = async ({ who, window }: Scene): Promise<BrowserContext> => {
    const name = window ?? who ?? '';
    const known = windows.get(name);
    if (known !== undefined) return known;
    const made = await browser.newContext({ locale: 'zh-CN', timezoneId: 'Asia/Shanghai', deviceScaleFactor: 2 });
    if (who !== undefined) await signIn(made, facts, who);
    windows.set(name, made);
    return made;
  };
  const takeOne = async (page: Page, scene: Scene, width: number): Promise<Shot> => {
    await page.setViewportSize({ width, height: width < PHONE_WIDTH ? 760 : 900 });
    await page.goto(new URL(scene.at(scenery, facts.sandbox), facts.web).href);
    await page.waitForLoadState('networkidle');
    await scene.act?.(page);
    // Transitions of dialogs and charts come to rest; a picture in the middle of one is of no use.
    await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => 0)))');
    const findings = await axeFindings(page);
    const overflow = await sidewaysOverflow(page);
    const file = `${scene.name}-${width}.webp`;
    await keep(await page.screenshot({ fullPage: scene.screenOnly !== true }), width, join(folder, file));
    return { scene, width, file, findings, overflow };
  };
  return {
    take: async (scene) => {
      const page = await (await windowOf(scene)).newPage();
      try {
        const shots: Shot[] = [];
        for (const width of scene.widths ?? WIDTHS) shots.push(await takeOne(page, scene, width));
        return shots;
      } finally {
        await page.close();
      }
    },
  };
}

async function keep(png: Buffer, width: number, path: string): Promise<void> {
  const scale = width < PHONE_WIDTH ? 2 : 1;
  const small = await sharp(png)
    .resize({ width: width * scale })
    .toBuffer();
  const { height } = await sharp(small).metadata();
  const most = LONGEST * scale;
  const cut =
    height > most ? sharp(small).extract({ left: 0, top: 0, width: width * scale, height: most }) : sharp(small);
  await cut.webp({ quality: 82, effort: 5 }).toFile(path);
}

async function signIn(window: BrowserContext, { web, staff }: DemoFacts, who: string): Promise<void> {
  const account = staff.find(({ username }) => username === who);
  if (account === undefined) throw new Error(`the demo has no account ${who}`);
  const page = await window.newPage();
  await page.goto(`${web}/console/login`);
  await page.getByLabel('用户名').fill(account.username);
  await page.getByLabel('密码').fill(account.password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('heading', { name: '工作台', exact: true }).waitFor();
  await page.close();
}
