/** An LSTM layer's weights as the forward pass reads them: packed once, for as many runs as they do not change. */
import type { Engine } from './engine.js';

/** What the layout of the weights follows from. */
export interface LstmWeightSizes {
  readonly inputSize: number;
  readonly hiddenSize: number;
  /** Features of h: `hiddenSize`, or what it is projected to. */
  readonly stateSize: number;
}

/** Addresses of PyTorch's weights; what may be missing, biases and weightHr, is 0. */
export type LstmWeights = Readonly<Record<'weightIh' | 'weightHh' | 'bias' | 'biasHh' | 'weightHr', number>>;

/** Addresses of the packed weights; without a projection, that is 0. */
export interface LstmPanels {
  readonly forward: number;
  readonly projection: number;
}

const float = 4;

export function roundUp(size: number, step: number): number {
  return Math.ceil(size / step) * step;
}

/** Sizes padded to whole vectors, and the width of a step's input row. */
export function paddedSizes({ inputSize, hiddenSize, stateSize }: LstmWeightSizes) {
  const [hidden, state] = [roundUp(hiddenSize, 4), roundUp(stateSize, 4)];
  return { hidden, state, width: roundUp(state + inputSize + 1, 8) };
}

/** @returns blocks of their own, the caller's to release; the weights themselves are not needed any more */
export function packLstm(engine: Engine, sizes: LstmWeightSizes, weights: LstmWeights): LstmPanels {
  const { inputSize, hiddenSize, stateSize } = sizes;
  const { weightIh, weightHh, bias, biasHh, weightHr } = weights;
  const { hidden, state, width } = paddedSizes(sizes);
  const forward = engine.allocate(4 * hidden * width * float);
  engine.kernels.packForward(
    inputSize,
    hiddenSize,
    stateSize,
    hidden,
    state,
    width,
    weightIh,
    weightHh,
    bias,
    biasHh,
    forward,
  );
  if (weightHr === 0) return { forward, projection: 0 };
  const projection = engine.allocate(hidden * roundUp(stateSize, 8) * float);
  engine.kernels.packMatrix(hiddenSize, hidden, stateSize, 1, weightHr, projection);
  return { forward, projection };
}
