import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import vue from '@vitejs/plugin-vue';
import { defineConfig, type Plugin } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** A `.gz` beside each file that gains by it, which the service sends (src/http/console-files.ts): no work at run time. */
function packed(): Plugin {
  return {
    name: 'packed',
    apply: 'build',
    writeBundle({ dir = '' }) {
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(?:js|css|html|svg)$/.test(entry.name)) continue;
        const path = join(entry.parentPath, entry.name);
        const bytes = readFileSync(path);
        if (bytes.length >= 1_024) writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** The staff console: built into dist/console, from where the service serves it under /console/. */
export default defineConfig({
  root: path('../../src/console'),
  base: '/console/',
  plugins: [vue(), packed()],
  build: {
    outDir: path('../../dist/console'),
    emptyOutDir: true,
    // The oldest browsers that a town office still runs: 360 and WPS on Chromium 86.
    target: 'chrome87',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
});
