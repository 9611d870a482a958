/** Where a tensor's elements lie in its storage: PyTorch's offset and strides, counted in elements. */
import type { Strided } from '../../array-layout.js';
import { dim } from '../../nd-array.js';

export interface Layout extends Strided {
  /** The product of the shape. */
  readonly count: number;
}

/** Whether the elements follow each other in row-major order. */
export function isContiguous({ shape, strides }: Layout): boolean {
  let expected = 1;
  return shape.toReversed().every((dim, fromLast) => {
    const isNext = dim === 1 || strides.at(-1 - fromLast) === expected;
    expected *= dim;
    return isNext;
  });
}

/** The place in the storage of the tensor's last element; offset - 1 where it has none. */
export function lastPlace({ shape, strides, offset, count }: Layout): number {
  if (count === 0) return offset - 1;
  return shape.reduce((place, size, axis) => place + (size - 1) * dim(strides, axis), offset);
}
