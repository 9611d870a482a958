/** The image that is most like another by the Euclidean distance of their pixels, out of many. */

/** Images `[count, ...]`, or other rows of numbers. */
interface Rows {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Pixels that are compared for all images together; some seconds of work. */
const MOST_PIXELS = 3e9;

export interface NearestImages {
  /** For each wanted image the place of the one that is most like it, the first of those that are alike. */
  readonly places: readonly number[];
  /** How many images were compared with each: at even strides, where all would take too long. */
  readonly compared: number;
}

/**
 * @param images those to choose from, one at least
 * @param wanted images of the same size
 */
export function nearestImages(images: Rows, wanted: Rows): NearestImages {
  const [count, wantedCount] = [images.shape[0] ?? 0, wanted.shape[0] ?? 0];
  const size = images.data.length / count;
  const compared = Math.min(count, Math.max(1, Math.floor(MOST_PIXELS / (wantedCount * size))));
  const candidates = Array.from({ length: compared }, (_, i) => Math.floor((i * count) / compared));
  const places = Array.from({ length: wantedCount }, (_, i) => {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (const place of candidates) {
      const distance = distanceBelow(images.data, place * size, wanted.data, i * size, size, least);
      if (distance < least) [best, least] = [place, distance];
    }
    return best;
  });
  return { places, compared };
}

/** The square of the distance, or any number that is not below `most`. */
function distanceBelow(
  a: Float32Array,
  aStart: number,
  b: Float32Array,
  bStart: number,
  size: number,
  most: number,
): number {
  const PIECE = 64;
  let sum = 0;
  for (let start = 0; start < size && sum < most; start += PIECE) {
    const end = Math.min(start + PIECE, size);
    for (let i = start; i < end; i++) {
      const difference = (a[aStart + i] ?? 0) - (b[bStart + i] ?? 0);
      sum += difference * difference;
    }
  }
  return sum;
}
