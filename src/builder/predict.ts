/** A network's outputs computed on tfjs, from plain arrays to plain arrays. */

import { inWords, isObject } from '../arguments.js';
import { copyJoined, copyStrided, joinedShape, stridesOf } from '../array-layout.js';
import { type InputLoader, isLoader } from '../data/sample-loader.js';
import { LstmOnnxError, messageOf } from '../errors.js';
import { mustGet } from '../must-get.js';
import { checkArray, dim, type NdArray, sizeOf } from '../nd-array.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import { type Backend, type BackendName, startBackend } from './backends/backend.js';
import { type BatchAxes, batchAxes, batchName } from './batch-axes.js';
import { checkFeeds } from './check-feeds.js';
import { checkNetwork } from './check-network.js';
import { forward } from './forward.js';
import type { Network } from './network.js';
import { checkParameters, type StateDict } from './parameters.js';
import { predictLoaded } from './predict-loader.js';
import type { DType } from './tensor.js';
import { type TfParameters, tensorsOf } from './tf-parameters.js';
import { checkCounts } from './train/check-options.js';
import { yieldToEventLoop } from './train/yield-to-event-loop.js';

/** An array for each input of a network, of the input's element type. */
export type Feeds<N extends Network> = {
  readonly [K in keyof N['inputs']]: NdArray<DType> & Pick<N['inputs'][K], 'dtype'>;
};

/** An array for each output of a network. */
export type Predictions<N extends Network> = { readonly [K in keyof N['outputs']]: NdArray<'float32'> };

export interface PredictOptions {
  /**
   * How many samples are computed at a time, which bounds the memory. Samples are along the dimension called `batch`, at any
   * axis. A network that has none, or that mixes samples, runs on all at once. @default 64
   */
  readonly batchSize?: number;
  readonly backend?: BackendName;
}

const names = { batchSize: true, backend: true } satisfies OptionNames<PredictOptions>;
const meant = { batch_size: 'batchSize', device: 'backend', provider: 'backend' };

type Arrays = Readonly<Record<string, NdArray<DType>>>;
type Outputs = Record<string, NdArray<'float32'>>;

/**
 * Runs the network forward, dropout off.
 *
 * @param feeds an array for each input, of its type and shape, such as the `inputs` of a data set; or what `raggedDataset` gives,
 *   or another loader, whose outputs come in the order of the samples. Where their steps differ they are padded with zeros; what
 *   stands behind the end of a sample is not for reading.
 * @throws E_MISSING_NAME, E_UNKNOWN_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for feeds or parameters that do not fit,
 *   E_INVALID_OPTION for a wrong network, array or option
 */
export async function predict<N extends Network>(
  network: N,
  parameters: StateDict,
  feeds: Feeds<N> | InputLoader,
  options: PredictOptions = {},
): Promise<Predictions<N>> {
  checkNetwork('predict', network);
  checkOptionNames('predict', options, names, meant);
  const { batchSize = 64 } = options;
  checkCounts({ batchSize });
  checkParameters(network, parameters);
  const compute = isLoader<InputLoader>(feeds)
    ? loaded(network, feeds, batchSize)
    : computing(network, checkedArrays(network, feeds), batchSize);
  const backend = await startBackend(options.backend);
  backend.select();
  const tensors = tensorsOf(backend.tf, parameters);
  try {
    const outputs = await compute(backend, tensors);
    // forward gives exactly the outputs of the network, which the compiler cannot know.
    return outputs as unknown as Predictions<N>;
  } finally {
    for (const tensor of tensors.values()) tensor.dispose();
  }
}

type Compute = (backend: Backend, parameters: TfParameters) => Promise<Outputs>;

/** All samples at once, or a few at a time where there are more. */
function computing(network: Network, arrays: Arrays, batchSize: number): Compute {
  const samples = checkFeeds(network, arrays).get(batchName) ?? 0;
  const axes = samples > batchSize ? batchAxes(network) : undefined;
  return (backend, parameters) =>
    axes
      ? runBatches(backend, network, parameters, arrays, axes, samples, batchSize)
      : run(backend, network, parameters, arrays);
}

