/**
 * What a page downloads to run a model on the provider `simd`, part by part: `npm run build && npx tsx bench/bundle.ts`.
 * Counted is the program of its worker and one binary of kernels; `npm run size` adds what runs on the page itself.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

const common = {
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  outdir: 'bundle',
} as const;

const parts = {
  'the runtime': await build({
    ...common,
    entryPoints: ['dist/runtime/worker/simd-worker.js'],
  }),
  'the kernels': await build({
    ...common,
    entryPoints: ['dist/builder/backends/simd/binary-running-relaxed.js'],
  }),
};

function row(name: string, ...sizes: number[]): string {
  return [name.padEnd(56), ...sizes.map((size) => String(size).padStart(9))].join('');
}

function modulesOf({ outputs }: Metafile): [name: string, bytes: number][] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.map(([name, { bytesInOutput }]): [string, number] => [name, bytesInOutput]);
}

function sizesOf(text: string): [minified: number, gzip: number, brotli: number] {
  return [Buffer.byteLength(text), gzipSync(text, { level: 9 }).length, brotliCompressSync(text).length];
}

console.log(`${' '.repeat(56)} minified     gzip   brotli`);
const totals = [0, 0, 0];
for (const [name, { outputFiles, metafile }] of Object.entries(parts)) {
  const sizes = sizesOf(outputFiles.map(({ text }) => text).join(''));
  for (const [i, size] of sizes.entries()) totals[i]! += size;
  console.log(`\n${row(name, ...sizes)}`);
  for (const [module, bytes] of modulesOf(metafile).toSorted(([, a], [, b]) => b - a)) {
    // Modules are compressed together: each has its share.
    const [minified, ...compressed] = sizes;
    console.log(
      row(`  ${module}`, bytes, ...compressed.map((size) => Math.round((size * bytes) / minified))),
    );
  }
}
console.log(`\n${row('in all', ...totals)}`);
