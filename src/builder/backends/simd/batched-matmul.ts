/** Products of batches of matrices on the engine, the dimensions before the last two stretched over each other. */
import { sizeOf } from '../../../nd-array.js';
import type { Engine } from './engine.js';
import { type Factor, type Matrix, multiply } from './matmul.js';

const float = 4;

/** A batch of factors, one behind the other from an address on. */
export interface Factors extends Factor {
  /** The dimensions before those of the matrices. */
  readonly lead: readonly number[];
  readonly at: number;
}

/**
 * C = A B + bias for each of a batch.
 *
 * @param lead that of both factors, stretched over each other
 * @param bias the address of one number for each column, added to every row; 0 for none
 */
export function multiplyBatches(
  engine: Engine,
  a: Factors,
  b: Factors,
  lead: readonly number[],
  bias: number,
  c: number,
): void {
  const count = sizeOf(lead);
  for (let batch = 0; batch < count; batch++) {
    const to = c + batch * a.rows * b.columns * float;
    multiply(
      engine,
      matrixAt(a, batchIndex(batch, lead, a.lead)),
      matrixAt(b, batchIndex(batch, lead, b.lead)),
      bias,
      to,
    );
  }
}

function matrixAt({ at, rows, columns, transposed }: Factors, index: number): Matrix {
  return { rows, columns, transposed, at: at + index * rows * columns * float };
}

/** Where a factor's matrix for this batch of the product is. */
function batchIndex(batch: number, batchShape: readonly number[], shape: readonly number[]): number {
  let rest = batch;
  let index = 0;
  let stride = 1;
  for (let axis = 1; axis <= batchShape.length; axis++) {
    const size = batchShape.at(-axis) ?? 1;
    const own = shape.at(-axis) ?? 1;
    index += (own === 1 ? 0 : rest % size) * stride;
    stride *= own;
    rest = Math.floor(rest / size);
  }
  return index;
}
