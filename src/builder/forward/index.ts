/** The forward pass of every op on tfjs. */
import type { OpName } from '../ops/index.js';
import { activation, logSoftmax, plain, softmax } from './activations.js';
import { argmax } from './argmax.js';
import { add, div, mul, sub } from './arithmetic.js';
import { prelu, where } from './choosing.js';
import { conv, convTranspose } from './convolution.js';
import { dropout } from './dropout.js';
import type { Forward } from './forward-op.js';
import { at, concat, flip, reshape, transpose } from './layout.js';
import { linear } from './linear.js';
import { matmul } from './matmul.js';
import { batchNorm, instanceNorm, layerNorm } from './normalization.js';
import { pad } from './pad.js';
import { constant, parameter } from './parameter.js';
import { avgPool, maxPool } from './pool.js';
import { recurrentForwards } from './recurrent.js';
import { max, mean, sum } from './reduce.js';
import { repeat } from './repeat.js';
import { size } from './size.js';
import { slice } from './slice.js';
import { embedding, stepCount } from './tokens.js';

export const forwards: { readonly [K in OpName]: Forward<K> } = {
  activation,
  add,
  argmax,
  at,
  avgPool,
  batchNorm,
  concat,
  constant,
  conv,
  convTranspose,
  crf: ({ x }) => ({ output: x }),
  div,
  dropout,
  embedding,
  flip,
  instanceNorm,
  layerNorm,
  linear,
  logSoftmax,
  matmul,
  max,
  maxPool,
  mean,
  mul,
  pad,
  parameter,
  prelu,
  relu: plain('relu'),
  repeat,
  reshape,
  sigmoid: plain('sigmoid'),
  size,
  slice,
  softmax,
  stepCount,
  sub,
  sum,
  tanh: plain('tanh'),
  transpose,
  where,
  ...recurrentForwards,
};
