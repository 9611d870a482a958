/**
 * Every op by name. An op has a place in four tables: its definition here, its forward pass on tfjs (`builder/forward`), its
 * lowering to ONNX (`export/ops`) and its operator on the engine (`runtime/simd`).
 */
import { activationOp, elementwiseOp, logSoftmaxOp, softmaxOp } from './activations.js';
import { atOp } from './at.js';
import { concatOp } from './concat.js';
import { dropoutOp } from './dropout.js';
import { embeddingOp } from './embedding.js';
import { flipOp } from './flip.js';
import { linearOp } from './linear.js';
import { more } from './more.js';
import type { OpDefinition } from './op.js';
import type { OpName, OpOptions } from './option-schemas.js';
import { recurrentOps } from './recurrent.js';
import { reshapeOp } from './reshape.js';
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
  relu: elementwiseOp,
  reshape: reshapeOp,
  sigmoid: elementwiseOp,
  softmax: softmaxOp,
  tanh: elementwiseOp,
  transpose: transposeOp,
  ...recurrentOps,
  ...more,
};
