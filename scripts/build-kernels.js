/**
 * Compiles src/kernels seven times, into modules of base64, which need no asset path anywhere: what runs recurrent layers and
 * products, what runs models with convolutions too, and what trains, each with and without relaxed SIMD; and what trains by
 * vectors in pairs. They are apart so that whoever loads the one does not load the others, and deflated first, since base64
 * hides from a server's compression what repeats: by fflate, which gives the same bytes whatever Node runs it. Beside them goes `kernels.ts`, the types and jobs that the host holds to.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { deflateSync } from 'fflate';
import { inPairs } from './kernel-pairs.js';
import { tilesText } from './kernel-tiles.js';
import { kernelTypes } from './kernel-types.js';

const folder = process.argv[2] ?? 'src/builder/backends/simd';

/** What each is for, and the flags that it is compiled with. */
const purposes = {
  recurrent: {
    entry: 'running',
    about: 'run models without convolutions',
    convolutions: 0,
    fewRows: 0,
    training: 0,
  },
  running: { entry: 'running', about: 'run models', convolutions: 1, fewRows: 1, training: 0 },
  training: { entry: 'training', about: 'train', convolutions: 1, fewRows: 1, training: 1 },
};
/** Which vectors: of 128 bits with or without relaxed SIMD, or with it in pairs, for an engine that makes 256 bits of them. */
const forms = {
  relaxed: { features: ['relaxed-simd'], wide: 0, about: 'with relaxed SIMD' },
  plain: { features: [], wide: 0, about: 'without relaxed SIMD' },
  wide: { features: ['relaxed-simd'], wide: 1, about: 'by vectors in pairs' },
};

/** Reads the sources: the register tiles are made here, and kernels by vectors in pairs have their loops in pairs. */
function reader(wide) {
  return (name, folder) => {
    if (name === 'src/kernels/tiles.ts') return tilesText();
    const path = join(folder, name);
    if (!existsSync(path)) return null;
    const text = readFileSync(path, 'utf8');
    return wide && name.startsWith('src/kernels/') ? inPairs(text, name) : text;
  };
}

async function compile(purpose, simd, transforms = []) {
  const name = `${purpose}-${simd}`;
  const { entry, about, convolutions, fewRows, training } = purposes[purpose];
  const { features, wide, about: form } = forms[simd];
  const file = join(tmpdir(), `lstm-onnx-${process.pid}-${name}.wasm`);
  const options = [
    ...[
      `src/kernels/${entry}.ts`,
      '-o',
      file,
      '-O3',
      '--noAssert',
      '--runtime',
      'stub',
      '--memoryBase',
      '1024',
    ],
    ...['--use', `FOR_TRAINING=${training}`, '--use', `FOR_CONVOLUTIONS=${convolutions}`],
    ...['--use', `FOR_FEW_ROWS=${fewRows}`, '--use', `FOR_WIDE=${wide}`],
    ...['--importMemory', '--sharedMemory', '--initialMemory', '16', '--maximumMemory', '32768'],
    ...['simd', 'threads', ...features].flatMap((feature) => ['--enable', feature]),
  ];
  const { error, stderr } = await main(options, { transforms, readFile: reader(wide) });
  if (error) throw new Error(`${error.message}\n${stderr}`);
  const bytes = readFileSync(file);
  rmSync(file);
  console.log(`${name}: ${bytes.length} bytes`);
  writeFileSync(
    join(folder, `binary-${name}.ts`),
    `/** The kernels that ${about}, ${form}; made by \`npm run kernels\` from src/kernels. */
export const deflated =
  '${Buffer.from(deflateSync(bytes, { level: 9 })).toString('base64')}';
`,
  );
}

for (const purpose of ['recurrent', 'running']) {
  for (const simd of ['relaxed', 'plain']) await compile(purpose, simd);
}
await compile('training', 'relaxed');
await compile('training', 'wide');
// With and without relaxed SIMD the functions and jobs are the same, and those that run models are among those that train.
const types = kernelTypes();
await compile('training', 'plain', [types.transform()]);
writeFileSync(join(folder, 'kernels.ts'), types.text);
