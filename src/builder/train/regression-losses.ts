/** Losses of numbers that forgive outliers, with PyTorch's formulas and its default reduction, the mean. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import type { Loss } from './loss.js';
import { elementwise, l1 } from './losses.js';
import { checkedOptions, rules } from './number-options.js';

export interface HuberOptions {
  /** Where the loss goes over from square to straight. @default 1 */
  readonly delta?: number;
}

export interface SmoothL1Options {
  /** Where the loss goes over from square to straight; 0 is {@link l1}. @default 1 */
  readonly beta?: number;
}

/**
 * `nn.HuberLoss` (Huber 1964), with the difference d: `d^2 / 2` where `|d| < delta`, else `delta * (|d| - delta / 2)`,
 * averaged; predictions and targets of one shape.
 *
 * @throws E_INVALID_OPTION
 */
export function huber(options: HuberOptions = {}): Loss {
  const { delta } = checkedOptions(
    'huber',
    options,
    { delta: rules.positive },
    { delta: 1 },
    { beta: 'delta' },
  );
  return elementwise('huber', (tf, prediction, target) => huberOf(tf, prediction, target, delta));
}

/**
 * `nn.SmoothL1Loss`, with the difference d: `d^2 / (2 * beta)` where `|d| < beta`, else `|d| - beta / 2`, averaged: that of
 * {@link huber} divided by beta. Predictions and targets of one shape.
 *
 * @throws E_INVALID_OPTION
 */
export function smoothL1(options: SmoothL1Options = {}): Loss {
  const { beta } = checkedOptions(
    'smoothL1',
    options,
    { beta: rules.amount },
    { beta: 1 },
    { delta: 'beta' },
  );
  if (beta === 0) return { ...l1, name: 'smoothL1' };
  return elementwise('smoothL1', (tf, prediction, target) =>
    tf.div(huberOf(tf, prediction, target, beta), beta),
  );
}

/** With the difference clipped, c: `c * (d - c / 2)`, which is both branches. */
function huberOf(tf: Tf, prediction: TfTensor, target: TfTensor, delta: number): TfTensor {
  const difference = tf.sub(prediction, target);
  const clipped = tf.clipByValue(difference, -delta, delta);
  return tf.mul(clipped, tf.sub(difference, tf.div(clipped, 2)));
}
