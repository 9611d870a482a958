/** The zeros that a stream starts from: the size of a state follows from the model and the feeds. */
import type { Tensor, TensorConstructor } from 'onnxruntime-common';
import { LstmOnnxError } from '../errors.js';
import { zeroElements } from './elements.js';
import { describeValue, type ModelValue } from './values.js';

/** A zero state larger than this (1 GiB of float32) means a broken or hostile file. */
const MAX_STATE_ELEMENTS = 2 ** 28;

/** The sizes that the feeds of a stream's first run give. */
export interface FedSizes {
  /** The size of a symbolic dimension; `undefined` where no feed has it. */
  readonly named: (dim: string) => number | undefined;
  /** The size of the feeds' first axis, if they all have the same; see {@link hidesBatch}. */
  readonly batch: number | undefined;
}

/**
 * Whether the batch is the only dimension of a state's shape that is open, and has no name: `[2, ?, 128]`, as in Silero VAD
 * 5. The feeds' first axis is taken for it then.
 */
export function hidesBatch(input: ModelValue): boolean {
  const open = input.shape?.filter((dim) => typeof dim !== 'number') ?? [];
  return open.length === 1 && open[0] === null;
}

/** The size of the first axis of all feeds whose model leaves that axis open; `undefined` where they differ. */
export function firstAxis(
  inputs: readonly ModelValue[],
  tensors: Readonly<Record<string, Tensor>>,
): number | undefined {
  const sizes = new Set<number | undefined>();
  for (const { name, shape } of inputs) {
    if (shape === undefined || (shape.length > 0 && typeof shape[0] !== 'number'))
      sizes.add(tensors[name]?.dims[0]);
  }
  const [size] = sizes;
  return sizes.size === 1 ? size : undefined;
}

/** @throws E_SHAPE_MISMATCH when a state's size cannot be inferred, with the option that gives it. */
export function zeroState(input: ModelValue, fed: FedSizes, Tensor: TensorConstructor): Tensor {
  const { dtype, shape } = input;
  if (shape === undefined || dtype === 'non-tensor')
    throw needsInitial(input, 'the model does not say its rank');
  const batch = hidesBatch(input) ? fed.batch : undefined;
  const dims = shape.map((dim) => {
    const size = typeof dim === 'string' ? fed.named(dim) : (dim ?? batch);
    if (size === undefined) throw needsInitial(input, `no feed says how large '${dim ?? '?'}' is`);
    return size;
  });
  const length = dims.reduce((size, dim) => size * dim, 1);
  if (length > MAX_STATE_ELEMENTS) {
    throw needsInitial(input, `[${dims.join(', ')}] is more than ${MAX_STATE_ELEMENTS} elements`);
  }
  const data = zeroElements(dtype, length);
  if (data === undefined) throw needsInitial(input, `there is no zero of type ${dtype}`);
  return new Tensor(dtype, data, dims);
}

function needsInitial(input: ModelValue, why: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `State ${describeValue(input)} cannot start at zero: ${why}. Pass the state to start from, ` +
      `stream({ initial: { '${input.name}': { data, dims } } }).`,
  );
}
