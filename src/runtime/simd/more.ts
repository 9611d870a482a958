/** The operators of `builder/ops/more.ts`, which pages load only for a model that has one. */
import type { OpName } from '../../builder/ops/index.js';
import { argmax } from './argmax.js';
import { add, div, mul, sub } from './arithmetic.js';
import { prelu, where } from './choosing.js';
import { convolutions } from './convolution.js';
import { matmul } from './matmul.js';
import { normalizations } from './normalization.js';
import { type Prepare, unary } from './operator.js';
import { pad } from './pad.js';
import { constant, parameter } from './parameter.js';
import { max, mean, sum } from './reduce.js';
import { repeat } from './repeat.js';
import { size } from './size.js';
import { slice } from './slice.js';
import { stepCount } from './step-count.js';
import { softmax as stepsSoftmax } from './steps-softmax.js';

export const more = {
  add,
  constant,
  argmax,
  ...convolutions,
  crf: () => unary((x) => x),
  div,
  matmul,
  max,
  mean,
  mul,
  pad,
  parameter,
  prelu,
  repeat,
  ...normalizations,
  size,
  slice,
  softmax: stepsSoftmax,
  stepCount,
  sub,
  sum,
  where,
} satisfies {
  readonly [K in OpName]?: Prepare<K>;
};