/** Samples that are read batch by batch. */
function loaded(network: Network, loader: InputLoader, batchSize: number): Compute {
  return (backend, parameters) =>
    predictLoaded(network, loader, batchSize, async (inputs) => {
      const arrays = checkedArrays(network, inputs);
      checkFeeds(network, arrays);
      const outputs = await run(backend, network, parameters, arrays);
      await yieldToEventLoop();
      return outputs;
    });
}

/** @throws E_INVALID_OPTION, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for a value that is not an array */
function checkedArrays(network: Network, feeds: unknown): Arrays {
  if (!isObject(feeds)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `predict takes an array for each input, by name, as in { ${Object.keys(network.inputs).join(', ')} }; got ${inWords(feeds)}.`,
    );
  }
  if ('inputs' in feeds && 'targets' in feeds && !('targets' in network.inputs)) {
    throw new LstmOnnxError('E_INVALID_OPTION', "predict takes a data set's inputs: give data.inputs.");
  }
  const arrays = Object.entries(feeds).map(([name, array]) => {
    if (Object.hasOwn(network.inputs, name)) checkArray(`Input '${name}'`, array);
    return [name, array] as const;
  });
  return Object.fromEntries(arrays) as Arrays; // unknown names are refused by name, whatever their values
}

async function runBatches(
  backend: Backend,
  network: Network,
  parameters: TfParameters,
  feeds: Arrays,
  axes: BatchAxes,
  samples: number,
  batchSize: number,
): Promise<Outputs> {
  const parts: Outputs[] = [];
  for (let start = 0; start < samples; start += batchSize) {
    const end = Math.min(start + batchSize, samples);
    const batch = Object.entries(feeds).map(([name, array]) => {
      const axis = axes.inputs.get(name);
      return [name, axis === undefined ? array : slice(array, axis, start, end)] as const;
    });
    parts.push(await run(backend, network, parameters, Object.fromEntries(batch)));
    await yieldToEventLoop();
  }
  const joined = [...axes.outputs].map(([name, axis]) => {
    const pieces = parts.map((part) => mustGet(new Map(Object.entries(part)), name, 'output'));
    return [name, join(pieces, axis)];
  });
  return Object.fromEntries(joined);
}

async function run(
  backend: Backend,
  network: Network,
  parameters: TfParameters,
  feeds: Arrays,
): Promise<Outputs> {
  const { tf } = backend;
  backend.select();
  const compute = () => {
    const inputs = Object.entries(feeds).map(
      ([name, { data, shape, dtype }]) => [name, tf.tensor(data, [...shape], dtype)] as const,
    );
    return forward(tf, network, parameters, Object.fromEntries(inputs), { gradients: false });
  };
  try {
    const entries = await Promise.all(
      Object.entries(tf.tidy(compute)).map(async ([name, tensor]) => {
        const data = Float32Array.from(await tensor.data());
        tensor.dispose();
        return [name, { dtype: 'float32', shape: tensor.shape, data }] as const;
      }),
    );
    return Object.fromEntries(entries);
  } catch (error) {
    if (error instanceof LstmOnnxError) throw error;
    throw new LstmOnnxError('E_RUN_FAILED', `The network could not be computed: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/** Entries `start` to `end - 1` along an axis. */
function slice(array: NdArray<DType>, axis: number, start: number, end: number): NdArray<DType> {
  const shape = array.shape.with(axis, end - start);
  const strides = stridesOf(array.shape);
  const layout = { shape, strides, offset: start * dim(strides, axis) };
  return array.dtype === 'float32'
    ? { dtype: 'float32', shape, data: copyStrided(array.data, layout, new Float32Array(sizeOf(shape))) }
    : { dtype: 'int32', shape, data: copyStrided(array.data, layout, new Int32Array(sizeOf(shape))) };
}

/** Arrays joined along an axis; all other dimensions are equal. */
function join(parts: readonly NdArray<'float32'>[], axis: number): NdArray<'float32'> {
  const shape = joinedShape(
    parts.map((part) => part.shape),
    axis,
  );
  return { dtype: 'float32', shape, data: copyJoined(parts, axis, new Float32Array(sizeOf(shape))) };
}
