/** The mean and the maximum along an axis, on tfjs. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import { checkNotEmpty } from '../ops/reduce.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

type Compute = (tf: Tf, x: TfTensor, axis: number, mask: TfTensor | undefined) => TfTensor;

function reduction(what: string, compute: Compute): Forward<'mean' | 'max'> {
  return ({ x, lengths }, options, { tf }) => {
    const axis = normalizeAxis(options.axis, x.shape, what);
    checkNotEmpty(x.shape, axis, what);
    return { output: compute(tf, x, axis, lengths && stepMask(tf, x, lengths, axis)) };
  };
}

/** Which steps are within the length of their sequence, `[batch, time, 1, ...]` or time-first; the first one always is. */
function stepMask(tf: Tf, x: TfTensor, lengths: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(0, dim(x.shape, axis), 1, 'int32');
  const counts = tf.maximum(lengths, tf.scalar(1, 'int32'));
  const mask = tf.less(tf.expandDims(numbers, axis === 1 ? 0 : 1), tf.expandDims(counts, axis === 1 ? 1 : 0));
  return tf.reshape(mask, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)]);
}

export const mean = reduction('mean', (tf, x, axis, mask) => {
  if (!mask) return tf.mean(x, axis);
  const kept = tf.where(mask, x, tf.zerosLike(x));
  return tf.div(tf.sum(kept, axis), tf.sum(tf.cast(mask, 'float32'), axis));
});

export const max = reduction('max', (tf, x, axis, mask) =>
  firstMaximum(tf, mask ? tf.where(mask, x, tf.fill(x.shape, Number.NEGATIVE_INFINITY)) : x, axis),
);

/** The gradient goes to the first of equal entries, as in `torch.max(x, axis).values`; tfjs gives it to all of them. */
function firstMaximum(tf: Tf, x: TfTensor, axis: number): TfTensor {
  const size = dim(x.shape, axis);
  const along = x.shape.map((_, i) => (i === axis ? size : 1));
  const compute = tf.customGrad((...args) => {
    const [input, save] = args as [TfTensor, (saved: TfTensor[]) => void]; // what customGrad calls it with
    save([input]);
    const gradFunc = (dy: TfTensor, [saved]: TfTensor[]): TfTensor => {
      const first = tf.expandDims(tf.argMax(saved ?? input, axis), axis);
      const numbers = tf.reshape(tf.range(0, size, 1, 'int32'), along);
      return tf.mul(tf.expandDims(dy, axis), tf.cast(tf.equal(first, numbers), 'float32'));
    };
    return { value: tf.max(input, axis), gradFunc };
  });
  return compute(x);
}
