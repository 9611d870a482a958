/** What a loss is. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { SampleArray } from '../../data/dataset.js';
import type { Tf } from '../backends/tf.js';

export interface Loss {
  readonly name: string;
  /** The mean loss of a batch over its targets, differentiable in `prediction`; over something else, with a `weight`. */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor): Scalar;
  /**
   * The places of the targets of a batch that count, in row-major order; left out where all do, as {@link masked} does not.
   * `compute` and the metrics are given those alone, as rows: targets `[counted]`, predictions `[counted, ...]`.
   *
   * @param input gives an input of the batch by its name
   */
  counted?(target: SampleArray, input: (name: string) => SampleArray): Int32Array;
  /**
   * What `compute` divides by for these targets, where that is not their number: the loss of a data set is the mean over its batches
   * by these. With weights of classes it is their sum; of a mean over sequences, `target.shape[0]`. A batch without weight
   * changes no parameter.
   */
  weight?(target: SampleArray): number;
}
