/** The cells that have kernels: how their gates lie in memory, and what the packed weights of each are multiplied by. */
import { cell } from './kernels.js';

/** Gates that follow each other in memory and are a product of the same part of a step's input row. */
export interface GateGroup {
  /** The first of them, in the order of memory, and how many there are. */
  readonly first: number;
  readonly count: number;
  readonly sees: 'both' | 'x' | 'h';
}

export interface CellLayout {
  /** As the kernels number it. */
  readonly kind: number;
  /**
   * Of each of PyTorch's gates, where it lies among the gates in memory: its part that sees x, and its part that sees h. They
   * are the same but where a cell has them apart.
   */
  readonly ofInput: readonly number[];
  readonly ofState: readonly number[];
  /** What the weights of those are multiplied by, as the kernels of the activations want it. */
  readonly inputScales: readonly number[];
  readonly stateScales: readonly number[];
  readonly groups: readonly GateGroup[];
  /** Whether there is a state c beside h. */
  readonly hasCell: boolean;
  /** Whether a part of h goes past the gates to the next h. */
  readonly carriesPast: boolean;
}

/** For `sigmoidOfNegative4` and `tanhOfHalf4`; both are exact. */
const [sigmoid, tanh, none] = [-1, 2, 1];

/** Gates that see x and h at once lie in PyTorch's order. */
function plain(kind: number, scales: readonly number[], hasCell: boolean): CellLayout {
  const order = scales.map((_, gate) => gate);
  return {
    kind,
    ...{ ofInput: order, ofState: order, inputScales: scales, stateScales: scales },
    groups: [{ first: 0, count: scales.length, sees: 'both' }],
    hasCell,
    carriesPast: false,
  };
}

/** n has its two parts apart, since r is between them. */
const gru: CellLayout = {
  kind: cell.gru,
  ofInput: [1, 2, 0],
  ofState: [1, 2, 3],
  inputScales: [sigmoid, sigmoid, tanh],
  stateScales: [sigmoid, sigmoid, none],
  groups: [
    { first: 0, count: 1, sees: 'x' },
    { first: 1, count: 2, sees: 'both' },
    { first: 3, count: 1, sees: 'h' },
  ],
  hasCell: false,
  carriesPast: true,
};

/** PyTorch's gates: i, f, g, o; r, z, n; and h before it is activated. */
export const cellLayouts = {
  lstm: plain(cell.lstm, [sigmoid, sigmoid, tanh, sigmoid], true),
  gru,
  rnnTanh: plain(cell.rnnTanh, [tanh], false),
  rnnRelu: plain(cell.rnnRelu, [none], false),
} as const;

export type CellName = keyof typeof cellLayouts;
