/**
 * `npm run bench:generate -- --python PATH`: tokens a second of `generate` and of a loop in PyTorch, in turn, written to
 * bench/generate.md. Without --python the PyTorch columns stay empty.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from 'lstm-onnx';
import { Bench, benchNodes, here, LTS, load, type Measured, ratio, row, table } from './measure.js';

const STEPS = 500;

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
  },
});
const bench = new Bench({
  ...benchNodes([LTS]),
  python: options.python,
  rounds: Number(options.rounds),
  threads: Number(options.threads),
});

const before = load();
const rows = [1, 16].flatMap((batch) =>
  ['greedy', 'sampling'].map((way) => {
    const measured = bench.sideBySide({
      cpu: () => bench.script('generate-ours.ts', 'cpu', batch, way),
      simd: () => bench.script('generate-ours.ts', 'simd', batch, way),
      pytorch: () => bench.python('generate.py', batch, way),
    });
    const rate = (ms = Number.NaN) => (Number.isNaN(ms) ? '-' : ((1000 * batch * STEPS) / ms).toFixed(0));
    const shown = ({ ms, least }: Measured) => `${rate(least)} / ${rate(ms)}`;
    const { cpu, simd, pytorch } = measured;
    const ratios = [simd, cpu].map(({ least }) => ratio(pytorch.least, least));
    return row(String(batch), way, shown(simd), shown(cpu), shown(pytorch), ...ratios);
  }),
);
const heads = ['batch', 'way', 'simd', 'cpu', 'PyTorch', 'simd, of PyTorch', 'cpu, of PyTorch'];
const text = `# Generating, token by token

By \`npm run bench:generate -- --python PATH\`. ${bench.conditions(before)}

Tokens a second, the best and the median; ratios are of the best. A language model with 80 tokens, an embedding of 64, an LSTM layer of 256 and a linear layer,
${STEPS} steps a run, three runs a process. Each step is a run of the model file, the choice of a token for each sequence, and its
token as a number. PyTorch (\`generate.py\`) runs its layers as they are, without gradients, takes \`argmax\` or \`softmax\` and \`multinomial\`, and reads
the tokens by \`tolist\`. It gives no probabilities of what it chose, which \`generate\` sums.

${table(heads, rows)}
`;
await writeFileAtomic(join(here, 'generate.md'), text);
console.log(text);
