/** The lowering of every op, by the op's name. */
import type { OpName } from '../../builder/ops/index.js';
import type { Lowering } from '../lowering.js';
import {
  lowerActivation,
  lowerLogSoftmax,
  lowerRelu,
  lowerSigmoid,
  lowerSoftmax,
  lowerTanh,
} from './activations.js';
import { lowerArgmax } from './argmax.js';
import { lowerAdd, lowerDiv, lowerMul, lowerSub } from './arithmetic.js';
import { lowerAt } from './at.js';
import { lowerPrelu, lowerWhere } from './choosing.js';
import { lowerConcat } from './concat.js';
import { lowerAvgPool, lowerConv, lowerConvTranspose, lowerMaxPool } from './convolution.js';
import { lowerDropout } from './dropout.js';
import { lowerEmbedding } from './embedding.js';
import { lowerFlip } from './flip.js';
import { lowerLinear } from './linear.js';
import { lowerMatmul } from './matmul.js';
import { lowerBatchNorm, lowerInstanceNorm, lowerLayerNorm } from './normalization.js';
import { lowerPad } from './pad.js';
import { lowerConstant, lowerParameter } from './parameter.js';
import { recurrentLowerings } from './recurrent.js';
import { lowerMax, lowerMean, lowerSum } from './reduce.js';
import { lowerRepeat } from './repeat.js';
import { lowerReshape } from './reshape.js';
import { lowerSize } from './size.js';
import { lowerSlice } from './slice.js';
import { lowerStepCount } from './step-count.js';
import { lowerTranspose } from './transpose.js';

export const lowerings: { readonly [K in OpName]: Lowering<K> } = {
  activation: lowerActivation,
  add: lowerAdd,
  argmax: lowerArgmax,
  at: lowerAt,
  avgPool: lowerAvgPool,
  batchNorm: lowerBatchNorm,
  concat: lowerConcat,
  constant: lowerConstant,
  conv: lowerConv,
  convTranspose: lowerConvTranspose,
  crf: (_node, { inputs }) => ({ output: inputs.x }),
  div: lowerDiv,
  dropout: lowerDropout,
  embedding: lowerEmbedding,
  flip: lowerFlip,
  instanceNorm: lowerInstanceNorm,
  layerNorm: lowerLayerNorm,
  linear: lowerLinear,
  logSoftmax: lowerLogSoftmax,
  matmul: lowerMatmul,
  max: lowerMax,
  maxPool: lowerMaxPool,
  mean: lowerMean,
  mul: lowerMul,
  pad: lowerPad,
  parameter: lowerParameter,
  prelu: lowerPrelu,
  relu: lowerRelu,
  repeat: lowerRepeat,
  reshape: lowerReshape,
  sigmoid: lowerSigmoid,
  size: lowerSize,
  slice: lowerSlice,
  softmax: lowerSoftmax,
  stepCount: lowerStepCount,
  sub: lowerSub,
  sum: lowerSum,
  tanh: lowerTanh,
  transpose: lowerTranspose,
  where: lowerWhere,
  ...recurrentLowerings,
};
