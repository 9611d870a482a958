/**
 * Recurrent nodes: each is one op of one layer. https://onnx.ai/onnx/operators/onnx__LSTM.html
 *
 * 1. X [time, batch, I] (with layout 1 [batch, time, I]) may be a transposed value of the network, which the op takes
 *    batch-first.
 * 2. Initial states of zeros are none; the same state for every sequence is a learned one; others are inputs.
 * 3. Y [time, directions, batch, H] is `output` [time, batch, directions * H] with its axes apart; Y_h and, of an
 *    LSTM, Y_c are `h` and `c`.
 */
import type { OpOptions } from '../../../builder/ops/index.js';
import { cellOf, type RecurrentName, recurrentNames } from '../../../builder/recurrent/cells.js';
import type { LayerOptions } from '../../../builder/recurrent/layers.js';
import { type Value as NetworkValue, SymbolicTensor } from '../../../builder/tensor.js';
import { LstmOnnxError } from '../../../errors.js';
import { mustHave } from '../../../must-get.js';
import { dim } from '../../../nd-array.js';
import { LayerWeight } from '../layer-weight.js';
import type { Handler, NodeReader } from '../node-reader.js';
import { cellOptions, directionOf } from '../recurrent-cell.js';
import { learnedState, recurrentParameters } from '../recurrent-weights.js';
import { fixed, formatSizes, numberOf, type Size, sameSize, sizeOfDim } from '../size.js';
import type { View, Weights } from '../value.js';
import { isPlain, permuted, sizesOf, viewOf } from '../view.js';

interface Layer {
  readonly directions: number;
  readonly hiddenSize: number;
  readonly batch: Size;
  /** 1 where the batch comes first in ONNX, too. */
  readonly layout: number;
}

function handler(kind: RecurrentName): Handler {
  return (node) => {
    const layout = node.int('layout', 0);
    if (layout !== 0 && layout !== 1) {
      throw new LstmOnnxError('E_INVALID_FILE', `layout is ${layout}, expected 0 or 1.`);
    }
    checkTypes(node);
    const { tensor: x, batchFirst } = sequence(node, layout);
    const direction = directionOf(node);
    const directions = direction.bidirectional ? 2 : 1;
    const [w, r] = [node.weights(1), node.weights(2)];
    const b = node.optional(3) ? node.weights(3) : undefined;
    const p = node.optional(7) ? node.weights(7) : undefined;
    const hiddenSize = hiddenSizeOf(node, r);
    const batch = sizeOfDim(dim(x.shape, batchFirst ? 0 : 1));
    const layer: Layer = { directions, hiddenSize, batch, layout };
    const lengths = sequenceLengths(node, sizeOfDim(dim(x.shape, batchFirst ? 1 : 0)), batch);
    const { given, learned } = initialStates(kind, node, layer);

    const { to } = node;
    const inputSize = featuresOf(node, x);
    const name = to.claimModule([w.origin, r.origin, b?.origin ?? ''], node.node, kind);
    const weights = [
      ...recurrentParameters(kind, { w, r, b, p }, directions, inputSize, to.allocate),
      ...Object.entries(learned).map(
        ([role, data]) => new LayerWeight(role, [directions, hiddenSize], () => data),
      ),
    ];
    const options: LayerOptions = {
      hiddenSize,
      numLayers: 1,
      bidirectional: direction.bidirectional,
      bias: b !== undefined,
      dropout: 0,
      batchFirst,
      ...(direction.reverse ? { reverse: true } : {}),
      ...(Object.keys(learned).length > 0 ? { learnedState: true } : {}),
      ...(p ? { peepholes: true } : {}),
      ...cellOptions(kind, node, directions),
    };
    // What a node of this kind does not have, its specification does not let it have.
    const ports = to.addLayer(
      kind,
      name,
      { x, ...given, lengths },
      options as OpOptions[typeof kind],
      weights,
    );
    return outputs(kind, node, ports, layer, { batchFirst, reverse: direction.reverse, lengths });
  };
}

/** As R says it and, where it is there, the attribute. */
function hiddenSizeOf(node: NodeReader, { shape }: Weights): number {
  if (shape.length !== 3) {
    throw new LstmOnnxError('E_SHAPE_MISMATCH', `R has rank ${shape.length}, expected 3.`);
  }
  const hiddenSize = dim(shape, 2);
  const stated = node.int('hidden_size', hiddenSize);
  if (stated === hiddenSize) return hiddenSize;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `hidden_size is ${stated}, but R has shape [${shape.join(', ')}].`,
  );
}

