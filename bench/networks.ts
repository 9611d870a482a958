/** What is measured: sizes, and the network and data of a size. */
import { type Dataset, dataset, defineNetwork, float32, Generator, gru, linear, lstm, rnn } from 'lstm-onnx';

/** Batch, time, input size, hidden size, layers. */
export type Size = readonly [batch: number, time: number, input: number, hidden: number, layers: number];

export const trainingSizes: readonly Size[] = [
  [64, 28, 28, 64, 1],
  [64, 200, 1, 32, 1],
  [32, 50, 32, 128, 2],
  [64, 100, 64, 256, 1],
];

/** The cells beside the LSTM, at sizes that it is measured at. */
export const cellSizes: readonly (readonly [cell: CellName, size: Size])[] = [
  ['lstm', [64, 28, 28, 64, 1]],
  ['gru', [64, 28, 28, 64, 1]],
  ['rnn', [64, 28, 28, 64, 1]],
  ['gru', [32, 50, 32, 128, 2]],
  ['rnn', [32, 50, 32, 128, 2]],
];

const layers = { gru, rnn };
export type CellName = 'lstm' | keyof typeof layers;

export const runningSizes: readonly Size[] = [
  [1, 28, 28, 64, 1],
  [64, 28, 28, 64, 1],
  [1, 100, 64, 256, 2],
  [32, 100, 64, 256, 2],
  [1, 1, 64, 256, 1],
];

export function classifier([, , inputSize, hiddenSize, numLayers]: Size, cell: CellName = 'lstm') {
  return defineNetwork({ x: float32('batch', 'time', inputSize) }, ({ x }) => {
    const sizes = { hiddenSize, numLayers };
    const { output } = cell === 'lstm' ? lstm(cell, x, sizes) : layers[cell](cell, x, sizes);
    return { logits: linear('fc', output.at(-1), 10) };
  });
}

/** Random samples, so many batches of them. */
export function randomData([batch, time, inputSize]: Size, batches: number): Dataset {
  const generator = new Generator(0);
  const samples = batch * batches;
  return dataset({
    inputs: {
      x: {
        dtype: 'float32',
        shape: [samples, time, inputSize],
        data: generator.uniform(samples * time * inputSize, -1, 1),
      },
    },
    targets: {
      dtype: 'int32',
      shape: [samples],
      data: Int32Array.from({ length: samples }, () => generator.random32() % 10),
    },
  });
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
