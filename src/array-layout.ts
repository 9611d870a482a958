/** Numbers of an array put into row-major order: views with strides, matrices turned, arrays and bytes joined. */
import { dim, sizeOf } from './nd-array.js';

/** Where the elements of an array lie in its storage, counted in elements. */
export interface Strided {
  readonly shape: readonly number[];
  /** How far apart neighbours along each axis are; 0 repeats one element. */
  readonly strides: readonly number[];
  /** The place of the first element. */
  readonly offset: number;
}

type Numbers = Float32Array | Int32Array | Uint8Array;

/** Shorter rows are copied number by number, which is faster than a view of each. */
const SHORTEST_COPIED_ROW = 32;

/** The strides of a row-major array. */
export function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
}

/** Calls `visit` for the rows along the last axis, in order: where each starts, row-major and in the storage. */
function forEachRow(
  { shape, strides, offset }: Strided,
  visit: (position: number, place: number) => void,
): void {
  const count = sizeOf(shape);
  const rowLength = shape.at(-1) ?? 1;
  const index = shape.map(() => 0);
  let place = offset;
  for (let position = 0; position < count; position += rowLength) {
    visit(position, place);
    // Count up by one row, the last axis but one fastest, and let `place` follow.
    for (let axis = shape.length - 2; axis >= 0; axis--) {
      const before = dim(index, axis);
      const stride = dim(strides, axis);
      if (before + 1 < dim(shape, axis)) {
        index[axis] = before + 1;
        place += stride;
        break;
      }
      index[axis] = 0;
      place -= before * stride;
    }
  }
}

/** Calls `visit` with the row-major position and the place in the storage of every element, in order. */
export function forEachElement(layout: Strided, visit: (position: number, place: number) => void): void {
  const [rowLength, step] = [layout.shape.at(-1) ?? 1, layout.strides.at(-1) ?? 0];
  forEachRow(layout, (position, place) => {
    for (let column = 0; column < rowLength; column++) visit(position + column, place + column * step);
  });
}

/** Copies the elements in row-major order. @returns `to` */
export function copyStrided<T extends Numbers>(from: T, layout: Strided, to: T): T {
  const [rowLength, step] = [layout.shape.at(-1) ?? 1, layout.strides.at(-1) ?? 0];
  forEachRow(layout, (position, place) => {
    if (step === 1 && rowLength >= SHORTEST_COPIED_ROW) {
      to.set(from.subarray(place, place + rowLength), position);
      return;
    }
    for (let column = 0; column < rowLength; column++) {
      to[position + column] = from[place + column * step] ?? 0;
    }
  });
  return to;
}

/** The axes of a row-major array in another order. @returns `to` */
export function copyPermuted<T extends Numbers>(
  from: T,
  shape: readonly number[],
  order: readonly number[],
  to: T,
): T {
  const strides = stridesOf(shape);
  const of = (values: readonly number[]) => order.map((axis) => dim(values, axis));
  return copyStrided(from, { shape: of(shape), strides: of(strides), offset: 0 }, to);
}

/** `[rows, columns]` as `[columns, rows]`. */
export function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  return copyPermuted(matrix, [rows, columns], [1, 0], new Float32Array(matrix.length));
}

/** Copies row-major arrays that differ only along an axis one behind the other along it. @returns `to` */
export function copyJoined<T extends Numbers>(
  parts: readonly { readonly shape: readonly number[]; readonly data: T }[],
  axis: number,
  to: T,
): T {
  const width = parts.reduce((sum, { shape }) => sum + sizeOf(shape.slice(axis)), 0);
  let start = 0;
  for (const { shape, data } of parts) {
    const own = sizeOf(shape.slice(axis));
    const rows = sizeOf(shape.slice(0, axis));
    for (let row = 0; row < rows; row++) {
      to.set(data.subarray(row * own, (row + 1) * own), row * width + start);
    }
    start += own;
  }
  return to;
}

/** The shape of arrays joined along an axis. */
export function joinedShape(shapes: readonly (readonly number[])[], axis: number): number[] {
  return dim(shapes, 0).with(
    axis,
    shapes.reduce((sum, shape) => sum + dim(shape, axis), 0),
  );
}

/** Bytes one after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, { length }) => size + length, 0));
  let start = 0;
  for (const part of parts) {
    joined.set(part, start);
    start += part.length;
  }
  return joined;
}
