/** A transposed convolution as the way back of another, from its y to its x. */
import { dim } from '../../nd-array.js';
import type { OpOptions } from '../ops/index.js';
import type { Convolution } from './convolution.js';
import { gridOf, sizesOfWindows } from './windows.js';

/** @param y the shape of the op's input. @returns the shape of its result, and the convolution that goes the other way */
export function transposedConvolution(
  y: readonly number[],
  options: OpOptions['convTranspose'],
): { shape: number[]; convolution: Convolution } {
  const { outChannels, groups } = options;
  const sizes = sizesOfWindows(y.slice(2), options) as number[]; // numbers, as the counts are
  const shape = [dim(y, 0), outChannels, ...sizes];
  const grid = gridOf(shape, options, 'convTranspose');
  return { shape, convolution: { grid, outChannels: dim(y, 1), groups } };
}
