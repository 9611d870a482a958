/** Compiles src/kernels with and without relaxed SIMD into one module of base64, which needs no asset path anywhere. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';

async function compile(name, ...features) {
  const file = join(tmpdir(), `lstm-onnx-${process.pid}-${name}.wasm`);
  const { error, stderr } = await main([
    ...['src/kernels/index.ts', '-o', file, '-O3', '--noAssert', '--runtime', 'stub', '--memoryBase', '1024'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '32768'],
    ...['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]),
  ]);
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const bytes = readFileSync(file);
  rmSync(file);
  console.log(`${name}: ${bytes.length} bytes`);
  return bytes.toString('base64');
}

const target = process.argv[2] ?? 'src/builder/backends/simd/binaries.ts';
writeFileSync(
  target,
  `/** The compiled kernels; made by \`npm run kernels\` from src/kernels. */
export const relaxed =
  '${await compile('relaxed', 'relaxed-simd')}';
export const plain =
  '${await compile('plain')}';
`,
);
