/**
 * The recurrent cells as data, in PyTorch's convention: what differs between them outside of their arithmetic. Import,
 * export, states and lengths read it here; what a cell computes is in `forward/cell-layers.ts` (tfjs) and
 * `runtime/simd/cells.ts`. https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import type { CellActivationName } from '../activations.js';

/** Where an activation stands in a cell. */
export type ActivationRole = 'gates' | 'cell' | 'hidden';

export interface StateFacts {
  /** The op's output port with the state after the last step. */
  readonly port: 'h' | 'c';
  /** The op's input with the state before the first step. */
  readonly input: 'h0' | 'c0';
  /** What PyTorch calls the state after the last step. */
  readonly output: 'hn' | 'cn';
  /** Its name in a trace. */
  readonly trace: string;
}

export interface CellFacts {
  /** What PyTorch calls the module. */
  readonly torch: string;
  /** One letter a gate, in the order of the blocks of rows in PyTorch's weights. */
  readonly gates: readonly string[];
  /** The gates that may see the cell through peepholes, in the order of the builder's `weight_peephole`. */
  readonly peepholes: readonly string[];
  /** The names of the gates in a trace, in the same order. */
  readonly traceGates: readonly string[];
  /** The first of them is also the output of a step. */
  readonly states: readonly StateFacts[];
  /** PyTorch's activations, in the order in which ONNX lists them. */
  readonly activations: readonly (readonly [ActivationRole, CellActivationName])[];
  readonly onnx: {
    readonly operator: string;
    /** The gates in the order of ONNX's blocks. */
    readonly gates: readonly string[];
    /** Those with peepholes in the order of ONNX's P. */
    readonly peepholes: readonly string[];
  };
  readonly keras: {
    readonly layer: string;
    /** The gates in the order of Keras' blocks. */
    readonly gates: readonly string[];
  };
}

const h = { port: 'h', input: 'h0', output: 'hn', trace: 'hidden' } as const;
const c = { port: 'c', input: 'c0', output: 'cn', trace: 'cell' } as const;

export const cells = {
  lstm: {
    torch: 'LSTM',
    gates: ['i', 'f', 'g', 'o'],
    peepholes: ['i', 'f', 'o'],
    traceGates: ['inputGate', 'forgetGate', 'candidate', 'outputGate'],
    states: [h, c],
    activations: [
      ['gates', 'sigmoid'],
      ['cell', 'tanh'],
      ['hidden', 'tanh'],
    ],
    onnx: { operator: 'LSTM', gates: ['i', 'o', 'f', 'g'], peepholes: ['i', 'o', 'f'] },
    keras: { layer: 'LSTM', gates: ['i', 'f', 'g', 'o'] },
  },
  gru: {
    torch: 'GRU',
    gates: ['r', 'z', 'n'],
    peepholes: [],
    traceGates: ['resetGate', 'updateGate', 'candidate'],
    states: [h],
    activations: [
      ['gates', 'sigmoid'],
      ['hidden', 'tanh'],
    ],
    onnx: { operator: 'GRU', gates: ['z', 'r', 'n'], peepholes: [] },
    keras: { layer: 'GRU', gates: ['z', 'r', 'n'] },
  },
  rnn: {
    torch: 'RNN',
    gates: ['h'],
    peepholes: [],
    traceGates: [],
    states: [h],
    activations: [['hidden', 'tanh']],
    onnx: { operator: 'RNN', gates: ['h'], peepholes: [] },
    keras: { layer: 'SimpleRNN', gates: ['h'] },
  },
} as const satisfies Readonly<Record<string, CellFacts>>;

export type RecurrentName = keyof typeof cells;

export const recurrentNames = Object.keys(cells) as RecurrentName[]; // its own keys

/** What is known of a cell. */
export function cellOf(name: RecurrentName): CellFacts {
  return cells[name];
}

/** Whether a node is a recurrent layer. */
export function isRecurrent<Node extends { readonly op: string }>(
  node: Node,
): node is Extract<Node, { readonly op: RecurrentName }> {
  return Object.hasOwn(cells, node.op);
}

/** For each block in the order `to`, its place in the order `from`. */
export function blockOrder(from: readonly string[], to: readonly string[]): number[] {
  return to.map((block) => from.indexOf(block));
}
