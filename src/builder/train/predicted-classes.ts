/** The classes that predictions say, for the metrics that compare them with targets. */
import type { SampleArray } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, type NdArray } from '../../nd-array.js';
import { formatShape, sameShape } from '../shape.js';
import type { Loss } from './loss.js';

/**
 * Whether predictions have one logit for each target, above 0 for class 1, and not a logit for each class, `[..., classes]`.
 *
 * @throws E_SHAPE_MISMATCH where they have neither
 */
export function hasOneLogit(name: string, prediction: readonly number[], target: readonly number[]): boolean {
  if (sameShape(prediction, target)) return true;
  const expected = prediction.slice(0, -1);
  const [classes] = prediction.slice(-1);
  if (classes !== undefined && classes > 1 && sameShape(target, expected)) return false;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${name}: the targets have shape ${formatShape(target)} for predictions ${formatShape(prediction)}; ` +
      `expected class numbers of shape ${formatShape(expected)} for two classes or more, or 0 and 1 of the predictions' shape.`,
  );
}

/** @throws E_INVALID_OPTION for targets of one logit each that are not 0 or 1 */
export function expectBinary(name: string, targets: Float32Array | Int32Array | Uint8Array): void {
  const other = targets.find((value) => value !== 0 && value !== 1);
  if (other === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${name}: a target is ${other}; expected 0 or 1 for one logit each, or class numbers for predictions [..., classes].`,
  );
}

/** The class of each target: that of the largest entry, the first of equal ones, or of one logit whether it is above 0. */
export function predictedClasses(
  name: string,
  { shape, data }: NdArray<'float32'>,
  target: SampleArray,
): Int32Array {
  if (hasOneLogit(name, shape, target.shape)) {
    expectBinary(name, target.data);
    return Int32Array.from(data, (logit) => (logit > 0 ? 1 : 0));
  }
  const classes = dim(shape, -1);
  return Int32Array.from({ length: target.data.length }, (_, row) => {
    let best = row * classes;
    for (let at = best + 1; at < (row + 1) * classes; at++) {
      if ((data[at] ?? Number.NaN) > (data[best] ?? Number.NaN)) best = at;
    }
    return best - row * classes;
  });
}

const lossesOfNumbers = ['mse', 'l1', 'huber', 'smoothL1', 'pinball', 'gaussianNll', 'studentTNll'];

/** Why a metric of classes makes no sense beside a loss of numbers. */
export function refusesNumbers(metric: string): (loss: Loss) => string | undefined {
  return ({ name }) =>
    lossesOfNumbers.includes(name)
      ? `${metric} compares classes, but ${name} compares numbers; give the metric meanAbsoluteError, or the loss ` +
        'crossEntropy or bceWithLogits.'
      : undefined;
}
