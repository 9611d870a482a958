/** The lowering of every op, by the op's name. */
import type { OpName } from '../../builder/ops/index.js';
import type { Lowering } from '../lowering.js';
import { lowerLogSoftmax, lowerRelu, lowerSigmoid, lowerSoftmax, lowerTanh } from './activations.js';
import { lowerAt } from './at.js';
import { lowerConcat } from './concat.js';
import { lowerDropout } from './dropout.js';
import { lowerEmbedding } from './embedding.js';
import { lowerLinear } from './linear.js';
import { lowerLstm } from './lstm.js';
import { lowerReshape } from './reshape.js';
import { lowerTranspose } from './transpose.js';

export const lowerings: { readonly [K in OpName]: Lowering<K> } = {
  at: lowerAt,
  concat: lowerConcat,
  dropout: lowerDropout,
  embedding: lowerEmbedding,
  linear: lowerLinear,
  logSoftmax: lowerLogSoftmax,
  lstm: lowerLstm,
  relu: lowerRelu,
  reshape: lowerReshape,
  sigmoid: lowerSigmoid,
  softmax: lowerSoftmax,
  tanh: lowerTanh,
  transpose: lowerTranspose,
};
