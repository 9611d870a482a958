/** Every op of a network, as the engine runs it. */
import type { OpName, OpOptions } from '../../builder/ops/index.js';
import { activation, logSoftmax, softmax } from './activations.js';
import { at, concat, flip, reshape, transpose } from './layout.js';
import { linear } from './linear.js';
import { lstm } from './lstm.js';
import { type Prepare, unary } from './operator.js';
import { max, mean } from './reduce.js';
import { embedding, stepCount } from './tokens.js';

export const operators: { readonly [K in OpName]: Prepare<OpOptions[K]> } = {
  activation,
  at,
  concat,
  // Active in training alone.
  dropout: () => unary((x) => x),
  embedding,
  flip,
  linear,
  logSoftmax,
  lstm,
  max,
  mean,
  relu: (_options, model) => activation({ name: 'relu' }, model),
  reshape,
  sigmoid: (_options, model) => activation({ name: 'sigmoid' }, model),
  softmax,
  stepCount,
  tanh: (_options, model) => activation({ name: 'tanh' }, model),
  transpose,
};
