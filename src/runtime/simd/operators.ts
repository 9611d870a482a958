/** Every op of a network, as the engine runs it. */
import type { OpName } from '../../builder/ops/index.js';
import { elementwise, logSoftmax, softmax } from './activations.js';
import { at, concat, flip, reshape, transpose } from './layout.js';
import { linear } from './linear.js';
import { type Prepare, unary } from './operator.js';
import { recurrentOperators } from './recurrent.js';
import { max, mean } from './reduce.js';
import { embedding, stepCount } from './tokens.js';

export const operators: { readonly [K in OpName]: Prepare<K> } = {
  activation: elementwise,
  at,
  concat,
  // Active only in training.
  dropout: () => unary((x) => x),
  embedding,
  flip,
  linear,
  logSoftmax,
  max,
  mean,
  relu: () => elementwise({ name: 'relu' }),
  reshape,
  sigmoid: () => elementwise({ name: 'sigmoid' }),
  softmax,
  stepCount,
  tanh: () => elementwise({ name: 'tanh' }),
  transpose,
  ...recurrentOperators,
};
