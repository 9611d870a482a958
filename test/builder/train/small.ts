/** Networks, and data that they can learn, small enough to train within a test. */
import { defineNetwork } from '../../../src/builder/network.js';
import { dropout } from '../../../src/builder/ops/dropout.js';
import { linear } from '../../../src/builder/ops/linear.js';
import { lstm } from '../../../src/builder/ops/lstm.js';
import type { StateDict } from '../../../src/builder/parameters.js';
import { Generator } from '../../../src/builder/random.js';
import { float32 } from '../../../src/builder/tensor.js';
import { crossEntropy } from '../../../src/builder/train/cross-entropy.js';
import { adam } from '../../../src/builder/train/optimizers.js';
import { type Dataset, dataset } from '../../../src/data/dataset.js';

export const TIME = 5;
export const FEATURES = 2;

/** Two classes from a sequence, with dropout before the last layer. */
export const classifier = defineNetwork({ x: float32('batch', 'time', FEATURES) }, ({ x }) => {
  const { output } = lstm('lstm', x, { hiddenSize: 6 });
  return { logits: linear('fc', dropout(output.at(-1), 0.2), 2) };
});

/** Random sequences; the class says whether the first feature's sum is above zero. */
export function sequences(samples: number, seed = 1): Dataset {
  const data = new Generator(seed).uniform(samples * TIME * FEATURES, -1, 1);
  const classes = Int32Array.from({ length: samples }, (_, i) => {
    const start = i * TIME * FEATURES;
    const firsts = data.subarray(start, start + TIME * FEATURES).filter((_value, j) => j % FEATURES === 0);
    return firsts.reduce((sum, value) => sum + value, 0) > 0 ? 1 : 0;
  });
  return dataset({
    inputs: { x: { dtype: 'float32', shape: [samples, TIME, FEATURES], data } },
    targets: { dtype: 'int32', shape: [samples], data: classes },
  });
}

/** The bits of every parameter, since -0 and 0 are equal and NaN is not. */
export function bitsOf(parameters: StateDict): Record<string, number[]> {
  return Object.fromEntries(
    [...parameters].map(([name, { data }]) => [name, [...new Int32Array(data.slice().buffer)]]),
  );
}

/** One weight and no bias, starting at `weight`: everything can be worked out by hand. */
export const line = defineNetwork({ x: float32('batch', 1) }, ({ x }) => ({
  y: linear('fc', x, 1, { bias: false }),
}));
export const weight = (value: number) =>
  new Map([['fc.weight', { shape: [1, 1], data: Float32Array.of(value) }]]);
export const points = (x: number[], y: number[]): Dataset =>
  dataset({
    inputs: { x: { dtype: 'float32', shape: [x.length, 1], data: Float32Array.from(x) } },
    targets: { dtype: 'float32', shape: [y.length, 1], data: Float32Array.from(y) },
  });

/** Options of the tests that say nothing else. */
export const options = {
  loss: crossEntropy,
  optimizer: adam({ lr: 0.02 }),
  batchSize: 16,
  seed: 1,
  backend: 'wasm',
} as const;
