/**
 * Compiles src/kernels with and without relaxed SIMD into two modules of base64, which need no asset path anywhere. They
 * are apart so that whoever loads the one does not load the other, and deflated first, since base64 hides from a server's
 * compression what repeats: by fflate, which gives the same bytes whatever Node runs it. Beside them goes `kernels.ts`, the
 * types and jobs that the host holds to.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { deflateSync } from 'fflate';
import { kernelTypes } from './kernel-types.js';

const folder = process.argv[2] ?? 'src/builder/backends/simd';

async function compile(name, about, ...features) {
  const file = join(tmpdir(), `lstm-onnx-${process.pid}-${name}.wasm`);
  const types = kernelTypes();
  const options = [
    ...['src/kernels/index.ts', '-o', file, '-O3', '--noAssert', '--runtime', 'stub', '--memoryBase', '1024'],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '32768'],
    ...['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]),
  ];
  const { error, stderr } = await main(options, { transforms: [types.transform()] });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const bytes = readFileSync(file);
  rmSync(file);
  console.log(`${name}: ${bytes.length} bytes`);
  writeFileSync(
    join(folder, `binary-${name}.ts`),
    `/** The kernels compiled ${about} relaxed SIMD; made by \`npm run kernels\` from src/kernels. */
export const deflated =
  '${Buffer.from(deflateSync(bytes, { level: 9 })).toString('base64')}';
`,
  );
  return types.text;
}

await compile('relaxed', 'with', 'relaxed-simd');
// Both have the same functions and jobs.
writeFileSync(join(folder, 'kernels.ts'), await compile('plain', 'without'));
