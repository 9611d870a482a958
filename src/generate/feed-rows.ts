/** Rows of what a model is fed, for each of the sequences that a search goes on with. */
import { sizeOf } from '../nd-array.js';
import type { Feed, PlainTensor } from '../runtime/values.js';

/** The rows of a feed along its first dimension, at the places of a list. */
export function feedRows(feed: Feed, rows: readonly number[]): PlainTensor {
  const shape = 'dims' in feed ? feed.dims : feed.shape;
  const { data } = feed;
  const dims = [rows.length, ...shape.slice(1)];
  const size = sizeOf(shape.slice(1));
  if (!ArrayBuffer.isView(data)) {
    const list = data as readonly number[]; // or of other elements, which are copied alike
    return { data: rows.flatMap((row) => list.slice(row * size, (row + 1) * size)), dims };
  }
  // One of the typed arrays, which are all made and copied alike.
  const numbers = data as Float32Array;
  const Numbers = numbers.constructor as Float32ArrayConstructor;
  const taken = new Numbers(rows.length * size);
  for (const [to, row] of rows.entries())
    taken.set(numbers.subarray(row * size, (row + 1) * size), to * size);
  return { data: taken, dims };
}
