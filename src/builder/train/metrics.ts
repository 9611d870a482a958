/** Metrics: numbers that measure predictions, averaged over targets. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import { formatShape, sameShape } from '../shape.js';
import type { MeanMetric } from './metric.js';

/**
 * The fraction of predictions that are right. Of predictions `[..., classes]` with targets `[...]`, those whose largest entry
 * is the target class. Of predictions and targets of one shape, as `bceWithLogits` takes, those whose logit is above 0
 * where the target is 1, and not where it is 0.
 */
export const accuracy: MeanMetric = {
  name: 'accuracy',

  compute(tf, prediction, target) {
    const right = sameShape(prediction.shape, target.shape)
      ? tf.equal(tf.greater(prediction, 0), tf.cast(binary(target), 'bool'))
      : tf.equal(tf.argMax(prediction, -1), tf.cast(classesOf(prediction, target), 'int32'));
    return tf.mean(tf.cast(right, 'float32'));
  },

  refuses: ({ name }) =>
    ['mse', 'l1', 'huber', 'smoothL1', 'pinball', 'gaussianNll', 'studentTNll'].includes(name)
      ? `accuracy counts right classes, but ${name} compares numbers; give the metric meanAbsoluteError, or the loss ` +
        'crossEntropy or bceWithLogits.'
      : undefined,
};

function binary(target: TfTensor): TfTensor {
  const other = target.dataSync().find((value) => value !== 0 && value !== 1);
  if (other === undefined) return target;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `accuracy: a target is ${other}; expected 0 or 1 for one logit each, or class numbers for predictions [..., classes].`,
  );
}

function classesOf(prediction: TfTensor, target: TfTensor): TfTensor {
  const expected = prediction.shape.slice(0, -1);
  const [classes] = prediction.shape.slice(-1);
  if (classes !== undefined && classes > 1 && sameShape(target.shape, expected)) return target;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `accuracy: the targets have shape ${formatShape(target.shape)} for predictions ${formatShape(prediction.shape)}; ` +
      `expected class numbers of shape ${formatShape(expected)} for two classes or more, or 0 and 1 of the predictions' shape.`,
  );
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
