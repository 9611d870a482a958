/** Where the largest entry along an axis is. */
import { dim, sizeOf } from '../nd-array.js';

/** Row-major numbers of a shape, without the axis: NaN counts as the largest, as in torch.argmax. */
export function largestPlaces(
  data: ArrayLike<number>,
  shape: readonly number[],
  axis: number,
  selectLastIndex: boolean,
): Int32Array {
  const [size, inner] = [dim(shape, axis), sizeOf(shape.slice(axis + 1))];
  const places = new Int32Array(sizeOf(shape.toSpliced(axis, 1)));
  for (let to = 0; to < places.length; to++) {
    const start = Math.floor(to / inner) * size * inner + (to % inner);
    let largest = data[start] ?? 0;
    for (let i = 1; i < size; i++) {
      const entry = data[start + i * inner] ?? 0;
      const isAsLarge = entry === largest || (Number.isNaN(entry) && Number.isNaN(largest));
      const isLarger = entry > largest || (Number.isNaN(entry) && !Number.isNaN(largest));
      if (!isLarger && !(selectLastIndex && isAsLarge)) continue;
      largest = entry;
      places[to] = i;
    }
  }
  return places;
}
