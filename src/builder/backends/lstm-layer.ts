/** A layer of an LSTM on tfjs: one direction, or both in one op; gates in PyTorch's order i, f, g, o. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Directed, RecurrentLayerArguments, RecurrentLayerResults } from './recurrent-layer.js';

/** What the layer takes besides what every layer does. */
export interface LstmLayerArguments extends RecurrentLayerArguments {
  /** `[batch, hidden]` @default zeros */
  readonly c0?: TfTensor | undefined;
  /** `[projected, hidden]`, what h is multiplied by. @default no projection */
  readonly weightHr?: TfTensor | undefined;
  /** `[3 * hidden]`: what the gates i, f, o see of the cell. @default nothing */
  readonly peephole?: TfTensor | undefined;
}

export interface LstmLayerResults extends RecurrentLayerResults {
  /** The cell after the last step read, `[batch, hidden]`. */
  readonly c: TfTensor;
}

export type LstmDirections = (
  directions: readonly Directed<LstmLayerArguments>[],
) => readonly LstmLayerResults[];
