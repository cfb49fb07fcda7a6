import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The staff console: built into dist/console, from where the service serves it under /console/. */
export default defineConfig({
  root: path('../../src/console'),
  base: '/console/',
  plugins: [vue()],
  build: {
    outDir: path('../../dist/console'),
    emptyOutDir: true,
    // The oldest browsers that a town office still runs: 360 and WPS on Chromium 86.
    target: 'chrome87',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
  },
});
