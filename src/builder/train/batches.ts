/** Batches as PyTorch's `DataLoader` makes them: the same order for the same seed, the last batch smaller. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Dataset, SampleArray, SampleInputs } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import { indexAt, notFiniteAt, sizeOf } from '../../nd-array.js';
import type { Backend } from '../backends/backend.js';
import { checkFeeds } from '../check-feeds.js';
import type { Network } from '../network.js';
import { Generator } from '../random.js';
import { formatShape } from '../shape.js';
import type { NoInput } from '../type-messages.js';
import type { Loss } from './loss.js';

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

/** Names that a type of inputs may lack, as that of windows does. */
type OptionalNames<I> = { [K in keyof I]-?: Record<never, never> extends Pick<I, K> ? K : never }[keyof I];

/** Requires the network's input names, where the compiler knows them; inputs that may be absent are checked when they are there. */
export type SamplesFor<N extends Network, I extends SampleInputs> = string extends keyof I
  ? unknown
  : {
      readonly inputs: { readonly [K in Exclude<keyof N['inputs'], OptionalNames<I>>]: SampleArray } & {
        readonly [K in Exclude<keyof I, keyof N['inputs'] | OptionalNames<I>>]: NoInput<K, N['inputs']>;
      };
    };

/**
 * Checks that arrays fit the inputs, and that numbers are finite.
 *
 * @param batch how many samples a batch has
 * @param role names the data in messages
 * @param loss one that leaves targets out takes those that are NaN
 * @param indices the numbers of the samples in the whole data, for messages; by default as they are
 * @throws E_UNKNOWN_NAME, E_MISSING_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH, E_INVALID_OPTION, E_NOT_FINITE
 */
export function checkSamples(
  network: Network,
  data: Dataset,
  batch: number,
  role: string,
  loss: Loss,
  indices?: Int32Array,
): void {
  const feeds = Object.entries(data.inputs).map(
    ([name, { dtype, shape }]) => [name, { dtype, shape: [batch, ...shape.slice(1)] }] as const,
  );
  checkFeeds(network, Object.fromEntries(feeds));
  for (const [name, array] of Object.entries(data.inputs))
    expectFinite(`Input '${name}' of the ${role} data`, array, indices);
  expectFinite(`The targets of the ${role} data`, data.targets, indices, loss.counted !== undefined);
}

/** @param takesNaN of targets: whether the loss leaves out those that are NaN */
function expectFinite(
  what: string,
  { dtype, shape, data }: SampleArray,
  indices?: Int32Array,
  takesNaN?: boolean,
): void {
  if (dtype === 'int32') return;
  const index = takesNaN ? data.findIndex((value) => Math.abs(value) === Infinity) : notFiniteAt(data);
  if (index === -1) return;
  const rowSize = sizeOf(shape.slice(1));
  const sample = Math.floor(index / rowSize);
  const isMissing = takesNaN === false && Number.isNaN(data[index]);
  throw new LstmOnnxError(
    'E_NOT_FINITE',
    `${what}: sample ${indices?.[sample] ?? sample} holds ${data[index]} at index [${indexAt(index - sample * rowSize, shape.slice(1)).join(', ')}]. ` +
      'Replace or leave out such samples; training and evaluation need finite numbers.' +
      (isMissing
        ? ' Targets that are missing, or padding, may be NaN with masked(loss), as in masked(mse).'
        : ''),
  );
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
