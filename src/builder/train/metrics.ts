/** Metrics: numbers that tell how good predictions are, averaged over samples. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';

export interface Metric {
  readonly name: string;
  /** The mean over a batch. */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor): Scalar;
}

/** The fraction of predictions `[..., classes]` whose largest entry is the target class `[...]`. */
export const accuracy: Metric = {
  name: 'accuracy',
  compute: (tf, prediction, target) =>
    tf.mean(tf.cast(tf.equal(tf.argMax(prediction, -1), tf.cast(target, 'int32')), 'float32')),
};

/** The mean absolute difference. */
export const meanAbsoluteError: Metric = {
  name: 'meanAbsoluteError',
  compute: (tf, prediction, target) => tf.mean(tf.abs(tf.sub(prediction, tf.cast(target, 'float32')))),
};
