/** The mean, the maximum and the sum along an axis, on tfjs. */

import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import { checkNotEmpty } from '../ops/reduce.js';
import { normalizeAxis } from '../shape.js';
import type { Forward } from './forward-op.js';

type Compute = (tf: Tf, x: TfTensor, axis: number, mask: TfTensor | undefined) => TfTensor;

/** @param least how many steps of a sequence count at least: 1 where nothing can be said of none */
function reduction(what: string, least: 0 | 1, compute: Compute): Forward<'mean' | 'max' | 'sum'> {
  return ({ x, lengths }, options, { tf }) => {
    const axis = normalizeAxis(options.axis, x.shape, what);
    if (least > 0) checkNotEmpty(x.shape, axis, what);
    const counts = lengths && tf.maximum(lengths, tf.scalar(least, 'int32'));
    return { output: compute(tf, x, axis, counts && stepMask(tf, x, counts, axis)) };
  };
}

/** Which steps are within the length of their sequence, `[batch, time, 1, ...]` or time-first. */
export function stepMask(tf: Tf, x: TfTensor, counts: TfTensor, axis: number): TfTensor {
  const numbers = tf.range(0, dim(x.shape, axis), 1, 'int32');
  const mask = tf.less(tf.expandDims(numbers, axis === 1 ? 0 : 1), tf.expandDims(counts, axis === 1 ? 1 : 0));
  return tf.reshape(mask, [...x.shape.slice(0, 2), ...x.shape.slice(2).fill(1)]);
}

export const mean = reduction('mean', 1, (tf, x, axis, mask) => {
  if (!mask) return tf.mean(x, axis);
  return tf.div(sumOfKept(tf, x, axis, mask), tf.sum(tf.cast(mask, 'float32'), axis));
});

export const sum = reduction('sum', 0, (tf, x, axis, mask) =>
  mask ? sumOfKept(tf, x, axis, mask) : total(tf, x, axis),
);

/** The sum along an axis; 0 where it has no entries, of which tfjs' wasm backend gives what lies in its memory. */
function total(tf: Tf, x: TfTensor, axis: number): TfTensor {
  if (x.shape[axis] !== 0) return tf.sum(x, axis);
  const oneZero = x.shape.map((_, i): [number, number] => [0, i === axis ? 1 : 0]);
  return tf.sum(tf.pad(x, oneZero), axis);
}

function sumOfKept(tf: Tf, x: TfTensor, axis: number, mask: TfTensor): TfTensor {
  return total(tf, tf.where(mask, x, tf.zerosLike(x)), axis);
}

export const max = reduction('max', 1, (tf, x, axis, mask) =>
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
