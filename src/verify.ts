/** Verification: the same random inputs through a network on tfjs and through its ONNX model on onnxruntime. */
import { isObject, wrongArgument } from './arguments.js';
import type { BackendName } from './builder/backends/backend.js';
import { checkNetwork } from './builder/check-network.js';
import { type NetworkNode, valueId } from './builder/graph-builder.js';
import type { Network } from './builder/network.js';
import { inputValues } from './builder/ops/op-inputs.js';
import type { StateDict } from './builder/parameters.js';
import { predict } from './builder/predict.js';
import { Generator } from './builder/random.js';
import type { DType, TensorType } from './builder/tensor.js';
import { LstmOnnxError } from './errors.js';
import { type VariantOptions, variantOf } from './export/variants.js';
import { type NdArray, sizeOf } from './nd-array.js';
import { checkOptionNames, type OptionNames } from './option-names.js';
import type { BaseModel } from './runtime/model.js';

export interface VerifyOptions {
  /**
   * Sizes to try for every named dimension but `time`. @default those of 1, 2 and 16 that the network takes: windows need as many
   * entries as they have
   */
  readonly batches?: readonly number[];
  /** Sizes to try for the dimension `time`. @default those of 1, 7 and 50 that the network takes */
  readonly times?: readonly number[];
  /** Seed of the random inputs. @default 0 */
  readonly seed?: number;
  /** The tfjs backend to compare with. */
  readonly backend?: BackendName;
}

const names = { batches: true, times: true, seed: true, backend: true } satisfies OptionNames<VerifyOptions>;

/** The largest differences of one output at one size. */
export interface Comparison {
  readonly output: string;
  /** The size of the named dimensions but `time`; not there where no input has one. */
  readonly batch?: number;
  /** The size of the dimension `time`; not there where no input has it. */
  readonly time?: number;
  readonly maxAbs: number;
  /** In units in the last place of float32, for the entry where that is largest. */
  readonly maxUlp: number;
  /** The largest absolute value of the network's output, 1 at least: float32 rounds larger numbers more coarsely. */
  readonly scale: number;
}

/**
 * Runs both with standard normal inputs (ids within the embedding's range, lengths within time) at every combination of sizes.
 *
 * @param model the exported model; it may have the states, lengths and probabilities that an export adds
 * @returns one comparison for each output and size
 * @throws E_UNKNOWN_NAME when the model's inputs or outputs are not the network's, E_SHAPE_MISMATCH when results differ
 *   in shape
 */
export async function verify(
  model: BaseModel,
  network: Network,
  parameters: StateDict,
  options: VerifyOptions = {},
): Promise<Comparison[]> {
  checkNetwork('verify', network);
  checkOptionNames('verify', options, names, { batch: 'batches', time: 'times', batchSizes: 'batches' });
  if (!isObject(model) || typeof model.run !== 'function') {
    throw wrongArgument(
      'verify',
      model,
      'a model that Model.load opened, then the network and the parameters',
    );
  }
  const { batches, times, seed = 0, backend } = options;
  checkSizes('batches', batches);
  checkSizes('times', times);
  const same = matching(network, model);
  const generator = new Generator(seed);
  const comparisons: Comparison[] = [];
  let tooSmall: unknown;
  for (const size of sizesOf(same, batches, times)) {
    const feeds = randomFeeds(same, size, generator);
    const expected = await predict(same, parameters, feeds, backend === undefined ? {} : { backend }).catch(
      (error: unknown) => {
        const isDefault = batches === undefined || times === undefined;
        if (!isDefault || !(error instanceof LstmOnnxError) || error.code !== 'E_SHAPE_MISMATCH') throw error;
        tooSmall = error;
      },
    );
    if (!expected) continue;
    const fed = Object.entries(feeds).map(([name, { data, shape }]) => [name, { data, dims: shape }]);
    const got = await model.run(Object.fromEntries(fed));
    for (const [output, array] of Object.entries(expected)) {
      comparisons.push({ output, ...size, ...compareOutput(output, array, got[output]) });
    }
  }
  if (tooSmall && comparisons.length === 0) throw tooSmall;
  return comparisons;
}

type Sizes = Pick<Comparison, 'batch' | 'time'>;

/** What is tried where nothing is said. */
export const defaultSizes = { batch: [1, 2, 16], time: [1, 7, 50] } as const;

/** Every combination of sizes of those dimensions that an input has. */
function sizesOf(
  { inputs }: Network,
  batches: readonly number[] = defaultSizes.batch,
  times: readonly number[] = defaultSizes.time,
): Sizes[] {
  const dims = Object.values(inputs).flatMap(({ shape }) => shape.filter((dim) => typeof dim === 'string'));
  const ofBatch = dims.some((dim) => dim !== 'time') ? batches.map((batch) => ({ batch })) : [{}];
  const ofTime = dims.includes('time') ? times.map((time) => ({ time })) : [{}];
  return ofBatch.flatMap((batch) => ofTime.map((time) => ({ ...batch, ...time })));
}

