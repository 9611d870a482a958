/**
 * `npm run bench:sizes -- --python PATH`: a training step and a run at sizes from small to large, beside PyTorch and onnxruntime-node, in
 * processes taken in turn; written to bench/sizes.md.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFileAtomic } from 'lstm-onnx';
import { asInstalled, benchNodes, conditionsOf, here, LTS, load, ratio, row, table } from './measure.js';
import type { Size } from './networks.js';
import {
  batches,
  grid,
  hiddenSizes,
  layerCounts,
  MOST_KEPT,
  MOST_MULTIPLICATIONS,
  sizeOf,
  times,
} from './sizes-grid.js';

interface Ours {
  readonly train: number;
  readonly simd: number;
  readonly cpu: number;
}

interface Theirs {
  readonly train: number;
  readonly run: number;
}

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const { node } = benchNodes([LTS]);
const before = load();
let pytorch = '';
const rounds = Array.from({ length: Number(options.rounds) }, () => {
  const ofPytorch = ['sizes.py', '--threads', options.threads];
  const theirs = printed<{ readonly sizes: readonly Theirs[]; readonly version: string }>(
    options.python,
    ofPytorch,
  );
  const ours = (bits: 128 | 256): readonly Ours[] =>
    printed(node.path, ['--import', 'tsx', 'sizes-ours.ts', options.threads, String(bits)]);
  const [narrow, wide] = [ours(128), ours(256)];
  pytorch = theirs.version;
  return { narrow, wide, theirs: theirs.sizes };
});

function printed<T>(command: string, args: readonly string[]): T {
  const given = { cwd: here, encoding: 'utf8', input: JSON.stringify(grid), env: asInstalled } as const;
  const text = execFileSync(command, args, given);
  return JSON.parse(text.trim().split('\n').at(-1) ?? '') as T; // what both programs print
}

const key = (size: Size) => size.join(' ');
/** The least of all rounds, by size. */
const measured = new Map(
  grid.map((size, i) => {
    const least = (of: (round: (typeof rounds)[number]) => number | undefined) =>
      Math.min(...rounds.map((round) => of(round) ?? Number.NaN));
    return [
      key(size),
      {
        narrowTrain: least(({ narrow }) => narrow[i]?.train),
        narrowRun: least(({ narrow }) => narrow[i]?.simd),
        wideTrain: least(({ wide }) => wide[i]?.train),
        wideRun: least(({ wide }) => wide[i]?.simd),
        cpu: least(({ wide }) => wide[i]?.cpu),
        torchTrain: least(({ theirs }) => theirs[i]?.train),
        torchRun: least(({ theirs }) => theirs[i]?.run),
      },
    ] as const;
  }),
);
type Figures = typeof measured extends Map<string, infer F> ? F : never;

/** A table of ratios, their geometric mean, and the worst of them. */
function ratios(title: string, ours: keyof Figures, theirs: keyof Figures): string {
  const rows = layerCounts.flatMap((layers) =>
    hiddenSizes.flatMap((hidden) =>
      times.map((time) => {
        const cells = batches.map((batch) => {
          const figures = measured.get(key(sizeOf(layers, hidden, time, batch)));
          return ratio(figures?.[ours], figures?.[theirs]);
        });
        return row(String(layers), String(hidden), String(time), ...cells);
      }),
    ),
  );
  const all = [...measured].map(([size, figures]) => ({
    size,
    figures,
    ratio: figures[ours] / figures[theirs],
  }));
  const mean = Math.exp(all.reduce((sum, one) => sum + Math.log(one.ratio), 0) / all.length);
  const ahead = all.filter((one) => one.ratio <= 1).length;
  const worst = all
    .toSorted((a, b) => b.ratio - a.ratio)
    .slice(0, 5)
    .map(({ size, figures }) => {
      const [batch = '', time = '', , hidden = '', layers = ''] = size.split(' ');
      const ms = [figures[ours], figures[theirs]].map((each) => each.toFixed(3));
      return row(batch, time, hidden, layers, ...ms, ratio(figures[ours], figures[theirs]));
    });
  return `## ${title}

${table(['layers', 'hidden', 'time', ...batches.map((batch) => `batch ${batch}`)], rows)}

Geometric mean ${ratio(mean, 1)}; at ${ahead} of ${all.length} sizes it is at most 1. The largest, with milliseconds:

${table(['batch', 'time', 'hidden', 'layers', 'ours', 'theirs', 'ratio'], worst)}
`;
}

const text = `# Sizes from small to large

By \`npm run bench:sizes -- --python PATH\`. ${conditionsOf({ node, pytorch, before, ...options })} Ratios of the least times: below
1 ours is faster. An LSTM of 16 inputs and a linear layer behind its last step. Sizes with more than ${MOST_MULTIPLICATIONS} multiplications
a training step are not measured, nor those that keep more than ${MOST_KEPT} numbers for the way back.

${ratios('A training step with 256 bits, of PyTorch', 'wideTrain', 'torchTrain')}
${ratios('A training step with 128 bits, of PyTorch', 'narrowTrain', 'torchTrain')}
${ratios('A run on the provider simd with 256 bits, of onnxruntime-node', 'wideRun', 'cpu')}
${ratios('A run on the provider simd with 128 bits, of onnxruntime-node', 'narrowRun', 'cpu')}
${ratios('A run on the provider simd with 256 bits, of PyTorch', 'wideRun', 'torchRun')}`;
await writeFileAtomic(join(here, 'sizes.md'), text);
console.log(text);
