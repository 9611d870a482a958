/** Cross-entropy with the options of PyTorch: an ignored index, weights of classes, smoothed labels. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import { inWords } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { crossEntropyOp } from '../backends/cross-entropy.js';
import type { Tf } from '../backends/tf.js';
import type { Loss } from './loss.js';
import { expectShape, expectTargets } from './losses.js';
import { rowsThatCount } from './masked.js';
import { checkedOptions, type Rule, rules } from './number-options.js';

export interface CrossEntropyOptions {
  /** Targets of this number do not count, such as padding; any integer, a class or not. @default none: PyTorch's -100 is said here */
  readonly ignoreIndex?: number;
  /** A weight for each class, at least 0: those of rare classes may count more. The mean is divided by the weights of the targets. @default all 1 */
  readonly weights?: ArrayLike<number>;
  /** The share of each target that goes to all classes evenly, 0 to 1 (Szegedy et al. 2016). @default 0 */
  readonly labelSmoothing?: number;
}

/**
 * `nn.CrossEntropyLoss`: `-log softmax(prediction)[target]`, averaged. Predictions are logits `[..., classes]`, such as
 * `[batch, classes]` or `[batch, time, classes]`; targets are class numbers `[...]`, int32.
 *
 * A loss as it is, `loss: crossEntropy`; called, the loss with options: `crossEntropy({ ignoreIndex: 0, labelSmoothing: 0.1 })`.
 * With weights `w`, smoothing `e` and `C` classes it is PyTorch's
 * `sum((1 - e) * w[y] * -log p[y] + e / C * sum(w * -log p)) / sum(w[y])` over the targets `y` that count. For sequences with
 * padding give `ignoreIndex`, or {@link masked} with the lengths, or both.
 *
 * @throws E_INVALID_OPTION for wrong options; in training for targets that are no classes. Where all targets are ignored, PyTorch
 *   gives NaN: a batch of those changes no parameter, and data of those alone are refused.
 */
export const crossEntropy: Loss & ((options?: CrossEntropyOptions) => Loss) = /* @__PURE__ */ callable(
  'crossEntropy',
  crossEntropyWith,
);

/** A function that makes losses, and is the loss that it makes without options. */
function callable<Options>(
  name: string,
  make: (options?: Options) => Loss,
): Loss & ((options?: Options) => Loss) {
  const called = (options?: Options) => make(options);
  const compute: Loss['compute'] = (...batch) => make().compute(...batch);
  // A function's own name is another in minified code, and not copied by { ...loss }.
  Object.defineProperty(called, 'name', { value: name, enumerable: true });
  return Object.assign(called, { compute });
}

const integer: Rule = (value) =>
  Number.isSafeInteger(value) ? undefined : `${inWords(value)}; give an integer, as in ignoreIndex: -100`;

const weightOfEach: Rule = (value) => {
  const expected = 'give a number of at least 0 for each class, one of them above 0';
  if (!Array.isArray(value) && !(value instanceof Float32Array) && !(value instanceof Float64Array))
    return `${inWords(value)}; ${expected}`;
  const wrong = Array.from<unknown>(value).find((weight) => rules.amount(weight) !== undefined);
  if (wrong !== undefined) return `a list with ${inWords(wrong)}; ${expected}`;
  return value.some((weight: number) => weight > 0) ? undefined : `a list without a weight; ${expected}`;
};

