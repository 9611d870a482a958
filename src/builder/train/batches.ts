/** Batches as PyTorch's `DataLoader` makes them: the same order for the same seed, the last batch smaller. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Dataset, SampleArray } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import type { Backend } from '../backends/backend.js';
import type { Network } from '../network.js';
import { Generator } from '../random.js';
import { formatShape } from '../shape.js';

/**
 * The order of an epoch's samples. A shuffled loader draws two numbers from the generator, its workers' base seed and
 * the seed of the order; an unshuffled one draws the first alone.
 */
export function epochOrder(generator: Generator, samples: number, shuffle: boolean): Int32Array {
  generator.random63();
  if (!shuffle) return Int32Array.from({ length: samples }, (_, i) => i);
  return new Generator(generator.random63()).randperm(samples);
}

/** @throws E_INVALID_OPTION for a network whose inputs have time first: batches are cut along the first dimension */
export function checkSamplesFirst(network: Network): void {
  for (const [name, { shape }] of Object.entries(network.inputs)) {
    if (shape[0] !== 'time') continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `Input '${name}' is ${formatShape(shape)}; training and evaluation cut batches along the first dimension. ` +
        'Define the network batch-first, and transpose(x, [1, 0, 2]) inside it where time must come first.',
    );
  }
}

export interface Batch {
  readonly inputs: Record<string, TfTensor>;
  readonly target: TfTensor;
}

/** The samples `order[start]` to `order[end - 1]` as tensors; dispose of them, or use them in a `tf.tidy`. */
export function batchAt(
  { gather }: Backend,
  data: Dataset,
  order: Int32Array,
  start: number,
  end: number,
): Batch {
  const tensor = (array: SampleArray) => gather(array, order, start, end);
  const inputs = Object.entries(data.inputs).map(([name, array]) => [name, tensor(array)] as const);
  return { inputs: Object.fromEntries(inputs), target: tensor(data.targets) };
}
