/**
 * One direction of one LSTM layer on tfjs. A backend may bring the whole of it as one op with its own gradient (simd does),
 * or three kernels for the plain layer (`plain-lstm.ts`, tensorflow does); all else goes step by step.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { hasLstmKernels, plainLstm } from './plain-lstm.js';
import { type LstmCell, steppedLstm } from './stepped-lstm.js';
import type { Tf } from './tf.js';

/** What the layer takes; gates in PyTorch's order i, f, g, o; S is `hidden`, or `projected` with a projection. */
export interface LstmLayerArguments {
  /** `[batch, time, features]`, or `[time, batch, features]`. */
  readonly x: TfTensor;
  /** `[batch, S]` @default zeros */
  readonly h0?: TfTensor | undefined;
  /** `[batch, hidden]` @default zeros */
  readonly c0?: TfTensor | undefined;
  /** `[4 * hidden, features]` */
  readonly weightIh: TfTensor;
  /** `[4 * hidden, S]` */
  readonly weightHh: TfTensor;
  /** `[4 * hidden]` @default zeros */
  readonly bias?: TfTensor | undefined;
  /** `[4 * hidden]`, added to `bias`. @default zeros */
  readonly biasHh?: TfTensor | undefined;
  /** `[projected, hidden]`, what h is multiplied by. @default no projection */
  readonly weightHr?: TfTensor | undefined;
  /** int32 `[batch]`: the steps of each sequence, at most time. After them states stay and the output is zero. @default time */
  readonly lengths?: TfTensor | undefined;
  /** `[3 * hidden]`: what the gates i, f, o see of the cell. @default nothing */
  readonly peephole?: TfTensor | undefined;
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

/** The output at every step (empty when it is not wanted), and h and c after the last step read. */
export interface LstmLayerResults {
  /** With the first two dimensions of x, `[..., S]`. */
  readonly output: TfTensor;
  /** `[batch, S]` */
  readonly h: TfTensor;
  /** `[batch, hidden]` */
  readonly c: TfTensor;
}

export type LstmLayer = (layer: LstmLayerArguments, attributes: LayerAttributes) => LstmLayerResults;

/**
 * Runs the layer on the current backend.
 *
 * @param cell what makes the cell another than PyTorch's
 */
export function lstmLayer(
  tf: Tf,
  layer: LstmLayerArguments,
  attributes: LayerAttributes,
  cell?: LstmCell,
): LstmLayerResults {
  if (cell || layer.peephole) return steppedLstm(tf, layer, attributes, cell);
  const own = tf.backend() as { readonly lstmLayer?: LstmLayer };
  if (own.lstmLayer) return own.lstmLayer(layer, attributes);
  const isPlain = !(layer.weightHr || layer.lengths) && hasLstmKernels(tf);
  return (isPlain ? plainLstm : steppedLstm)(tf, layer, attributes);
}