/** How many numbers X has at each step. */
function featuresOf(node: NodeReader, { shape }: SymbolicTensor): number {
  const features = numberOf(sizeOfDim(dim(shape, 2)));
  if (features !== undefined) return features;
  throw node.refusal(
    `the last dimension of X is open (${dim(shape, 2)}); export the model with a fixed number of features`,
  );
}

const roles = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'];
const lengthsIndex = 4;
/** Of the first state; the others follow. */
const stateIndex = 5;

/** Holds the types that the file states to the specification: one of floats, and int32 for the lengths. */
function checkTypes({ node, to }: NodeReader): void {
  const stated = node.inputs.map((name) => to.statedType(name));
  const float = stated.findIndex((dtype, i) => dtype !== undefined && i !== lengthsIndex);
  const expected = roles.map((_, i) => (i === lengthsIndex ? 'int32' : stated[float]));
  const wrong = stated.findIndex((dtype, i) => dtype !== undefined && dtype !== expected[i]);
  if (wrong === -1) return;
  const why = wrong === lengthsIndex ? '' : `, as ${roles[float]} is`;
  throw new LstmOnnxError(
    'E_DTYPE_MISMATCH',
    `${roles[wrong]} (input ${wrong}) is ${stated[wrong]}, expected ${expected[wrong]}${why}.`,
  );
}

/** Holds a constant's sizes to those expected; a named one may be any number. */
function checkSizes(what: string, sizes: readonly Size[], expected: readonly Size[]): void {
  const fits = sizes.every((size, i) => {
    const [own, other] = [numberOf(size), numberOf(expected[i] ?? fixed(0))];
    return own === undefined || other === undefined || own === other;
  });
  if (fits && sizes.length === expected.length) return;
  throw new LstmOnnxError(
    'E_SHAPE_MISMATCH',
    `${what} has shape ${formatSizes(sizes)}, expected ${formatSizes(expected)}.`,
  );
}

/** X, in whichever order of time and batch the network has it already. */
function sequence(node: NodeReader, layout: number): { tensor: SymbolicTensor; batchFirst: boolean } {
  const x = node.floats(0);
  if (x.axes.length !== 3) {
    throw new LstmOnnxError('E_SHAPE_MISMATCH', `X has rank ${x.axes.length}, expected 3.`);
  }
  const swapped = permuted(x, [1, 0, 2]);
  const useSwapped = !isPlain(x) && isPlain(swapped);
  return { tensor: node.to.tensor(useSwapped ? swapped : x), batchFirst: (layout === 1) !== useSwapped };
}

function sequenceLengths(node: NodeReader, time: Size, batch: Size): SymbolicTensor | undefined {
  const lengths = node.optional(4);
  if (!lengths) return undefined;
  if (lengths.kind === 'sizes') {
    const sizes = lengths.shape.map(fixed);
    checkSizes('sequence_lens (input 4)', sizes, [batch]);
    node.to.dims.unify(
      mustHave(sizes[0], 'The batch of sequence_lens'),
      batch,
      'The batch of X and of sequence_lens',
    );
  }
  if (lengths.kind === 'sizes' && lengths.items.every((item) => sameSize(item, time))) return undefined;
  if (lengths.kind !== 'view') {
    throw node.refusal(
      'its sequence_lens (input 4) is a constant, which is read only where every length is the time of X; make ' +
        'sequence_lens an input of the model',
    );
  }
  const view = node.view(4);
  if (view.axes.length !== 1) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `sequence_lens (input 4) has rank ${view.axes.length}, expected 1.`,
    );
  }
  node.to.dims.unify(dim(sizesOf(view), 0), batch, 'The batch of X and of sequence_lens');
  return node.to.tensor(view);
}

interface InitialStates {
  /** Values of the network by the op's inputs; a state that begins with zeros is absent. */
  readonly given: Readonly<Partial<Record<'h0' | 'c0', NetworkValue>>>;
  /** Numbers by the op's inputs: none, or for all. */
  readonly learned: Readonly<Record<string, Float32Array>>;
}

