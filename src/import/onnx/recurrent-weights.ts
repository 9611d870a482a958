/** ONNX's weights of a recurrent node as PyTorch's parameters, one set a direction, the gates in PyTorch's order. */
import { blockOrder, cellOf, type RecurrentName } from '../../builder/recurrent/cells.js';
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import type { Allocate } from './constants.js';
import { LayerWeight } from './layer-weight.js';
import { numberOf } from './size.js';
import type { Weights } from './value.js';

/** G is the number of the cell's gates. */
export interface RecurrentWeights {
  /** W `[directions, G * H, I]`. */
  readonly w: Weights;
  /** R `[directions, G * H, H]`, of rank 3. */
  readonly r: Weights;
  /** B `[directions, 2 * G * H]`: the input's biases, then the state's. */
  readonly b: Weights | undefined;
  /** P `[directions, 3H]`, of an LSTM. */
  readonly p: Weights | undefined;
}

/**
 * The parameters by their names in the module, in PyTorch's order.
 * @throws E_SHAPE_MISMATCH where the weights do not fit each other
 */
export function recurrentParameters(
  kind: RecurrentName,
  weights: RecurrentWeights,
  directions: number,
  inputSize: number,
  allocate: Allocate,
): LayerWeight[] {
  const { w, r, b, p } = weights;
  const hiddenSize = dim(r.shape, 2);
  const { gates, peepholes, onnx } = cellOf(kind);
  const order = blockOrder(onnx.gates, gates);
  const rows = gates.length * hiddenSize;
  expectShape('W', w, [directions, rows, inputSize]);
  expectShape('R', r, [directions, rows, hiddenSize]);
  if (b) expectShape('B', b, [directions, 2 * rows]);
  if (p) expectShape('P', p, [directions, 3 * hiddenSize]);
  return Array.from({ length: directions }, (_, direction) => {
    const suffix = `_l0${direction === 1 ? '_reverse' : ''}`;
    /** `part` of `parts` of the direction's own share, its blocks in the given order. */
    const parameter = (name: string, of: Weights, shape: number[], order: number[], part = 0, parts = 1) => {
      const make = () => {
        const all = of.read();
        const length = all.length / directions / parts;
        const start = (direction * parts + part) * length;
        const data = allocate(length);
        const block = length / order.length;
        for (const [i, from] of order.entries()) {
          data.set(all.subarray(start + from * block, start + (from + 1) * block), i * block);
        }
        return data;
      };
      return new LayerWeight(`${name}${suffix}`, shape, make, of);
    };
    return [
      parameter('weight_ih', w, [rows, inputSize], order),
      parameter('weight_hh', r, [rows, hiddenSize], order),
      ...(b
        ? [parameter('bias_ih', b, [rows], order, 0, 2), parameter('bias_hh', b, [rows], order, 1, 2)]
        : []),
      ...(p
        ? [parameter('weight_peephole', p, [3 * hiddenSize], blockOrder(onnx.peepholes, peepholes))]
        : []),
    ];
  }).flat();
}

function expectShape(what: string, { shape }: Weights, expected: readonly number[]): void {
  if (shape.length === expected.length && shape.every((dim, i) => dim === expected[i] && dim > 0)) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what} has shape [${shape.join(', ')}], expected [${expected.join(', ')}], from R and the input.`,
  );
}

/**
 * What a constant initial state `[directions, batch, H]` is to every sequence: `zero`, or `[directions, H]` numbers.
 * Undefined where it differs from sequence to sequence.
 */
export function learnedState(
  state: Weights,
  { directions, hiddenSize, batchAxis }: { directions: number; hiddenSize: number; batchAxis: number },
  allocate: Allocate,
): 'zero' | Float32Array | undefined {
  const data = state.read();
  if (data.every((value) => value === 0)) return 'zero';
  const sizes = state.sizes.map(numberOf);
  const directionAxis = 1 - batchAxis;
  if (state.shape.length !== 3 || sizes[directionAxis] !== directions || sizes[2] !== hiddenSize)
    return undefined;
  const rows = allocate(directions * hiddenSize);
  const [first = 1, second = 1, last = 1] = state.shape;
  for (let i = 0; i < first; i++) {
    for (let j = 0; j < second; j++) {
      const [direction, sequence] = batchAxis === 1 ? [i, j] : [j, i];
      const repeats = (state.shape[directionAxis] ?? 1) === 1 ? directions : 1;
      for (let copy = 0; copy < repeats; copy++) {
        const offset = (direction + copy) * hiddenSize;
        for (let k = 0; k < hiddenSize; k++) {
          const value = data[(i * second + j) * last + (last === 1 ? 0 : k)] ?? 0;
          if (sequence > 0 && value !== rows[offset + k]) return undefined;
          rows[offset + k] = value;
        }
      }
    }
  }
  return rows;
}
