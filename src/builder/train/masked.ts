/** Losses that leave targets out: those that are missing, and steps past the lengths. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { expectText, wrongArgument } from '../../arguments.js';
import { type Dataset, gatherRows, type SampleArray } from '../../data/dataset.js';
import { LstmOnnxError } from '../../errors.js';
import { sizeOf } from '../../nd-array.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { Tf } from '../backends/tf.js';
import { rowsAt } from '../forward/tokens.js';
import { formatShape, sameShape } from '../shape.js';
import type { Loss } from './loss.js';

export interface MaskedOptions {
  /** The input, int32 `[batch]`, that says how many steps of each sequence count; steps are the targets' second axis. */
  readonly lengths?: string;
}

const optionNames = { lengths: true } satisfies OptionNames<MaskedOptions>;

/**
 * The same loss over the targets that are there: those that are NaN do not count, nor do steps past the lengths. What counts
 * is the mean over the others, in a batch as in a data set: PyTorch's `loss(x, y, reduction='none')[mask].mean()`. Metrics leave out
 * the same targets. A batch in which none counts changes no parameter. The loss must be a mean over the targets, as
 * `mse`, `pinball` and `crossEntropy` are; targets that it leaves out itself, as `crossEntropy({ ignoreIndex })` does, do not
 * count either.
 *
 * @throws E_INVALID_OPTION for what is no loss
 */
export function masked(loss: Loss, options: MaskedOptions = {}): Loss {
  if (typeof loss?.compute !== 'function') throw wrongArgument('masked', loss, 'a loss, as in masked(mse)');
  checkOptionNames('masked', options, optionNames, { mask: "lengths, the input's name" });
  const { lengths } = options;
  if (lengths !== undefined) expectText('masked: lengths', lengths, 'the name of an input');
  return {
    ...loss,
    counted(target, input) {
      const within = lengths === undefined ? () => true : withinLengths(target, input(lengths), lengths);
      const places = loss.counted?.(target, input) ?? Int32Array.from(target.data.keys());
      return places.filter((place) => !Number.isNaN(target.data[place]) && within(place));
    },
  };
}

/** Whether the target at a place is before the end of its sequence. */
function withinLengths(
  { shape }: SampleArray,
  lengths: SampleArray,
  name: string,
): (place: number) => boolean {
  const [batch, time] = shape;
  if (time === undefined || !sameShape(lengths.shape, [batch ?? 0])) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `masked: the lengths '${name}' have shape ${formatShape(lengths.shape)} and the targets ${formatShape(shape)}; ` +
        'expected [batch] and [batch, time, ...].',
    );
  }
  const stepSize = sizeOf(shape.slice(2));
  return (place) => {
    const step = Math.floor(place / stepSize);
    return step % time < (lengths.data[Math.floor(step / time)] ?? 0);
  };
}

/** The targets of a batch that count, and their places; no places where all count. */
export interface CountedTargets {
  readonly places: Int32Array | undefined;
  /** How many targets count: how much the batch weighs in the mean of a metric. */
  readonly count: number;
  /** How much it weighs in the mean of the loss: the same, unless the loss weights its targets. */
  readonly weight: number;
}

/** What counts among the samples `order[start]` to `order[end - 1]`. */
export function countedTargets(
  loss: Loss,
  data: Dataset,
  order: Int32Array,
  start: number,
  end: number,
): CountedTargets {
  const targets = () => gatherRows(data.targets, order, start, end);
  if (!loss.counted) {
    // Of a loader, samples of one batch may have more targets than those of another.
    const count = (end - start) * sizeOf(data.targets.shape.slice(1));
    return { places: undefined, count, weight: loss.weight?.(targets()) ?? count };
  }
  const input = (name: string) => {
    const array = Object.hasOwn(data.inputs, name) ? data.inputs[name] : undefined;
    if (array) return gatherRows(array, order, start, end);
    const names = Object.keys(data.inputs).join(', ');
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `masked: there is no input '${name}'; the inputs are ${names}.`,
    );
  };
  const places = loss.counted(targets(), input);
  const count = places.length;
  if (count === 0) return { places, count, weight: 0 };
  return { places, count, weight: loss.weight?.(targetsThatCount(targets(), places)) ?? count };
}

/** The targets at the places that count, as they lie in memory. */
export function targetsThatCount(targets: SampleArray, places: Int32Array | undefined): SampleArray {
  if (!places) return targets;
  const { dtype, shape, data } = targets;
  return gatherRows({ dtype, shape: [sizeOf(shape)], data } as SampleArray, places); // of the same type
}

/**
 * Predictions and targets at the places that count, as rows.
 *
 * @throws E_SHAPE_MISMATCH unless the predictions' first dimensions are those of the targets
 */
export function rowsThatCount(
  tf: Tf,
  prediction: TfTensor,
  target: TfTensor,
  places: Int32Array | undefined,
): [prediction: TfTensor, target: TfTensor] {
  if (!places) return [prediction, target];
  const rest = prediction.shape.slice(target.rank);
  if (!sameShape(prediction.shape.slice(0, target.rank), target.shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `masked: the targets have shape ${formatShape(target.shape)} and the predictions ${formatShape(prediction.shape)}; ` +
        'expected predictions of the shape of the targets, or with more dimensions behind it.',
    );
  }
  const ids = tf.tensor1d(places, 'int32');
  const rows = rowsAt(tf, tf.reshape(prediction, [target.size, sizeOf(rest)]), ids);
  return [tf.reshape(rows, [places.length, ...rest]), tf.gather(tf.reshape(target, [target.size]), ids)];
}
