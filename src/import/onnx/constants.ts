/** Constants of an ONNX graph, and what exporters do to them before they are used: rearranged here, as numbers. */

import { copyJoined, copyPermuted, copyStrided, joinedShape, stridesOf } from '../../array-layout.js';
import { widenBfloat16, widenFloat16 } from '../../data/half-precision.js';
import type { MemoryBudget } from '../../data/memory-budget.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, sizeOf } from '../../nd-array.js';
import { attributeOf, type OnnxGraph, type OnnxTensor } from '../../onnx/graph.js';
import { quoted } from '../quoted.js';
import { MAX_RANK } from './limits.js';
import { fixed, isOne, type Size, sameSize } from './size.js';
import { type Sizes, type Weights, weightsOf } from './value.js';

/** A longer vector of integers is neither a shape nor a list of axes. */
export const MAX_INTEGERS = 64;

/** Gives memory for numbers, as long as a file of its size may have any. */
export type Allocate = (count: number) => Float32Array;

/**
 * Floats become float32 at the first reading, out of the budget, and are kept.
 * @throws E_UNSUPPORTED for elements in another file, and for types that are neither floats nor a few integers
 */
export function constantOf(tensor: OnnxTensor, budget: MemoryBudget): Weights | Sizes {
  const { name, dtype, shape, data, raw, externalData } = tensor;
  const dims = shape.length > MAX_RANK ? `${shape.length} dimensions` : `[${shape.join(', ')}]`;
  const what = `The constant ${quoted(name)} (${dtype} ${dims})`;
  if (externalData) {
    const file = externalData.get('location') ?? 'unnamed';
    // Those of the graph's initializers were read with the files that it names.
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${what} of a node has its numbers in another file, ${quoted(file)}.`,
    );
  }
  if (dtype === 'float32' && data instanceof Float32Array) return weightsOf(shape, () => data, name);
  if (dtype === 'float64' && data instanceof Float64Array) {
    return weightsOf(
      shape,
      once(data.length, budget, () => Float32Array.from(data)),
      name,
    );
  }
  if (raw && (dtype === 'float16' || dtype === 'bfloat16')) {
    const widen = dtype === 'float16' ? widenFloat16 : widenBfloat16;
    return weightsOf(
      shape,
      once(raw.length / 2, budget, () => widen(bits(raw))),
      name,
    );
  }
  const isInteger = dtype === 'int64' || dtype === 'int32' || dtype === 'bool';
  if (isInteger && data && data.length <= MAX_INTEGERS) {
    // Past 2^53 there are only open ends of slices, and rounded they still are.
    return { kind: 'sizes', shape, items: Array.from(data, Number).map(fixed) };
  }
  throw new LstmOnnxError(
    'E_UNSUPPORTED',
    `${what} is not read: expected floats, or at most ${MAX_INTEGERS} integers.`,
  );
}

/** Converts at the first call: a graph may read one constant thousands of times. */
function once(count: number, budget: MemoryBudget, convert: () => Float32Array): () => Float32Array {
  let converted: Float32Array | undefined;
  return () => {
    if (!converted) {
      budget.take(4 * count, 'the weights');
      converted = convert();
    }
    return converted;
  };
}

/** What the halves of a graph take as float32. */
export function widenedBytes({ initializers, nodes }: OnnxGraph): number {
  const constants = nodes.flatMap((node) => attributeOf(node, 'value', 'tensor')?.value ?? []);
  const halves = [...initializers, ...constants].filter(
    ({ dtype }) => dtype === 'float16' || dtype === 'bfloat16',
  );
  return halves.reduce((sum, { raw }) => sum + 2 * (raw?.length ?? 0), 0);
}

function bits(raw: Uint8Array): Uint16Array {
  const { buffer, byteOffset, byteLength } = raw.byteOffset % 2 === 0 ? raw : raw.slice();
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

/** Integers of this shape. @throws E_UNSUPPORTED for more than a shape has */
export function sizesOfShape(shape: readonly number[], items: readonly Size[]): Sizes {
  if (items.length > MAX_INTEGERS) {
    throw new LstmOnnxError(
      'E_UNSUPPORTED',
      `${items.length} integers are computed; shapes and axes have at most ${MAX_INTEGERS}.`,
    );
  }
  return { kind: 'sizes', shape, items };
}

export function permutedWeights(weights: Weights, order: readonly number[], allocate: Allocate): Weights {
  const shape = order.map((axis) => dim(weights.shape, axis));
  const sizes = order.map((axis) => dim(weights.sizes, axis));
  const data = copyPermuted(weights.read(), weights.shape, order, allocate(sizeOf(shape)));
  return { ...weights, shape, sizes, read: () => data };
}

/** The entries `start`, `start + step`, ... along an axis; those of a repeated axis are all the same. */
export function slicedWeights(
  weights: Weights,
  axis: number,
  { start, step, count }: { readonly start: number; readonly step: number; readonly count: number },
  allocate: Allocate,
): Weights {
  const sizes = weights.sizes.with(axis, fixed(count));
  if (isRepeated(weights, axis)) return { ...weights, sizes };
  const shape = weights.shape.with(axis, count);
  const strides = stridesOf(weights.shape);
  const stride = dim(strides, axis);
  const entries = { shape, strides: strides.with(axis, stride * step), offset: start * stride };
  const data = copyStrided(weights.read(), entries, allocate(sizeOf(shape)));
  return { ...weights, shape, sizes, read: () => data };
}

/** @throws E_UNSUPPORTED for constants that do not fit together, or are repeated along the axis */
export function joinedWeights(all: readonly Weights[], axis: number, allocate: Allocate): Weights {
  const [first, ...rest] = all;
  const fits = rest.every(({ shape, sizes }) => {
    return (
      shape.length === first?.shape.length &&
      shape.every((dim, i) => i === axis || sameAlong(first, i, dim, sizes))
    );
  });
  if (!first || !fits || all.some((weights) => isRepeated(weights, axis))) {
    throw new LstmOnnxError('E_UNSUPPORTED', 'constants of these shapes cannot be joined.');
  }
  const shape = joinedShape(
    all.map((weights) => weights.shape),
    axis,
  );
  const parts = all.map((weights) => ({ shape: weights.shape, data: weights.read() }));
  const data = copyJoined(parts, axis, allocate(sizeOf(shape)));
  const sizes = first.sizes.with(axis, fixed(dim(shape, axis)));
  return { ...first, shape, sizes, read: () => data };
}

function sameAlong(first: Weights, axis: number, dim: number, sizes: readonly Size[]): boolean {
  const [size, other] = [first.sizes[axis], sizes[axis]];
  return first.shape[axis] === dim && size !== undefined && other !== undefined && sameSize(size, other);
}

/** The same numbers under a shape that differs in dimensions of size 1 only. */
export function reshapedWeights(
  weights: Weights,
  shape: readonly number[],
  sizes = shape.map(fixed),
): Weights {
  return { ...weights, shape, sizes };
}

/** Whether the numbers are all there: nothing is repeated. */
export function isSolid({ shape, sizes }: Weights): boolean {
  return sizes.every(({ factor, names }, i) => names.length === 0 && factor === shape[i]);
}

function isRepeated({ shape, sizes }: Weights, axis: number): boolean {
  const size = sizes[axis];
  return shape[axis] === 1 && size !== undefined && !isOne(size);
}
