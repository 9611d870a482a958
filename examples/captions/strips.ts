/** Strips of one to five handwritten digits and their captions, such as "three seven one". Composed from MNIST. */
import type * as lo from 'lstm-onnx';

export const HEIGHT = 32;
export const WIDTH = 140; // of five digits at most
const SIZE = 28; // of an image of MNIST, of which the digit takes about 20
export const words = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

export interface Strips {
  /** `[strips, HEIGHT, WIDTH]`, 0 (background) to 1. */
  readonly images: lo.NdArray<'float32'>;
  readonly captions: readonly string[];
}

/** For each strip which images of MNIST it has: one to `most` of those from `from` to `to - 1`. */
export function drawDigits(
  random: lo.Generator,
  { count, most, from, to }: { count: number; most: number; from: number; to: number },
): number[][] {
  const below = (n: number) => random.random32() % n;
  return Array.from({ length: count }, () =>
    Array.from({ length: 1 + below(most) }, () => from + below(to - from)),
  );
}

/** Where a strip starts, how far it is from digit to digit and how high each stands is random: neighbours may touch. */
export function composeStrips(
  { images, labels }: lo.MnistImages,
  rows: readonly (readonly number[])[],
  random: lo.Generator,
): Strips {
  const below = (n: number) => random.random32() % n;
  const data = new Float32Array(rows.length * HEIGHT * WIDTH);
  for (const [strip, digits] of rows.entries()) {
    const steps = digits.map((_, i) => (i === 0 ? 0 : 17 + below(10)));
    let left = below(WIDTH - SIZE - steps.reduce((sum, step) => sum + step) + 1);
    for (const [i, digit] of digits.entries()) {
      left += steps[i]!;
      const top = below(HEIGHT - SIZE + 1);
      for (let y = 0; y < SIZE; y++) {
        for (let x = 0; x < SIZE; x++) {
          const place = (strip * HEIGHT + top + y) * WIDTH + left + x;
          data[place] = Math.max(data[place]!, images.data[(digit * SIZE + y) * SIZE + x]!);
        }
      }
    }
  }
  return {
    images: { dtype: 'float32', shape: [rows.length, HEIGHT, WIDTH], data },
    captions: rows.map((digits) => digits.map((digit) => words[labels.data[digit]!]!).join(' ')),
  };
}

/** Some of the strips, from `start` to `end - 1`. */
export function sliceStrips({ images, captions }: Strips, start: number, end: number): Strips {
  const data = images.data.subarray(start * HEIGHT * WIDTH, end * HEIGHT * WIDTH);
  const some = captions.slice(start, end);
  return { images: { dtype: 'float32', shape: [some.length, HEIGHT, WIDTH], data }, captions: some };
}
