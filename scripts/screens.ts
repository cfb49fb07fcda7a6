/**
 * `npm run screens [-- --only <part of a name>] [-- --into <folder>]`: plays a fresh demo of its own, takes a picture of
 * each screen and page on a phone and on a desk into docs/screens, and writes what axe-core found and what a first visit
 * weighs beside them. Exit code 1 where a screen has a serious finding or is wider than its window. Needs Chromium.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCamera, type Shot } from './screens/camera.ts';
import { startBrowser } from './screens/chromium.ts';
import { startDemo } from './screens/demo.ts';
import { faultsOf, reportOf } from './screens/report.ts';
import { setScenery } from './screens/scenery.ts';
import { SCENES } from './screens/scenes.ts';
import { weigh, type Weight } from './screens/weights.ts';

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, into: { type: 'string', default: 'docs/screens' } },
});
const scenes = SCENES.filter(({ name }) => name.includes(values.only));
const dataDir = mkdtempSync(join(tmpdir(), 'xiangyin-screens-'));
const print = (line: string): void => console.log(line);

const browser = await startBrowser();
const demo = await startDemo(dataDir, print);
try {
  const scenery = await setScenery(demo.facts);
  const weights: Weight[] = [];
  const pages = [
    ['首页', '/'],
    ['公开目录一类', scenery.category],
    ['信息', scenery.article],
    ['搜索', '/search?q=%E4%BD%8E%E4%BF%9D'],
    ['我的诉求', scenery.ticketPage],
    ['工作后台（登录页）', '/console/'],
  ] as const;
  for (const [what, path] of pages) weights.push(await weigh(browser, demo.facts, what, path));
  const camera = createCamera(browser, demo.facts, scenery, values.into);
  const shots: Shot[] = [];
  for (const [index, scene] of scenes.entries()) {
    print(`${index + 1}/${scenes.length} ${scene.title}`);
    shots.push(...(await camera.take(scene)));
  }
  if (values.only === '') writeFileSync(join(values.into, 'README.md'), reportOf(shots, weights));
  const faults = faultsOf(shots);
  for (const fault of faults) print(fault);
  print(`${shots.length} pictures in ${values.into}, ${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await browser.close();
  await demo.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
