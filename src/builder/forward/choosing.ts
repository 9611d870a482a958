/** One of two numbers, by a comparison or by the sign of one of them, on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import type { Comparison } from '../comparisons.js';
import { preluWeightShape } from '../ops/prelu.js';
import type { Forward } from './forward-op.js';

const compared: Readonly<Record<Comparison, (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor>> = {
  greater: (tf, a, b) => tf.greater(a, b),
  greaterOrEqual: (tf, a, b) => tf.greaterEqual(a, b),
  less: (tf, a, b) => tf.less(a, b),
  lessOrEqual: (tf, a, b) => tf.lessEqual(a, b),
  equal: (tf, a, b) => tf.equal(a, b),
};

export const where: Forward<'where'> = ({ a, b, x, y }, { comparison, than }, { tf }) => {
  const other = b ?? tf.scalar(than ?? 0, a.dtype as 'int32' | 'float32'); // one of the two is there
  // A comparison has no gradient, and tfjs refuses to go back through one: so it is one op on a number that nothing is learned from.
  const condition = tf.customGrad((nothing) => ({
    value: compared[comparison](tf, a, other),
    gradFunc: () => tf.zerosLike(nothing as TfTensor),
  }))(tf.scalar(0));
  return { output: tf.where(condition, x, y) };
};

export const prelu: Forward<'prelu'> = ({ x }, { numParameters }, { tf }, parameter) => {
  const shape = preluWeightShape(numParameters, x.shape.length);
  return { output: tf.prelu(x, tf.reshape(parameter('weight'), shape)) };
};
