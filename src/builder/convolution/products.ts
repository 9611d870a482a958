/** Products of matrices as convolutions need them. */

/** A matrix, row by row; `transposed` where it is those of its transpose that lie there. */
export interface Factor {
  readonly numbers: Float32Array;
  readonly rows: number;
  readonly columns: number;
  readonly transposed?: boolean;
}

/** The product of two matrices, row by row. */
export type Multiply = (a: Factor, b: Factor) => Float32Array;

/** The `index`th of parts of so many numbers. */
export function part(numbers: Float32Array, index: number, length: number): Float32Array {
  return numbers.subarray(index * length, (index + 1) * length);
}
