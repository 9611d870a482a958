/**
 * Makes the programs of the browser's model workers: one file each, as a string that the package imports and starts
 * from a Blob. So every bundler takes them along, and no page has to place a file. The provider simd has two: one that a page
 * loads first, without the ops that few models have, and the whole.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { build } from 'esbuild';
import { minifySync } from 'vite';
import { withoutTexts } from './refusal-texts.js';

const folder = 'dist/runtime/worker';

/** The first program lacks what is in files called `more`, or `more-` and a name. */
const withoutMore = {
  name: 'without-more',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/more(-\w+)?\.js$/ }, ({ path }) => ({ path, namespace: 'without-more' }));
    onLoad({ filter: /./, namespace: 'without-more' }, () => ({ contents: 'export const more = {};' }));
  },
};

/** Readers that say nothing of why they refuse a file: the whole program reads it again, and says it. */
const withoutRefusals = {
  name: 'without-refusals',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]dist[\\/](import|onnx)[\\/].*\.js$/ }, async ({ path }) => ({
      contents: withoutTexts(path, await readFile(path, 'utf8')),
    }));
  },
};

for (const [name, worker, plugins] of [
  ['simd', 'simd', [withoutMore, withoutRefusals]],
  ['simd-whole', 'simd', []],
  ['wasm', 'wasm', []],
]) {
  const { outputFiles } = await build({
    entryPoints: [`${folder}/${worker}-worker.js`],
    plugins,
    bundle: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    // The page tells onnxruntime-web where its files are.
    conditions: ['onnxruntime-web-use-extern-wasm'],
    // Licences of what is inside go with it.
    legalComments: 'inline',
    logOverride: { 'empty-import-meta': 'silent' },
    write: false,
  });
  const [program] = outputFiles;
  const source = minified(`${name}-worker.js`, program.text);
  const text = `/** Made by scripts/build-workers.js. */\nexport const source = ${JSON.stringify(source)};\n`;
  await writeFile(`${folder}/${name}-source.js`, text);
}

/** No bundler looks into a string, so it is made small here: by Vite's minifier, whose text compresses better than esbuild's. */
function minified(name, program) {
  const { code, errors } = minifySync(name, program, {
    compress: { target: 'es2022' },
    codegen: { legalComments: 'inline' },
  });
  if (errors.length > 0) throw new Error(`${name} cannot be minified: ${errors[0].message}`);
  return code;
}
