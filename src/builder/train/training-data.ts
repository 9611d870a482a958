/** What a network learns from or is measured on: samples in memory, or a loader that reads them batch by batch. */
import { type Dataset, dataset, type Samples, splitDataset, validationCount } from '../../data/dataset.js';
import {
  checkLoader,
  type InputLoader,
  isLoader,
  loadBatch,
  type SampleLoader,
  sliceLoader,
} from '../../data/sample-loader.js';
import { LstmOnnxError } from '../../errors.js';
import type { Network } from '../network.js';
import type { Generator } from '../random.js';
import { checkSamples, epochOrder } from './batches.js';
import { bucketed, bySize } from './buckets.js';
import { streamingNetwork } from './carried-states.js';
import type { Loss } from './loss.js';
import type { BatchPlace } from './measures.js';

/** Checked: samples in memory all at once, those of a loader as they come. */
export type TrainingData = Dataset | SampleLoader;

/** {@link epochOrder}, in buckets where the samples have sizes and are shuffled. */
export function trainingOrder(
  generator: Generator,
  data: TrainingData,
  batchSize: number,
  shuffle: boolean,
): Int32Array {
  const order = epochOrder(generator, data.length, shuffle);
  const sizes = sizesOf(data);
  return sizes && shuffle ? bucketed(order, sizes, batchSize, generator) : order;
}

/** The order in which samples are measured: that of the data, or by size where they have sizes. */
export function evaluationOrder(data: TrainingData | InputLoader): Int32Array {
  const order = Int32Array.from({ length: data.length }, (_, i) => i);
  const sizes = sizesOf(data);
  return sizes ? bySize(order, sizes) : order;
}

function sizesOf(data: TrainingData | InputLoader): ArrayLike<number> | undefined {
  return isLoader<InputLoader>(data) ? data.sizes : undefined;
}

/** The samples `order[start]` to `order[end - 1]`, read where they are not in memory. */
export async function placeIn(
  data: TrainingData,
  order: Int32Array,
  start: number,
  end: number,
): Promise<BatchPlace> {
  if (!isLoader<SampleLoader>(data)) return { data, order, start, end };
  const read = dataset(await data.batch(order.subarray(start, end)));
  return {
    data: read,
    order: Int32Array.from({ length: read.length }, (_, i) => i),
    start: 0,
    end: read.length,
  };
}

/**
 * The data that a network learns from or is measured on: samples in memory are checked once, those of a loader batch by
 * batch. They fit the network's inputs, and their numbers are finite.
 *
 * @throws what {@link checkSamples}, `dataset` and {@link checkLoader} throw; for streams what {@link streamingNetwork} throws
 */
export function checkedData(
  network: Network,
  data: Samples | SampleLoader,
  batchSize: number,
  role: string,
  loss: Loss,
): TrainingData {
  if (!isLoader<SampleLoader>(data)) {
    const samples = dataset(data);
    checkSamples(network, samples, Math.min(batchSize, samples.length), role, loss);
    return samples;
  }
  checkLoader(role, data);
  if (data.streams !== undefined) streamingNetwork(network);
  return {
    length: data.length,
    ...(data.sizes === undefined ? {} : { sizes: data.sizes }),
    ...(data.streams === undefined ? {} : { streams: data.streams }),
    async batch(indices) {
      const read = await loadBatch(role, data, indices);
      checkSamples(network, read, indices.length, role, loss, indices);
      return read;
    },
  };
}

/** Training data and the part at its end that is for validation, as `splitDataset` cuts it. */
export function splitData(
  data: TrainingData,
  validation: number,
): [train: TrainingData, validation: TrainingData] {
  if (!isLoader<SampleLoader>(data)) return splitDataset(data, validation);
  if (data.streams !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The option validation is ${validation}, a part of the samples; the end of streams is a piece of each. Give data for ` +
        'validation instead, such as a textStream of the end of the text.',
    );
  }
  const split = data.length - validationCount(data.length, validation);
  return [sliceLoader(data, 0, split), sliceLoader(data, split, data.length)];
}
