/**
 * The pages as a static site: `npm run web` serves them, `npm run build:web` writes them to dist-web.
 *
 * Every URL is relative, so that the site works under any path of any static server. The servers of Vite send the
 * two headers that make a page cross-origin isolated, which WebAssembly threads need; `--mode unisolated` leaves
 * them out (one thread), as a plain static server would.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { engineSizes } from './engine-sizes.js';
import { pageShell } from './page-shell.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export default defineConfig(({ mode }) => {
  const headers = mode === 'unisolated' ? {} : isolation;
  return {
    root: here('.'),
    base: './',
    plugins: [pageShell(), engineSizes()],
    server: { headers },
    preview: { headers },
    worker: { format: 'es' },
    build: {
      target: 'es2022',
      outDir: here('../dist-web'),
      emptyOutDir: true,
      // A file inlined as data: URL would have to be allowed by the content security policy.
      assetsInlineLimit: 0,
      rollupOptions: {
        input: ['index.html', 'inside.html', 'train.html', 'convert.html'].map(here),
      },
    },
  };
});
