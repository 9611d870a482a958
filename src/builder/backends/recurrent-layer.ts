/** One direction of one recurrent layer on tfjs, whatever its cell: what it takes, how it is gone through, what it gives. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Tf } from './tf.js';

/**
 * What every layer takes. `gates` below is 4 for an LSTM, i, f, g, o in this order of rows, 3 for a GRU, r, z, n, and 1 for
 * an RNN. S is the size of h: `hidden`, or `projected` for an LSTM with a projection.
 */
export interface RecurrentLayerArguments {
  /** `[batch, time, features]`, or `[time, batch, features]`. */
  readonly x: TfTensor;
  /** `[batch, S]` @default zeros */
  readonly h0?: TfTensor | undefined;
  /** `[gates * hidden, features]` */
  readonly weightIh: TfTensor;
  /** `[gates * hidden, S]` */
  readonly weightHh: TfTensor;
  /** `[gates * hidden]` @default zeros */
  readonly bias?: TfTensor | undefined;
  /**
   * `[gates * hidden]`, added to `bias`; but for a GRU's n, where r multiplies it together with what h gives.
   * @default zeros
   */
  readonly biasHh?: TfTensor | undefined;
  /** int32 `[batch]`: the steps of each sequence, at most time. After them states stay and the output is zero. @default time */
  readonly lengths?: TfTensor | undefined;
  /** What x is multiplied by, with its shape: a dropout mask. No gradient is given for it. */
  readonly mask?: TfTensor | undefined;
}

/** How the layer is gone through; the attributes of its kernels. */
export interface LayerAttributes {
  /** Whether x and output are `[batch, time, ...]`. */
  readonly batchFirst: boolean;
  /** Whether to go through time from the end. */
  readonly reverse: boolean;
  /** Whether the output of every step is wanted; where it is not, the output is empty. */
  readonly wantOutput: boolean;
  /** Whether there will be a backward pass; where not, nothing is saved for it. */
  readonly training: boolean;
}

/** The output at every step (empty when it is not wanted), and h after the last step read. */
export interface RecurrentLayerResults {
  /** With the first two dimensions of x, `[..., S]`. */
  readonly output: TfTensor;
  /** `[batch, S]` */
  readonly h: TfTensor;
}

/** One of the directions of a layer, which read the same x, mask and lengths and differ in `reverse`. */
export interface Directed<Layer extends RecurrentLayerArguments> {
  readonly layer: Layer;
  readonly attributes: LayerAttributes;
}

export type GruDirections = (
  directions: readonly Directed<RecurrentLayerArguments>[],
) => readonly RecurrentLayerResults[];

export type RnnDirections = (
  directions: readonly Directed<RecurrentLayerArguments>[],
  nonlinearity: 'tanh' | 'relu',
) => readonly RecurrentLayerResults[];

/** Both bias vectors in one. */
export function sumOfBiases(
  tf: Tf,
  { bias, biasHh, weightHh }: Pick<RecurrentLayerArguments, 'bias' | 'biasHh' | 'weightHh'>,
): TfTensor {
  if (bias && biasHh) return tf.add(bias, biasHh);
  return bias ?? biasHh ?? tf.zeros([dim(weightHh.shape, 0)]);
}
