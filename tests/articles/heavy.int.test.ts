import { monitorEventLoopDelay } from 'node:perf_hooks';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { openOffice, writing } from './office.ts';

/** Whatever somebody writes, uploads or compares: the loop that answers chats never stands still for 200 ms. */
const office = openOffice();
const { ask, person } = office;

const LIMIT = 1_000_000;
const LIMIT_MS = 200;
const filled = (piece: string, chars = 900_000): string => piece.repeat(Math.floor(chars / piece.length));
const SHAPES: Readonly<Record<string, string>> = {
  'nested bold, 120,000': '<b>'.repeat(120_000),
  'nested bold, 300,000': '<b>'.repeat(300_000),
  'nested tables': filled('<table><tr><td>'),
  'nested lists': filled('<ul><li>'),
  'paragraphs left open': filled('<p>字'),
  'ends without beginnings': filled('</b></p>'),
  comments: filled('<!--'),
  'angle brackets': filled('<'),
  'one attribute': `<p style="${filled('a:b;')}">字</p>`,
  'many attributes': `<p ${filled('a=b ')}>字</p>`,
  'style rules': `<style>${filled('.a .b .c{display:none}', 400_000)}</style>${filled('<p class="a b c">字</p>', 400_000)}`,
  'spans of cells': `<table>${filled('<tr><td colspan=500 rowspan=500>字</td></tr>')}</table>`,
  'a long word': filled('字'),
  digits: filled('1 3 8 0 '),
  'white space': `<p>${filled('\n ')}</p>`,
  entities: filled('&amp;'),
};

/** The longest that the loop stood still while `work` went on, ms; and a health check each 20 ms. */
async function stillness(work: () => Promise<unknown>): Promise<{ loop: number; health: number }> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  let health = 0;
  const watch = { on: true };
  const asking = (async () => {
    while (watch.on) {
      const began = performance.now();
      const { status } = await fetch(`${office.town().url}/healthz`);
      expect(status).toBe(200);
      health = Math.max(health, performance.now() - began);
      await new Promise((done) => setTimeout(done, 20));
    }
  })();
  await work();
  watch.on = false;
  await asking;
  delay.disable();
  return { loop: delay.max / 1e6, health };
}

/** What the work itself stops stops each time; what the machine's other work stops does not. */
async function leastStillness(work: () => Promise<unknown>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 3 && least >= LIMIT_MS; i += 1) least = Math.min(least, (await stillness(work)).loop);
  return least;
}

describe('a text of an editor’s size', () => {
  it.each(Object.entries(SHAPES))(
    '%s: answered, and nothing waits for it',
    async (_name, bodyHtml) => {
      expect(bodyHtml.length).toBeLessThanOrEqual(LIMIT);
      const answers: number[] = [];
      const loop = await leastStillness(async () => {
        for (const path of ['/articles', '/articles/clean', '/articles/scan']) {
          const body = path === '/articles' ? writing({ bodyHtml }) : { bodyHtml };
          answers.push((await ask('editor', 'POST', path, body)).status);
        }
      });
      for (const status of answers) expect([200, 201, 400, 413]).toContain(status);
      expect(loop).toBeLessThan(LIMIT_MS);
    },
    60_000,
  );

  it('as long as may be stored: saved, compared, searched for, shown and printed without a wait', async () => {
    const row = (i: number): string => `<tr><td>示例${i}</td><td>示例一村第${i}组发放补贴</td><td>${i * 7}</td></tr>`;
    const table = (from: number): string =>
      `<table>${Array.from({ length: 2_600 }, (_, i) => row(from + i)).join('')}</table>`;
    const loop = await leastStillness(async () => {
      const made = await person('editor').post<{ id: string; contentHash: string }>(
        '/articles',
        writing({ bodyHtml: table(0) }),
      );
      const edit = { baseVersion: 1, bodyHtml: table(9_000) };
      const { body } = await person('editor').request('PATCH', `/articles/${made.id}`, edit);
      await person('editor').get(`/articles/${made.id}/diff?from=1&to=2`);
      await person('editor').post(`/articles/${made.id}/submit`);
      const { contentHash } = body as { contentHash: string };
      await person('leader').post(`/articles/${made.id}/approve`, { contentHash });
      for (const path of ['', '?part=3', '/print']) {
        const page = await office.page(`/articles/${made.id}${path}`);
        expect(page.status).toBe(200);
        await page.text();
      }
    });
    expect(loop).toBeLessThan(LIMIT_MS);
  }, 120_000);
});

describe('pictures of fifty megapixels', () => {
  it('are worked on two at a time: all are taken, and nothing waits', async () => {
    const raw = { width: 7_000, height: 7_000, channels: 3 as const };
    const bytes = await sharp({ create: { ...raw, background: '#2a6' } })
      .png()
      .toBuffer();
    const before = process.memoryUsage.rss();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 20);
    const statuses: number[] = [];
    const { health } = await stillness(async () => {
      const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => office.send('editor', bytes, `${i}.png`)));
      statuses.push(...answers.map(({ status }) => status));
    });
    clearInterval(watch);
    expect(new Set(statuses)).toEqual(new Set([201]));
    // Sixteen at once took 709 MB more.
    expect((most - before) / 1_048_576).toBeLessThan(400);
    expect(health).toBeLessThan(3_000);
  });
});
