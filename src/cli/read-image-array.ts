/** Reads a .npy file of images as shades of grey from 0 to 1. */
import { parseNpy } from '../data/npy.js';
import { LstmOnnxError } from '../errors.js';
import { parseFile } from '../files/read.js';
import type { NdArray } from '../nd-array.js';
import type { GreyImages } from '../tasks/captioner.js';
import type { Output } from './output.js';

/** What white is, by the element type; undefined of numbers that say nothing of it. */
const WHITE: Readonly<Partial<Record<NdArray['dtype'], number>>> = { uint8: 255, uint16: 65_535, bool: 1 };

/**
 * @returns `[count, height, width]`
 * @throws E_SHAPE_MISMATCH for other dimensions; E_INVALID_FILE for numbers that are no shades; what `parseNpy` throws
 */
export async function readImageArray(path: string, say: Output['say']): Promise<GreyImages> {
  return parseFile(path, (bytes) => shades(parseNpy(bytes), say));
}

function shades(array: NdArray, say: Output['say']): GreyImages {
  const { shape, dtype } = array;
  if (shape.length !== 3 || shape.includes(0)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `the array is [${shape.join(', ')}]; expected images in shades of grey, [count, height, width].`,
    );
  }
  const numbers = Float32Array.from(array.data as ArrayLike<number | bigint>, Number);
  const [least, most] = rangeOf(numbers);
  const white = WHITE[dtype] ?? (most <= 1 ? 1 : 255);
  // NaN is no shade either.
  if (!(least >= 0 && most <= white)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `the numbers are from ${least} to ${most}; expected shades from 0 to 1, or from 0 to 255.`,
    );
  }
  if (white === 1 && dtype !== 'bool') {
    // Dark images from 0 to 255 look the same.
    say('Pixels are taken for shades from 0 to 1, since none is above 1.');
  }
  if (white !== 1) {
    say(`Pixels are divided by ${white}.`);
    for (const i of numbers.keys()) numbers[i] = (numbers[i] ?? 0) / white;
  }
  return { dtype: 'float32', shape, data: numbers };
}

/** NaN where one is. */
function rangeOf(numbers: Float32Array): [least: number, most: number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of numbers) [least, most] = [Math.min(least, value), Math.max(most, value)];
  return [least, most];
}
