/** Where a tensor's elements lie in its storage: PyTorch's offset and strides, counted in elements. */

export interface Layout {
  readonly shape: readonly number[];
  /** How far apart neighbours along each dimension are; 0 repeats one element, as `expand` does. */
  readonly strides: readonly number[];
  readonly offset: number;
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
  return shape.reduce((place, dim, axis) => place + (dim - 1) * (strides[axis] ?? 0), offset);
}

/** Calls `visit` with the row-major position and the place in the storage of every element, in order. */
export function forEachElement(
  { shape, strides, offset, count }: Layout,
  visit: (position: number, place: number) => void,
): void {
  const rowLength = shape.at(-1) ?? 1;
  const step = strides.at(-1) ?? 0;
  const index = shape.map(() => 0);
  let rowPlace = offset;
  for (let position = 0; position < count; position += rowLength) {
    for (let column = 0; column < rowLength; column++) {
      visit(position + column, rowPlace + column * step);
    }
    // Count up by one row, the last dimension but one fastest, and let `rowPlace` follow.
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      const stride = strides[axis] ?? 0;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        rowPlace += stride;
        break;
      }
      index[axis] = 0;
      rowPlace -= (next - 1) * stride;
    }
  }
}
