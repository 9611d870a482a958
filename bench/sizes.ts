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
import { batches, grid, hiddenSizes, isMeasured, layerCounts, sizeOf, times } from './sizes-grid.js';

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
  const ours: readonly Ours[] = printed(node.path, ['--import', 'tsx', 'sizes-ours.ts', options.threads]);
  const theirs: { readonly sizes: readonly Theirs[]; readonly version: string } = printed(options.python, [
    ...['sizes.py', '--threads', options.threads],
  ]);
  pytorch = theirs.version;
  return { ours, theirs: theirs.sizes };
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
        train: least(({ ours }) => ours[i]?.train),
        simd: least(({ ours }) => ours[i]?.simd),
        cpu: least(({ ours }) => ours[i]?.cpu),
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
          const size = sizeOf(layers, hidden, time, batch);
          const figures = isMeasured(size) ? measured.get(key(size)) : undefined;
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

Geometric mean ${ratio(mean, 1)}; ${ahead} of ${all.length} sizes are at most 1. The largest ratios, with milliseconds:

${table(['batch', 'time', 'hidden', 'layers', 'ours', 'theirs', 'ratio'], worst)}
`;
}

const text = `# Sizes from small to large

By \`npm run bench:sizes -- --python PATH\`. ${conditionsOf({ node, pytorch, before, ...options })} Ratios of the least times: below
1 ours is faster. An LSTM of 16 inputs and a linear layer behind its last step. Sizes that take more than 10^11 multiplications a training step
are not measured.

${ratios('A training step, of PyTorch', 'train', 'torchTrain')}
${ratios('A run on the provider simd, of onnxruntime-node', 'simd', 'cpu')}
${ratios('A run on the provider simd, of PyTorch', 'simd', 'torchRun')}`;
await writeFileAtomic(join(here, 'sizes.md'), text);
console.log(text);
