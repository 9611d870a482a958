/** Every op by name. A new op is a file here, a line here, its options in `option-schemas.ts`, and a file of the same name in `export/ops`. */
import { activationOp } from './activation.js';
import { logSoftmaxOp, reluOp, sigmoidOp, softmaxOp, tanhOp } from './activations.js';
import { atOp } from './at.js';
import { concatOp } from './concat.js';
import { dropoutOp } from './dropout.js';
import { embeddingOp } from './embedding.js';
import { flipOp } from './flip.js';
import { linearOp } from './linear.js';
import { lstmOp } from './lstm.js';
import type { OpDefinition } from './op.js';
import type { OpName, OpOptions } from './option-schemas.js';
import { maxOp, meanOp } from './reduce.js';
import { reshapeOp } from './reshape.js';
import { stepCountOp } from './step-count.js';
import { transposeOp } from './transpose.js';

export type { OpName, OpOptions };

export const ops: { readonly [K in OpName]: OpDefinition<K> } = {
  activation: activationOp,
  at: atOp,
  concat: concatOp,
  dropout: dropoutOp,
  embedding: embeddingOp,
  flip: flipOp,
  linear: linearOp,
  logSoftmax: logSoftmaxOp,
  lstm: lstmOp,
  max: maxOp,
  mean: meanOp,
  relu: reluOp,
  reshape: reshapeOp,
  sigmoid: sigmoidOp,
  softmax: softmaxOp,
  stepCount: stepCountOp,
  tanh: tanhOp,
  transpose: transposeOp,
};