function crossEntropyWith(options?: CrossEntropyOptions): Loss {
  const known = { ignoreIndex: integer, weights: weightOfEach, labelSmoothing: rules.share };
  const { ignoreIndex, labelSmoothing, ...given } = checkedOptions<
    CrossEntropyOptions,
    { readonly labelSmoothing: number }
  >(
    'crossEntropy',
    options,
    known,
    { labelSmoothing: 0 },
    { ignore_index: 'ignoreIndex', label_smoothing: 'labelSmoothing', weight: 'weights' },
    ['ignoreIndex', 'weights'],
  );
  const weights = given.weights && Float32Array.from(given.weights);
  const loss: Loss = {
    name: 'crossEntropy',
    compute(tf, prediction, target) {
      const all = rowsOf(tf, prediction, target);
      const [rows, ids] = rowsThatCount(tf, ...all, keptPlaces(all[1], ignoreIndex));
      expectClasses(ids, rows.shape[1] ?? 1);
      if (!weights && labelSmoothing === 0) return crossEntropyOp(tf, rows, ids);
      return smoothed(tf, rows, ids, weights, labelSmoothing);
    },
  };
  return {
    ...loss,
    ...(ignoreIndex === undefined ? {} : { counted: ({ data }) => placesBut(data, ignoreIndex) }),
    ...(weights ? { weight: ({ data }) => sumOf(weights, data) } : {}),
  };
}

/** Logits `[rows, classes]` and class numbers `[rows]`, int32. */
function rowsOf(tf: Tf, prediction: TfTensor, target: TfTensor): [rows: TfTensor, ids: TfTensor] {
  expectShape('crossEntropy', target, prediction.shape.slice(0, -1));
  if (target.dtype !== 'int32')
    expectTargets('crossEntropy', target, (id) => id === (id | 0), 'class numbers, whole and from 0'); // of int32
  const integers = target.dtype === 'int32' ? target : tf.cast(target, 'int32');
  return [
    prediction.rank === 2 ? prediction : tf.reshape(prediction, [-1, prediction.shape.at(-1) ?? 1]),
    target.rank === 1 ? integers : tf.reshape(integers, [-1]),
  ];
}

function placesBut(targets: ArrayLike<number>, ignored: number): Int32Array {
  const places = Array.from(targets, (target, i) => (target === ignored ? -1 : i));
  return Int32Array.from(places.filter((place) => place !== -1));
}

/** The places of targets that are not ignored; undefined where none is, as after `fit` has left them out. */
function keptPlaces(ids: TfTensor, ignored: number | undefined): Int32Array | undefined {
  if (ignored === undefined) return undefined;
  const places = placesBut(ids.dataSync(), ignored);
  if (places.length === 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `crossEntropy: all targets are ${ignored}, the ignored index; give at least one that counts.`,
    );
  }
  return places.length === ids.size ? undefined : places;
}

function sumOf(weights: Float32Array, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += weights[targets[i] ?? -1] ?? 0;
  return sum;
}

/** The loss as the cross-entropy with weighted and smoothed targets: of class c `w[c] * ((1 - e) * [c = y] + e / C)`. */
function smoothed(
  tf: Tf,
  logits: TfTensor,
  ids: TfTensor,
  weights: Float32Array | undefined,
  smoothing: number,
): Scalar {
  const [rows = 1, classes = 1] = logits.shape;
  if (weights && weights.length !== classes) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `crossEntropy: weights has ${weights.length} numbers and the predictions have ${classes} classes; give one for each.`,
    );
  }
  const chosen = tf.cast(tf.oneHot(ids, classes), 'float32');
  const even = tf.add(tf.mul(chosen, 1 - smoothing), smoothing / classes);
  const targets = weights ? tf.mul(even, tf.tensor1d(weights)) : even;
  const logs = tf.logSoftmax(logits);
  // Chosen, not multiplied: a class that is masked out has the logarithm -Infinity.
  const terms = tf.where(tf.greater(targets, 0), tf.mul(targets, logs), tf.zerosLike(logs));
  const total = weights ? sumOf(weights, ids.dataSync()) : rows;
  return tf.neg(tf.div(tf.sum(terms), total));
}

/** An out-of-range class would be ignored silently, so it is rejected. */
function expectClasses(ids: TfTensor, classes: number): void {
  const outside = ids.dataSync().find((id) => id < 0 || id >= classes);
  if (outside !== undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `crossEntropy: a target is class ${outside}, but the predictions have the classes 0 to ${classes - 1}.` +
        (outside < 0
          ? ` Where such targets are not to count, give crossEntropy({ ignoreIndex: ${outside} }).`
          : ''),
    );
  }
}
