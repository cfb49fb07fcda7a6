import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from '../support/browser.ts';
import { openDesks, paste, textOf } from './desks.ts';

describe.skipIf(withoutBrowser())('what people do wrong at the editor', { timeout: 120_000 }, () => {
  const { town, sitDown } = openDesks();
  let picture: string;
  beforeAll(async () => {
    const made = sharp({ create: { width: 40, height: 30, channels: 3, background: '#3a7' } }).png();
    picture = (await made.toBuffer()).toString('base64');
  });

  const writing = async () => {
    const seat = await sitDown('editor');
    await seat.page.goto(`${town().url}/console/articles/new`);
    await textOf(seat.page).waitFor();
    return seat;
  };

  it('a table from Excel, WPS or Word stays a table, though a picture of it lies beside it', async () => {
    const { page } = await writing();
    const html =
      '<html><body><table><tr><td>张村</td><td>12</td></tr><tr><td>李村</td><td>8</td></tr></table></body></html>';
    await paste(page, { html, text: '张村\t12\n李村\t8', imageBase64: picture });
    await textOf(page).getByRole('cell', { name: '李村' }).waitFor();
    expect(await textOf(page).locator('img').count()).toBe(0);
  });

  it('a picture copied from a web page stays a picture', async () => {
    const { page } = await writing();
    await paste(page, { html: '<meta charset="utf-8"><img src="https://example.com/a.png">', imageBase64: picture });
    await textOf(page).locator('img[src^="/media/"]').waitFor();
    expect(await textOf(page).locator('img').count()).toBe(1);
  });
});
