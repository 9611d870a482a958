/** Ops that only move numbers: concat, transpose, reshape, flip, at. */

import { copyJoined, copyPermuted, joinedShape } from '../../array-layout.js';
import { sizeIn } from '../../builder/check-feeds.js';
import { inputValues } from '../../builder/ops/op-inputs.js';
import { formatShape, normalizeAxis } from '../../builder/shape.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, sizeOf } from '../../nd-array.js';
import { type Prepare, unary } from './operator.js';
import { BYTES_PER_NUMBER, empty, type RunTensor, reshaped } from './run-tensor.js';

/** The number of entries before an axis, along it, and after it. */
export function around(
  shape: readonly number[],
  axis: number,
): { outer: number; size: number; inner: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    size: dim(shape, axis),
    inner: sizeOf(shape.slice(axis + 1)),
  };
}

/** Tensors joined along an axis, which is counted from the front. */
export function joined(tensors: readonly RunTensor[], axis: number): RunTensor {
  const [first] = tensors;
  if (!first) throw new LstmOnnxError('E_MISSING_NAME', 'There is nothing to join.');
  if (tensors.length === 1) return first;
  const result = empty(
    first.dtype,
    joinedShape(
      tensors.map(({ shape }) => shape),
      axis,
    ),
  );
  copyJoined(tensors, axis, result.data);
  return result;
}

export const concat: Prepare<'concat'> =
  ({ axis }) =>
  (inputs) => {
    const tensors = inputValues<RunTensor>(inputs);
    return { output: joined(tensors, normalizeAxis(axis, dim(tensors, 0).shape, 'concat')) };
  };

/** The axes of x in another order. */
export function permuted(x: RunTensor, axes: readonly number[]): RunTensor {
  const result = empty(
    x.dtype,
    axes.map((axis) => dim(x.shape, axis)),
  );
  copyPermuted(x.data, x.shape, axes, result.data);
  return result;
}

export const transpose: Prepare<'transpose'> = ({ axes }) => unary((x) => permuted(x, axes));

export const reshape: Prepare<'reshape'> = ({ shape: target }) =>
  unary((x, { dims }) => {
    const shape = target.map((dim) => sizeIn(dims, dim) ?? -1);
    const known = sizeOf(shape.filter((dim) => dim !== -1));
    const rest = known === 0 ? 0 : x.data.length / known;
    const whole = shape.map((dim) => (dim === -1 ? rest : dim));
    if (sizeOf(whole) === x.data.length && whole.every(Number.isInteger)) return reshaped(x, whole);
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `reshape: ${formatShape(x.shape)} cannot become ${formatShape(shape)}; the sizes must be equal.`,
    );
  });

export const flip: Prepare<'flip'> = (options) =>
  unary((x) => {
    const { outer, size, inner } = around(x.shape, normalizeAxis(options.axis, x.shape, 'flip'));
    const result = empty(x.dtype, x.shape);
    for (let row = 0; row < outer; row++) {
      for (let i = 0; i < size; i++) {
        const from = (row * size + i) * inner;
        result.data.set(x.data.subarray(from, from + inner), (row * size + size - 1 - i) * inner);
      }
    }
    return result;
  });

export const at: Prepare<'at'> =
  (options) =>
  ({ x, lengths }) => {
    const axis = normalizeAxis(options.axis, x.shape, 'at');
    const { size } = around(x.shape, axis);
    if (lengths) return { output: lastOfEach(x, lengths, axis) };
    if (options.index < size && options.index >= -size) {
      return { output: entryAt(x, axis, (options.index + size) % size) };
    }
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `at on ${formatShape(x.shape)}: index ${options.index} is outside a dimension of size ${size}.`,
    );
  };

function entryAt(x: RunTensor, axis: number, index: number): RunTensor {
  const { outer, size, inner } = around(x.shape, axis);
  const shape = x.shape.toSpliced(axis, 1);
  if (outer === 1) {
    const [start, end] = [index * inner, (index + 1) * inner];
    const place = x.at === undefined ? {} : { at: x.at + start * BYTES_PER_NUMBER };
    return x.dtype === 'int32'
      ? { dtype: x.dtype, shape, data: x.data.subarray(start, end), ...place }
      : { dtype: x.dtype, shape, data: x.data.subarray(start, end), ...place };
  }
  const result = empty(x.dtype, shape);
  for (let row = 0; row < outer; row++) {
    const from = (row * size + index) * inner;
    result.data.set(x.data.subarray(from, from + inner), row * inner);
  }
  return result;
}

/** The last step of each sequence of x, its time at `axis`, 0 or 1; the first for one without steps, as onnxruntime has it. */
function lastOfEach(x: RunTensor, lengths: RunTensor, axis: number): RunTensor {
  const [first, second] = [dim(x.shape, 0), dim(x.shape, 1)];
  const [batch, time] = axis === 1 ? [first, second] : [second, first];
  const width = sizeOf(x.shape.slice(2));
  const result = empty(x.dtype, x.shape.toSpliced(axis, 1));
  for (let row = 0; row < batch; row++) {
    const step = Math.max(lengths.data[row] ?? 0, 1) - 1;
    if (step >= time) continue;
    const from = (axis === 1 ? row * time + step : step * batch + row) * width;
    result.data.set(x.data.subarray(from, from + width), row * width);
  }
  return result;
}
