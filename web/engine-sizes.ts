/**
 * A Vite plugin that writes `engine-sizes.json` into the built site: what a page loads, beyond itself and the model, to
 * run it on each provider, in gzipped bytes.
 */
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/**
 * The files of each provider's engine: the chunk with its worker's program, and what that runs. Of the kernels of simd,
 * browsers load one build of two, alike in size; the site has it twice, since the worker of Train brings its own.
 */
const engines: Readonly<Record<string, readonly RegExp[]>> = {
  simd: [/simd-source/, /binary-running-relaxed/],
  wasm: [/wasm-source/, /ort-wasm.*\.mjs$/, /ort-wasm.*\.wasm$/],
};

export function engineSizes(): Plugin {
  return {
    name: 'engine-sizes',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const sizes = Object.fromEntries(
        Object.entries(engines).map(([provider, patterns]) => {
          const own = patterns.map(
            (pattern) =>
              files.find(({ fileName }) => pattern.test(fileName)) ??
              this.error(`The site has no file like ${pattern}, of the engine of ${provider}.`),
          );
          return [provider, own.reduce((sum, file) => sum + gzipSync(contentOf(file)).length, 0)];
        }),
      );
      this.emitFile({ type: 'asset', fileName: 'engine-sizes.json', source: JSON.stringify(sizes) });
    },
  };
}

function contentOf(file: Rolldown.OutputChunk | Rolldown.OutputAsset): string | Uint8Array {
  return file.type === 'chunk' ? file.code : file.source;
}
