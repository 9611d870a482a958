/** Values without inputs, on tfjs. Both are copies, so that an output of the network may be disposed of. */
import type { Forward } from './forward-op.js';

export const parameter: Forward<'parameter'> = (_inputs, _options, { tf }, parameter) => ({
  output: tf.clone(parameter('')),
});

export const constant: Forward<'constant'> = (_inputs, { shape, values }, { tf }) => ({
  output: tf.tensor(Float32Array.from(values, Number), shape),
});
