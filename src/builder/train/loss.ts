/** What a loss is. */
import type { Scalar, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { SampleArray, SampleInputs } from '../../data/dataset.js';
import type { Tf } from '../backends/tf.js';

export interface Loss {
  readonly name: string;
  /** The mean loss of a batch, differentiable in `prediction`. */
  compute(tf: Tf, prediction: TfTensor, target: TfTensor): Scalar;
  /**
   * The places of the targets of a batch that count, in row-major order; left out where all do, as {@link masked} does not.
   * `compute` and the metrics are given those alone, as rows: targets `[counted]`, predictions `[counted, ...]`.
   */
  counted?(target: SampleArray, inputs: SampleInputs): Int32Array;
}
