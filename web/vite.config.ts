/**
 * The pages as a static site: `npm run web` serves them, `npm run build:web` writes them to dist-web.
 *
 * Every URL is relative, so that the site works under any path of any static server. The servers of Vite send the
 * two headers that make a page cross-origin isolated, which WebAssembly threads need; `--mode unisolated` leaves
 * them out (one thread), as a plain static server would.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { engineSizes } from './engine-sizes.js';
import { pageShell, withoutClient } from './page-shell.js';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Writes the worker of Convert as one file: the readers of the formats, which the library imports as it needs them, then
 * come with the page. So the page converts without a network, and its server is not told what kind of file was dropped.
 */
function wholeConvertWorker(): Plugin {
  let isConvert = false;
  return {
    name: 'whole-convert-worker',
    options({ input }) {
      isConvert = typeof input === 'string' && input.endsWith('/convert/worker.ts');
    },
    outputOptions: (options) => (isConvert ? { ...options, codeSplitting: false } : options),
  };
}

export default defineConfig(({ mode }) => {
  const headers = mode === 'unisolated' ? {} : isolation;
  return {
    root: here('.'),
    base: './',
    plugins: [pageShell(), withoutClient(), engineSizes()],
    server: { headers, hmr: false },
    // All that is imported anywhere: what was found later would have pages loaded again.
    optimizeDeps: { entries: ['*.html', '*/worker.ts'] },
    preview: { headers },
    worker: { format: 'es', plugins: () => [wholeConvertWorker()] },
    build: {
      target: 'es2022',
      outDir: here('../dist-web'),
      emptyOutDir: true,
      // A file inlined as data: URL would have to be allowed by the content security policy.
      assetsInlineLimit: 0,
      rollupOptions: {
        input: ['index.html', 'inside.html', 'forecast.html', 'write.html', 'train.html', 'convert.html'].map(
          here,
        ),
      },
    },
  };
});
