/** Every op by name. A new op is a file here, a line here, and a file of the same name in `export/ops`. */
import { type ActivationOptions, activationOp } from './activation.js';
import {
  type AxisOptions,
  logSoftmaxOp,
  type NoOptions,
  reluOp,
  sigmoidOp,
  softmaxOp,
  tanhOp,
} from './activations.js';
import { type AtOptions, atOp } from './at.js';
import { type ConcatOptions, concatOp } from './concat.js';
import { type DropoutOptions, dropoutOp } from './dropout.js';
import { type EmbeddingOptions, embeddingOp } from './embedding.js';
import { type FlipOptions, flipOp } from './flip.js';
import { type LinearOptions, linearOp } from './linear.js';
import { lstmOp } from './lstm.js';
import type { LstmOptions } from './lstm-options.js';
import type { OpDefinition } from './op.js';
import { type ReshapeOptions, reshapeOp } from './reshape.js';
import { type StepCountOptions, stepCountOp } from './step-count.js';
import { type TransposeOptions, transposeOp } from './transpose.js';

/** The options of each op. */
export interface OpOptions {
  activation: ActivationOptions;
  at: AtOptions;
  concat: ConcatOptions;
  dropout: DropoutOptions;
  embedding: EmbeddingOptions;
  flip: FlipOptions;
  linear: LinearOptions;
  logSoftmax: AxisOptions;
  lstm: LstmOptions;
  relu: NoOptions;
  reshape: ReshapeOptions;
  sigmoid: NoOptions;
  softmax: AxisOptions;
  stepCount: StepCountOptions;
  tanh: NoOptions;
  transpose: TransposeOptions;
}

export type OpName = keyof OpOptions;

export const ops: { readonly [K in OpName]: OpDefinition<OpOptions[K]> } = {
  activation: activationOp,
  at: atOp,
  concat: concatOp,
  dropout: dropoutOp,
  embedding: embeddingOp,
  flip: flipOp,
  linear: linearOp,
  logSoftmax: logSoftmaxOp,
  lstm: lstmOp,
  relu: reluOp,
  reshape: reshapeOp,
  sigmoid: sigmoidOp,
  softmax: softmaxOp,
  stepCount: stepCountOp,
  tanh: tanhOp,
  transpose: transposeOp,
};
