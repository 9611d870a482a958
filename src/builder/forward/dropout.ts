/** Dropout on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { sizeOf } from '../../nd-array.js';
import type { Forward, ForwardContext } from './forward-op.js';

/**
 * The dropout mask for a tensor of this shape, to multiply it by: one random number an entry, in row-major order. Undefined
 * if nothing is dropped.
 */
export function dropoutMask(
  shape: readonly number[],
  p: number,
  { tf, generator }: ForwardContext,
): TfTensor | undefined {
  if (p === 0) return undefined;
  if (p === 1) return tf.zeros([...shape]);
  const draws = generator.uniform(sizeOf(shape), 0, 1);
  return tf.tensor(
    draws.map((draw) => (draw < 1 - p ? 1 / (1 - p) : 0)),
    [...shape],
  );
}

export const dropout: Forward<'dropout'> = ({ x }, { p }, context) => {
  const mask = context.training ? dropoutMask(x.shape, p, context) : undefined;
  return { output: mask ? context.tf.mul(x, mask) : x };
};