function initialStates(kind: RecurrentName, node: NodeReader, layer: Layer): InitialStates {
  const states = cellOf(kind).states.map(
    ({ input }, i) => [input, initialState(node, stateIndex + i, layer)] as const,
  );
  if (!states.some(([, state]) => state instanceof Float32Array)) {
    return {
      given: Object.fromEntries(states.filter(([, state]) => state instanceof SymbolicTensor)),
      learned: {},
    };
  }
  const numbers = (state: 'zero' | Float32Array | SymbolicTensor): Float32Array => {
    if (state === 'zero') return node.to.allocate(layer.directions * layer.hiddenSize);
    if (state instanceof Float32Array) return state;
    throw node.refusal(
      'one of its two initial states depends on the inputs and the other is a constant; give both as inputs',
    );
  };
  return { given: {}, learned: Object.fromEntries(states.map(([input, state]) => [input, numbers(state)])) };
}

function initialState(node: NodeReader, index: number, layer: Layer): 'zero' | Float32Array | SymbolicTensor {
  const state = node.optional(index);
  if (!state) return 'zero';
  const { directions, hiddenSize, batch, layout } = layer;
  if (state.kind === 'weights') {
    const batchAxis = layout === 1 ? 0 : 1;
    const sizes = [fixed(directions), batch, fixed(hiddenSize)];
    const expected = layout === 1 ? [batch, fixed(directions), fixed(hiddenSize)] : sizes;
    checkSizes(`the initial state (input ${index})`, state.sizes, expected);
    const size = state.sizes[batchAxis];
    if (size) node.to.dims.unify(size, batch, 'The batch of X and of an initial state');
    const known = learnedState(state, { directions, hiddenSize, batchAxis }, node.to.allocate);
    if (known !== undefined) return known;
    throw node.refusal(
      `the initial state (input ${index}) is a constant that differs from sequence to sequence`,
    );
  }
  const view = node.floats(index);
  const timeFirst = layout === 1 ? permuted(view, [1, 0, 2]) : view;
  const size = sizesOf(timeFirst)[1];
  if (size) node.to.dims.unify(size, batch, 'The batch of X and of an initial state');
  return node.to.tensor(timeFirst);
}

/** Y and the last states as views of the ports. */
function outputs(
  kind: RecurrentName,
  node: NodeReader,
  ports: Readonly<Record<string, SymbolicTensor>>,
  { directions, hiddenSize, layout }: Layer,
  {
    batchFirst,
    reverse,
    lengths,
  }: { batchFirst: boolean; reverse: boolean; lengths: SymbolicTensor | undefined },
): View[] {
  const output = mustHave(ports.output, `The output of ${kind}`);
  const timeAxis = batchFirst ? 1 : 0;
  const base = { type: output, tensor: () => output, ...(lengths ? { paddedAxis: timeAxis } : {}) };
  const together = viewOf(base, [
    [sizeOfDim(dim(output.shape, 0))],
    [sizeOfDim(dim(output.shape, 1))],
    [fixed(directions), fixed(hiddenSize)],
  ]);
  const [one = [], two = []] = together.axes;
  const features = [...(together.axes[2] ?? [])];
  const direction = directions > 1 ? features.splice(0, 1) : [];
  const [time, batch] = batchFirst ? [two, one] : [one, two];
  const y = {
    ...together,
    axes: layout === 1 ? [batch, time, direction, features] : [time, direction, batch, features],
  };

  /** The state after the last step read is the output there, which is how the export says it, too. */
  let picked: SymbolicTensor | undefined;
  const last = () => {
    const ends = reverse ? undefined : lengths;
    picked ??= node.to.add('at', { x: output, lengths: ends }, { index: reverse ? 0 : -1, axis: timeAxis });
    return picked;
  };
  const canPick = directions === 1 && hiddenSize > 1 && batch.length > 0;
  const stateOf = (port: SymbolicTensor, withoutOnes?: () => SymbolicTensor) => {
    const view = viewOf({ type: port, tensor: () => port, ...(withoutOnes ? { withoutOnes } : {}) });
    return layout === 1 ? permuted(view, [1, 0, 2]) : view;
  };
  const states = cellOf(kind).states.map(({ port }, i) => {
    const state = mustHave(ports[port], `The state ${port} of ${kind}`);
    return stateOf(state, canPick && i === 0 ? last : undefined);
  });
  return [y, ...states];
}

/** By ONNX's names of the cells. */
export const recurrentHandlers: Readonly<Record<string, Handler>> = Object.fromEntries(
  recurrentNames.map((kind) => [cellOf(kind).onnx.operator, handler(kind)]),
);
