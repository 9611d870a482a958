/**
 * Batches of samples of about one size, so that little of them is padding: as torchtext's BucketIterator makes them. The samples
 * are shuffled, sorted by size within chunks of a hundred batches, cut into batches, and the batches shuffled.
 */
import { Generator } from '../random.js';

const BATCHES_PER_CHUNK = 100;

/**
 * An epoch's order, with samples of about one size beside each other. Batches are cut from it every `batchSize` samples; one
 * that is smaller comes last, with samples of any size.
 *
 * @param order the shuffled samples
 */
export function bucketed(
  order: Int32Array,
  sizes: ArrayLike<number>,
  batchSize: number,
  generator: Generator,
): Int32Array {
  const chunk = BATCHES_PER_CHUNK * batchSize;
  const sorted = new Int32Array(order.length);
  for (let start = 0; start < order.length; start += chunk) {
    sorted.set(bySize(order.subarray(start, start + chunk), sizes), start);
  }
  const random = new Generator(generator.random63());
  const batches = Math.floor(order.length / batchSize);
  const ordered = withSmallBatchLast(sorted, batches, batchSize, random);
  const result = ordered.slice();
  random.randperm(batches).forEach((from, to) => {
    result.set(ordered.subarray(from * batchSize, (from + 1) * batchSize), to * batchSize);
  });
  return result;
}

/** The samples from the smallest to the largest, those of one size in the order that they had. */
export function bySize(order: Int32Array, sizes: ArrayLike<number>): Int32Array {
  // A plain array, whose sort keeps the order of equals everywhere.
  return Int32Array.from(Array.from(order).sort((a, b) => (sizes[a] ?? 0) - (sizes[b] ?? 0)));
}

/** The smaller batch is taken from anywhere in the last chunk, since it would be the longest samples in each epoch otherwise. */
function withSmallBatchLast(
  sorted: Int32Array,
  batches: number,
  batchSize: number,
  random: Generator,
): Int32Array {
  const rest = sorted.length - batches * batchSize;
  if (rest === 0 || batches === 0) return sorted;
  const chunks = Math.floor(batches / BATCHES_PER_CHUNK);
  const first = chunks * BATCHES_PER_CHUNK;
  const place = (first + (random.random32() % (batches - first + 1))) * batchSize;
  const result = sorted.slice();
  result.set(sorted.subarray(place + rest), place);
  result.set(sorted.subarray(place, place + rest), batches * batchSize);
  return result;
}
