/**
 * PyTorch's parameters of a recurrent layer as the numbers that ONNX wants: the gates in its order; both directions one
 * after the other; a projection, which ONNX does not have, folded into the recurrent weights.
 */
import { transposed } from '../../array-layout.js';
import type { Parameter } from '../../builder/parameters.js';
import { LstmOnnxError } from '../../errors.js';
import type { NdArray } from '../../nd-array.js';

/** Weights with their blocks of rows in another order: W `[directions, gates * H, features]`, P `[directions, 3H]`. */
export function reordered(directions: readonly Parameter[], order: readonly number[]): NdArray<'float32'> {
  return stack(directions.map((weight) => ({ ...weight, data: reorder(weight.data, order) })));
}

/** B `[directions, 2 * gates * H]`: the input's biases, then the state's. */
export function biases(
  pairs: readonly (readonly [Parameter, Parameter])[],
  order: readonly number[],
): NdArray<'float32'> {
  return stack(
    pairs.map(([ih, hh]) => ({
      shape: [2 * ih.data.length],
      data: concatenate([reorder(ih.data, order), reorder(hh.data, order)]),
    })),
  );
}

/**
 * R `[directions, gates * H, H]`. With a projection h = W_hr m of the full hidden state m, W_hh h = (W_hh W_hr) m: an LSTM of
 * full size with these recurrent weights computes the same cells. The product is taken in double precision.
 */
export function recurrentWeights(
  directions: readonly { readonly hh: Parameter; readonly hr: Parameter | undefined }[],
  order: readonly number[],
): NdArray<'float32'> {
  return stack(
    directions.map(({ hh, hr }) => {
      const whole = hr ? product(hh, hr) : hh;
      return { ...whole, data: reorder(whole.data, order) };
    }),
  );
}

/** What Y is multiplied by to be projected: `[directions, H, P]`. */
export function projections(directions: readonly Parameter[]): NdArray<'float32'> {
  return stack(
    directions.map(({ shape: [p = 0, h = 0], data }) => ({ shape: [h, p], data: transposed(data, p, h) })),
  );
}

/**
 * What a given h0 `[batch, P]` is multiplied by to be a full hidden state m with W_hr m = h0: `[directions, P, H]`, the
 * transposed pseudo-inverse W_hr^T (W_hr W_hr^T)^-1.
 *
 * @throws E_UNSUPPORTED for a projection whose rows depend on each other, where no m gives some h0, or nearly do, where
 *   m is too large for float32
 */
export function inverseProjections(directions: readonly Parameter[], name: string): NdArray<'float32'> {
  return stack(directions.map((weight) => inverseProjection(weight, name)));
}

/** Rows of h, one for each direction, each times the inverse of its projection. */
export function unprojected(h: Float32Array, directions: readonly Parameter[], name: string): Float32Array {
  const size = h.length / directions.length;
  const rows = directions.map((weight, i) => {
    const row = { shape: [1, size], data: h.subarray(i * size, (i + 1) * size) };
    return product(row, inverseProjection(weight, name)).data;
  });
  return concatenate(rows);
}

function inverseProjection({ shape, data }: Parameter, name: string): Parameter {
  const [p = 0, h = 0] = shape;
  // (W W^T) X = W, solved for X by Gauss and Jordan, with the largest pivot.
  const system = Array.from({ length: p }, (_, i) => {
    const row = Array.from(data.subarray(i * h, (i + 1) * h));
    const products = Array.from({ length: p }, (_, j) =>
      row.reduce((sum, value, k) => sum + value * (data[j * h + k] ?? 0), 0),
    );
    return Float64Array.from([...products, ...row]);
  });
  const largest = Math.max(...system.map((row, i) => row[i] ?? 0));
  for (let column = 0; column < p; column++) {
    const below = system.slice(column).map((row) => Math.abs(row[column] ?? 0));
    const pivot = column + below.indexOf(Math.max(...below));
    const pivotRow = system[pivot];
    const value = pivotRow?.[column] ?? 0;
    if (!pivotRow || !(Math.abs(value) > 1e-6 * largest)) {
      throw new LstmOnnxError(
        'E_UNSUPPORTED',
        `${name}: the rows of its projection weight_hr depend on each other, or nearly, so that ONNX cannot take h0 for it; ` +
          'export without given states, or retrain with a smaller projSize.',
      );
    }
    system[pivot] = system[column] ?? pivotRow;
    system[column] = pivotRow.map((entry) => entry / value);
    const scaled = system[column] ?? pivotRow;
    system.forEach((row, i) => {
      const factor = row[column] ?? 0;
      if (i !== column && factor !== 0) system[i] = row.map((entry, k) => entry - factor * (scaled[k] ?? 0));
    });
  }
  return { shape: [p, h], data: concatenate(system.map((row) => Float32Array.from(row.subarray(p)))) };
}

function product(a: Parameter, b: Parameter): Parameter {
  const [rows = 0, depth = 0] = a.shape;
  const [, columns = 0] = b.shape;
  const data = new Float32Array(rows * columns);
  const sums = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    sums.fill(0);
    for (let k = 0; k < depth; k++) {
      const factor = a.data[i * depth + k] ?? 0;
      for (let j = 0; j < columns; j++) sums[j] = (sums[j] ?? 0) + factor * (b.data[k * columns + j] ?? 0);
    }
    data.set(sums, i * columns);
  }
  return { shape: [rows, columns], data };
}

/** Blocks of rows in another order. */
function reorder(data: Float32Array, order: readonly number[]): Float32Array {
  const block = data.length / order.length;
  return concatenate(order.map((from) => data.subarray(from * block, (from + 1) * block)));
}

/** Arrays of one shape along a new first dimension. */
function stack(arrays: readonly Parameter[]): NdArray<'float32'> {
  return {
    dtype: 'float32',
    shape: [arrays.length, ...(arrays[0]?.shape ?? [])],
    data: concatenate(arrays.map(({ data }) => data)),
  };
}

function concatenate(arrays: readonly Float32Array[]): Float32Array {
  const joined = new Float32Array(arrays.reduce((size, array) => size + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}
