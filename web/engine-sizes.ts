/**
 * A Vite plugin that writes `engine-sizes.json` into the built site: what a page loads, beyond itself, to run a model
 * on each provider, in gzipped bytes.
 */
import { gzipSync } from 'node:zlib';
import type { Plugin, Rolldown } from 'vite';

/** The files of each provider's engine: the chunk with its worker's program, and the assets that it loads. */
const engines: Readonly<Record<string, RegExp>> = {
  simd: /simd-source/,
  wasm: /wasm-source|ort-wasm/,
};

export function engineSizes(): Plugin {
  return {
    name: 'engine-sizes',
    apply: 'build',
    generateBundle(_, bundle) {
      const files = Object.values(bundle);
      const sizes = Object.fromEntries(
        Object.entries(engines).map(([provider, pattern]) => {
          const own = files.filter(({ fileName }) => pattern.test(fileName));
          if (own.length === 0)
            this.error(`The site has no file like ${pattern}, the engine of ${provider}.`);
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
