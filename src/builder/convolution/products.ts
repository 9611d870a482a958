/** Products of matrices as convolutions need them, and where their numbers lie. */

/** Numbers; with their address where they lie in an engine's memory, so that it need not copy them there. */
export interface Numbers {
  readonly data: Float32Array;
  readonly at?: number | undefined;
}

/** A matrix, row by row; `transposed` where it is those of its transpose that lie there. */
export interface Factor {
  readonly numbers: Numbers;
  readonly rows: number;
  readonly columns: number;
  readonly transposed?: boolean;
}

/** What computes products, and the memory that it computes in. */
export interface Products {
  /** Room for so many numbers; what is in it is left over from before. */
  take(count: number): Numbers;
  /** Gives back what {@link take} gave. */
  release(numbers: Numbers): void;
  /** Writes the product of two matrices, row by row, to what {@link take} gave or a part of it. */
  multiply(a: Factor, b: Factor, to: Numbers): void;
}

/** The `index`th of parts of so many numbers. */
export function part({ data, at }: Numbers, index: number, length: number): Numbers {
  const start = index * length;
  return {
    data: data.subarray(start, start + length),
    at: at === undefined ? undefined : at + start * Float32Array.BYTES_PER_ELEMENT,
  };
}
