/** Every op of a network, as the engine runs it. */
import type { OpName } from '../../builder/ops/index.js';
import { elementwise, logSoftmax, softmax } from './activations.js';
import { embedding } from './embedding.js';
import { at, concat, flip, reshape, transpose } from './layout.js';
import { linear } from './linear.js';
import { more } from './more.js';
import { type Prepare, unary } from './operator.js';
import { recurrentOperators } from './recurrent.js';

/** Those of a page's first program. */
const core = {
  activation: elementwise,
  at,
  concat,
  // Active only in training.
  dropout: () => unary((x) => x),
  embedding,
  flip,
  linear,
  logSoftmax,
  relu: () => elementwise({ name: 'relu' }),
  reshape,
  sigmoid: () => elementwise({ name: 'sigmoid' }),
  softmax,
  tanh: () => elementwise({ name: 'tanh' }),
  transpose,
  ...recurrentOperators,
};

/** Those of `more` take the place of simpler ones of the same name. */
export const operators: { readonly [K in OpName]: Prepare<K> } = { ...core, ...more };
