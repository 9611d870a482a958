/** Two tensors added, subtracted, multiplied or divided, on tfjs. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import type { ArithmeticName } from '../ops/arithmetic.js';
import type { Forward } from './forward-op.js';

function arithmetic(compute: (tf: Tf, a: TfTensor, b: TfTensor) => TfTensor): Forward<ArithmeticName> {
  return ({ a, b }, _options, { tf }) => ({ output: compute(tf, a, b) });
}

export const add = arithmetic((tf, a, b) => tf.add(a, b));
export const sub = arithmetic((tf, a, b) => tf.sub(a, b));
export const mul = arithmetic((tf, a, b) => tf.mul(a, b));
export const div = arithmetic((tf, a, b) => tf.div(a, b));
