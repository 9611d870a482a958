/** What a loss is. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { SampleArray } from '../../data/dataset.js';
import type { Tf } from '../backends/tf.js';

export interface Loss {
  readonly name: string;
  /** The mean loss of a batch, differentiable in `prediction`. */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor): Scalar;
  /**
   * The places of the targets of a batch that count, in row-major order; left out where all do, as {@link masked} does not.
   * `compute` and the metrics are given those alone, as rows: targets `[counted]`, predictions `[counted, ...]`.
   *
   * @param input gives an input of the batch by its name
   */
  counted?(target: SampleArray, input: (name: string) => SampleArray): Int32Array;
  /**
   * What `compute` divides by for these targets, where its mean is weighted: the loss of a data set is the mean over its batches by
   * these. A batch without weight changes no parameter. Left out where each target weighs the same.
   */
  weight?(target: SampleArray): number;
}
