/**
 * The ops that a network of recurrent layers and linear heads does without. Pages load their part of the engine only for a
 * model that has one: `scripts/build-workers.js` makes a first program without the files called `more`.
 */

import { argmaxOp } from './argmax.js';
import { arithmeticOp } from './arithmetic.js';
import { convOp, convTransposeOp } from './convolution.js';
import { crfOp } from './crf.js';
import { matmulOp } from './matmul.js';
import { batchNormOp, instanceNormOp, layerNormOp } from './normalization.js';
import type { OpDefinition } from './op.js';
import type { OpName } from './option-schemas.js';
import { padOp } from './pad.js';
import { constantOp, parameterOp } from './parameter.js';
import { poolOp } from './pool.js';
import { preluOp } from './prelu.js';
import { maxOp, meanOp, sumOp } from './reduce.js';
import { repeatOp } from './repeat.js';
import { sizeOp } from './size.js';
import { sliceOp } from './slice.js';
import { stepCountOp } from './step-count.js';
import { whereOp } from './where.js';

export const more = {
  add: arithmeticOp,
  argmax: argmaxOp,
  avgPool: poolOp,
  batchNorm: batchNormOp,
  constant: constantOp,
  conv: convOp,
  convTranspose: convTransposeOp,
  crf: crfOp,
  div: arithmeticOp,
  instanceNorm: instanceNormOp,
  layerNorm: layerNormOp,
  matmul: matmulOp,
  max: maxOp,
  maxPool: poolOp,
  mean: meanOp,
  mul: arithmeticOp,
  pad: padOp,
  parameter: parameterOp,
  prelu: preluOp,
  repeat: repeatOp,
  size: sizeOp,
  slice: sliceOp,
  stepCount: stepCountOp,
  sub: arithmeticOp,
  sum: sumOp,
  where: whereOp,
} satisfies {
  readonly [K in OpName]?: OpDefinition<K>;
};
