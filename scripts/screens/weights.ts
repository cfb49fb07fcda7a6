import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import type { DemoFacts } from './demo.ts';

/** What one opening of a page loads, in bytes as sent gzipped, and how long it takes, ms. */
export interface Weight {
  readonly what: string;
  readonly html: number;
  readonly script: number;
  readonly style: number;
  /** Until the network is quiet. */
  readonly ms: number;
}

/** Opens `path` in a window with an empty cache. Sizes are those of gzip at its usual level, whatever the service sends. */
export async function weigh(browser: Browser, { web }: DemoFacts, what: string, path: string): Promise<Weight> {
  const window = await browser.newContext({ locale: 'zh-CN' });
  const page = await window.newPage();
  const sizes = { document: 0, script: 0, stylesheet: 0 };
  const reading: Promise<void>[] = [];
  page.on('response', (response) => {
    const type = response.request().resourceType();
    if (!(type in sizes) || !response.ok()) return;
    reading.push(
      response.body().then((body) => {
        sizes[type as keyof typeof sizes] += gzipSync(body).length;
      }),
    );
  });
  const began = performance.now();
  await page.goto(new URL(path, web).href, { waitUntil: 'networkidle' });
  // `networkidle` waits half a second of silence, which no person waits for.
  const ms = performance.now() - began - 500;
  await Promise.all(reading);
  await window.close();
  return { what, html: sizes.document, script: sizes.script, style: sizes.stylesheet, ms };
}
