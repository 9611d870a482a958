/** `nn.Dropout`: zeroes entries with probability p while training and scales the others by 1 / (1 - p). */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { sizeOf } from '../../nd-array.js';
import type { Shape } from '../shape.js';
import { graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import { entryByEntry, expectInput, type ForwardContext, type OpDefinition } from './op.js';
import { onlyX } from './op-inputs.js';

/**
 * What to multiply a tensor of this shape by: one draw an entry from the context's generator, in row-major order.
 * Undefined where all is kept.
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

export const dropoutOp: OpDefinition<'dropout'> = {
  inputs: onlyX,
  infer: ({ x }, _options, name) => ({ output: expectInput(x, name, { dtype: 'float32' }) }),
  along: entryByEntry,
  forward({ x }, { p }, context) {
    const mask = context.training ? dropoutMask(x.shape, p, context) : undefined;
    return { output: mask ? context.tf.mul(x, mask) : x };
  },
};

/**
 * Dropout: active in training, the identity elsewhere (and in the exported graph).
 *
 * @param p probability that an entry is zeroed, 0 to 1
 */
export function dropout<S extends Shape>(x: Value<'float32', S>, p = 0.5): SymbolicTensor<'float32', S> {
  return graphOf('dropout', x).addOne('dropout', undefined, { x }, { p }) as SymbolicTensor<'float32', S>; // same type as x
}
