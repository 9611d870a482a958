/**
 * Compiles src/kernels four times, into modules of base64, which need no asset path anywhere: what runs models and what
 * trains, each with and without relaxed SIMD. They are apart so that whoever loads the one does not load the others, and
 * deflated first, since base64 hides from a server's compression what repeats: by fflate, which gives the same bytes
 * whatever Node runs it. Beside them goes `kernels.ts`, the types and jobs that the host holds to.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { deflateSync } from 'fflate';
import { kernelTypes } from './kernel-types.js';

const folder = process.argv[2] ?? 'src/builder/backends/simd';

const purposes = { running: 'run models', training: 'train' };
const features = { relaxed: ['relaxed-simd'], plain: [] };

async function compile(purpose, simd, transforms = []) {
  const name = `${purpose}-${simd}`;
  const file = join(tmpdir(), `lstm-onnx-${process.pid}-${name}.wasm`);
  const options = [
    ...[
      `src/kernels/${purpose}.ts`,
      '-o',
      file,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--memoryBase',
      '1024',
    ],
    ...['--use', `FOR_TRAINING=${purpose === 'training' ? 1 : 0}`],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '32768'],
    ...['simd', 'threads', ...features[simd]].flatMap((feature) => ['--enable', feature]),
  ];
  const { error, stderr } = await main(options, { transforms });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const bytes = readFileSync(file);
  rmSync(file);
  console.log(`${name}: ${bytes.length} bytes`);
  const about = `The kernels that ${purposes[purpose]}, ${simd === 'relaxed' ? 'with' : 'without'} relaxed SIMD`;
  writeFileSync(
    join(folder, `binary-${name}.ts`),
    `/** ${about}; made by \`npm run kernels\` from src/kernels. */
export const deflated =
  '${Buffer.from(deflateSync(bytes, { level: 9 })).toString('base64')}';
`,
  );
}

for (const simd of ['relaxed', 'plain']) await compile('running', simd);
await compile('training', 'relaxed');
// With and without relaxed SIMD the functions and jobs are the same, and those that run models are among those that train.
const types = kernelTypes();
await compile('training', 'plain', [types.transform()]);
writeFileSync(join(folder, 'kernels.ts'), types.text);
