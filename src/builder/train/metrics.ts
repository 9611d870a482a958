/** Metrics: numbers that measure predictions, averaged over targets. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import { formatShape, sameShape } from '../shape.js';
import type { MeanMetric } from './metric.js';
import { expectBinary, hasOneLogit, refusesNumbers } from './predicted-classes.js';

/** The fraction of predictions that are right, under a name. */
export function rightShare(name: string): MeanMetric {
  return {
    name,
    compute(tf, prediction, target) {
      const right = hasOneLogit(name, prediction.shape, target.shape)
        ? tf.equal(tf.greater(prediction, 0), tf.cast(binary(name, target), 'bool'))
        : tf.equal(tf.argMax(prediction, -1), tf.cast(target, 'int32'));
      return tf.mean(tf.cast(right, 'float32'));
    },
    refuses: refusesNumbers(name),
  };
}

/**
 * The fraction of predictions that are right. Of predictions `[..., classes]` with targets `[...]`, those whose largest entry
 * is the target class. Of predictions and targets of one shape, as `bceWithLogits` takes, those whose logit is above 0
 * where the target is 1, and not where it is 0.
 */
export const accuracy: MeanMetric = /* @__PURE__ */ rightShare('accuracy');

function binary(name: string, target: TfTensor): TfTensor {
  expectBinary(name, target.dataSync());
  return target;
}

/** The mean absolute difference; both of one shape. */
export const meanAbsoluteError: MeanMetric = {
  name: 'meanAbsoluteError',
  mode: 'min',
  compute(tf, prediction, target) {
    if (!sameShape(target.shape, prediction.shape)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `meanAbsoluteError: the targets have shape ${formatShape(target.shape)}, the predictions ${formatShape(prediction.shape)}; ` +
          'expected the same shape of both.',
      );
    }
    return tf.mean(tf.abs(tf.sub(prediction, tf.cast(target, 'float32'))));
  },
};
