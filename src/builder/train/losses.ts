/** Losses with PyTorch's formulas and its default reduction, the mean. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { LstmOnnxError } from '../../errors.js';
import type { Tf } from '../backends/tf.js';
import { formatShape } from '../shape.js';
import type { Loss } from './loss.js';

/** `nn.MSELoss`: the mean of squared differences; both of one shape. */
export const mse: Loss = elementwise('mse', (tf, prediction, target) =>
  tf.square(tf.sub(prediction, target)),
);

/** `nn.L1Loss`: the mean of absolute differences; both of one shape. */
export const l1: Loss = elementwise('l1', (tf, prediction, target) => tf.abs(tf.sub(prediction, target)));

/**
 * `nn.BCEWithLogitsLoss`: binary cross-entropy of `sigmoid(prediction)`, without overflow:
 * `max(x, 0) - x y + log(1 + exp(-|x|))`; both of one shape, targets from 0 to 1.
 */
export const bceWithLogits: Loss = elementwise('bceWithLogits', (tf, x, y) => {
  expectTargets('bceWithLogits', y, (value) => value >= 0 && value <= 1, 'probabilities from 0 to 1');
  return tf.add(tf.sub(tf.relu(x), tf.mul(x, y)), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
});

/** A loss of numbers of one shape: the mean of what `compute` gives for each. */
export function elementwise(
  name: string,
  compute: (tf: Tf, prediction: TfTensor, target: TfTensor) => TfTensor,
): Loss {
  return {
    name,
    compute(tf, prediction, target) {
      expectShape(name, target, prediction.shape);
      return tf.mean(compute(tf, prediction, tf.cast(target, 'float32')));
    },
  };
}

/** @throws E_INVALID_OPTION for a target that does not fit */
export function expectTargets(
  name: string,
  target: TfTensor,
  fits: (value: number) => boolean,
  expected: string,
): void {
  const wrong = target.dataSync().find((value) => !fits(value));
  if (wrong !== undefined) {
    throw new LstmOnnxError('E_INVALID_OPTION', `${name}: a target is ${wrong}; expected ${expected}.`);
  }
}

/** @throws E_SHAPE_MISMATCH unless the targets have the shape that belongs to the predictions */
export function expectShape(name: string, target: TfTensor, expected: readonly number[]): void {
  const fits = target.shape.length === expected.length && target.shape.every((dim, i) => dim === expected[i]);
  if (!fits) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${name}: the targets have shape ${formatShape(target.shape)}, expected ${formatShape(expected)} for these predictions.`,
    );
  }
}
