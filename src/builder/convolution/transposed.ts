/** A transposed convolution as the way back of another, from its y to its x. */
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import type { OpOptions } from '../ops/index.js';
import { type Dim, formatShape, type Shape } from '../shape.js';
import type { Convolution } from './convolution.js';
import { gridOf, sizesOfWindows } from './windows.js';

/** The sizes of the result along the axes of the windows. @throws E_SHAPE_MISMATCH where the padding leaves nothing of one */
export function transposedSizes(y: Shape, options: OpOptions['convTranspose'], what: string): Dim[] {
  const sizes = sizesOfWindows(y.slice(2), options);
  const none = sizes.findIndex((size) => typeof size === 'number' && size < 1);
  if (none === -1) return sizes;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what}: axis ${none + 2} of ${formatShape(y)} would have no entries; give less padding.`,
  );
}

/** @param y the shape of the op's input. @returns the shape of its result, and the convolution that goes the other way */
export function transposedConvolution(
  y: readonly number[],
  options: OpOptions['convTranspose'],
): { shape: number[]; convolution: Convolution } {
  const { outChannels, groups } = options;
  const sizes = transposedSizes(y, options, 'convTranspose') as number[]; // numbers, as the counts are
  const shape = [dim(y, 0), outChannels, ...sizes];
  const grid = gridOf(shape, options, 'convTranspose');
  return { shape, convolution: { grid, outChannels: dim(y, 1), groups } };
}