/** The network as the model shows it: with what an export can add where the model has more than the network. */
function matching(network: Network, model: BaseModel): Network {
  const names = (values: readonly { readonly name: string }[]) => values.map(({ name }) => name).sort();
  const given = [names(model.inputs), names(model.outputs)].join(' | ');
  const fits = (candidate: Network) =>
    [Object.keys(candidate.inputs).sort(), Object.keys(candidate.outputs).sort()].join(' | ') === given;
  for (const options of variants) {
    const candidate = variantIfAny(network, options);
    if (candidate && fits(candidate)) return candidate;
  }
  throw new LstmOnnxError(
    'E_UNKNOWN_NAME',
    `The model has inputs ${names(model.inputs).join(', ')} and outputs ${names(model.outputs).join(', ')}; the ` +
      `checkpoint's network has ${Object.keys(network.inputs).join(', ')} and ${Object.keys(network.outputs).join(', ')}. ` +
      'Give the checkpoint that the model was exported from.',
  );
}

/** Every combination of what an export can add, nothing first. */
const variants: readonly VariantOptions[] = [false, true].flatMap((softmax) =>
  [false, true].flatMap((lengths) => [false, true].map((states) => ({ states, lengths, softmax }))),
);

/** Undefined where the network cannot have these: no recurrent layer, or a name is taken. */
function variantIfAny(network: Network, options: VariantOptions): Network | undefined {
  try {
    return variantOf(network, options);
  } catch (error) {
    if (error instanceof LstmOnnxError) return undefined;
    throw error;
  }
}

function randomFeeds(
  network: Network,
  { batch = 1, time = 1 }: Sizes,
  generator: Generator,
): Record<string, NdArray<DType>> {
  const sizeOfDim = (dim: number | string) => (typeof dim === 'number' ? dim : dim === 'time' ? time : batch);
  const feed = (name: string, type: TensorType): NdArray<DType> => {
    const shape = type.shape.map(sizeOfDim);
    const size = sizeOf(shape);
    if (type.dtype === 'float32') return { dtype: 'float32', shape, data: generator.normal(size, 0, 1) };
    const isLengths = network.nodes.some((node) => 'lengths' in node.inputs && node.inputs.lengths === name);
    const limit = isLengths ? time : idLimit(network.nodes, name);
    const first = isLengths ? 1 : 0;
    return {
      dtype: 'int32',
      shape,
      data: Int32Array.from({ length: size }, () => first + (generator.random32() % limit)),
    };
  };
  return Object.fromEntries(Object.entries(network.inputs).map(([name, type]) => [name, feed(name, type)]));
}

/** Ids of an input are rows of every table that they reach, also by way of a reshape or the like. */
function idLimit(nodes: readonly NetworkNode[], input: string): number {
  const reached = new Set([input]);
  let limit = 2 ** 31;
  for (const node of nodes) {
    if (!inputValues<string>(node.inputs).some((id) => reached.has(id))) continue;
    if (node.op === 'embedding') limit = Math.min(limit, node.options.numEmbeddings);
    else for (const port of Object.keys(node.outputs)) reached.add(valueId(node.name, port));
  }
  return limit;
}

/** @throws E_SHAPE_MISMATCH when the two differ in shape */
export function compareOutput(
  output: string,
  expected: NdArray<'float32'>,
  got: { readonly data: unknown; readonly dims: readonly number[] } | undefined,
): Pick<Comparison, 'maxAbs' | 'maxUlp' | 'scale'> {
  const isNumbers = got?.data instanceof Float32Array || got?.data instanceof Int32Array;
  if (!isNumbers || got.dims.join() !== expected.shape.join()) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `Output '${output}' is [${got?.dims.join(', ')}] in the model and [${expected.shape.join(', ')}] in what it is ` +
        'compared with; give the options that the model was exported with, such as pool and batchFirst.',
      { hints: [{ option: 'pool' }, { option: 'batchFirst' }] },
    );
  }
  let maxAbs = 0;
  let maxUlp = 0;
  let scale = 1;
  for (const [i, value] of expected.data.entries()) {
    const other = Math.fround(got.data[i] ?? Number.NaN); // what the network gives is float32, ids too
    const difference = value === other ? 0 : Math.abs(value - other); // equal infinities too
    // Once NaN, it stays NaN: no comparison with it is true.
    if (difference > maxAbs || Number.isNaN(difference)) maxAbs = difference;
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    if (difference > 0) maxUlp = Math.max(maxUlp, ulpDistance(value, other));
  }
  return { maxAbs, maxUlp, scale };
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** How many float32 numbers lie between the two, the further one counted. */
function ulpDistance(a: number, b: number): number {
  return Math.abs(ordinal(a) - ordinal(b));
}

/** Float32 numbers in their order, as integers. */
function ordinal(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  return word < 0 ? -(word & 0x7fffffff) : word;
}

/** @throws E_INVALID_OPTION unless it is a list of whole numbers above 0 */
function checkSizes(name: string, sizes: unknown): void {
  if (sizes === undefined) return;
  if (Array.isArray(sizes) && sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return;
  throw wrongArgument(
    `verify: the option ${name}`,
    sizes,
    'a list of whole numbers above 0, such as [1, 16]',
  );
}
