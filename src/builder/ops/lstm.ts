import { inWords } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { type Dim, formatShape, sameShape } from '../shape.js';
import { graphOf, type SymbolicTensor, type TensorType, type Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import {
  allActivations,
  type BatchDim,
  checkArguments,
  type LstmArguments,
  type OutputShape,
  type StateShape,
  type StateSize,
} from './lstm-arguments.js';
import { type LstmOptions, layerDirections, stateSize } from './lstm-options.js';
import { type AxisUse, expectFixedDim, expectInput, type OpDefinition, type ParameterSpec } from './op.js';
import type { OpInputs } from './op-inputs.js';

type Inputs<T> = OpInputs<T>['lstm'];

function infer({ x, h0, c0, lengths }: Inputs<TensorType>, options: LstmOptions, name: string) {
  expectInput(x, name, { dtype: 'float32', rank: 3 });
  expectFixedDim(x, 2, name);
  const [first, second] = x.shape as readonly [Dim, Dim, Dim]; // rank 3 was checked above
  const { hiddenSize, numLayers } = options;
  const directions = options.bidirectional ? 2 : 1;
  const batch = options.batchFirst ? first : second;
  const h: TensorType = { dtype: 'float32', shape: [numLayers * directions, batch, stateSize(options)] };
  const c: TensorType = { dtype: 'float32', shape: [numLayers * directions, batch, hiddenSize] };
  expectType(h0, h, `${name}: initialState.h`, 'numLayers * directions, batch, projSize or hiddenSize');
  expectType(c0, c, `${name}: initialState.c`, 'numLayers * directions, batch, hiddenSize');
  expectType(lengths, { dtype: 'int32', shape: [batch] }, `${name}: lengths`, 'the steps of each sequence');
  if ((h0 || c0) && options.learnedState) {
    throw new LstmOnnxError('E_INVALID_OPTION', `${name}: the initial state is either given or learned.`);
  }
  const output: TensorType = { dtype: 'float32', shape: [first, second, stateSize(options) * directions] };
  return { output, h, c };
}

/** @throws E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for an input that is there and not of this type */
function expectType(given: TensorType | undefined, type: TensorType, what: string, dims: string): void {
  if (!given) return;
  expectInput(given, what, { dtype: type.dtype, rank: type.shape.length });
  if (!sameShape(given.shape, type.shape)) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what} has shape ${formatShape(given.shape)}, expected ${formatShape(type.shape)}: ${dims}.`,
    );
  }
}

function parameters({ x }: Inputs<TensorType>, options: LstmOptions): ParameterSpec[] {
  const { hiddenSize, bidirectional, bias, projSize = 0, peepholes = false } = options;
  const inputSize = expectFixedDim(x, 2, 'lstm');
  const init = { kind: 'uniform', bound: 1 / Math.sqrt(hiddenSize) } as const;
  const states = stateSize(options);
  const gates = 4 * hiddenSize;
  const directions = layerDirections(options);
  const weights = directions.flatMap(({ layer, suffix }): ParameterSpec[] => {
    const features = layer === 0 ? inputSize : states * (bidirectional ? 2 : 1);
    const shapes: [name: string, wanted: boolean, ...shape: number[]][] = [
      ['weight_ih', true, gates, features],
      ['weight_hh', true, gates, states],
      ['bias_ih', bias, gates],
      ['bias_hh', bias, gates],
      ['weight_hr', projSize > 0, projSize, hiddenSize],
      ['weight_peephole', peepholes, 3 * hiddenSize],
    ];
    return shapes.flatMap(([name, wanted, ...shape]) =>
      wanted ? [{ name: `${name}${suffix}`, shape, init }] : [],
    );
  });
  if (!options.learnedState) return weights;
  const zeros = { kind: 'zeros' } as const;
  return [
    ...weights,
    { name: 'h0', shape: [directions.length, states], init: zeros },
    { name: 'c0', shape: [directions.length, hiddenSize], init: zeros },
  ];
}

/** The ports h and c have no axis of time. */
function along(axis: number, _x: TensorType, { batchFirst }: LstmOptions, input: string): AxisUse {
  if (input !== 'x' || axis === 2) return { kind: 'mixed' };
  return axis === (batchFirst ? 1 : 0) ? { kind: 'lengths', axis } : { kind: 'each', axis };
}

const inputs = { required: ['x'], optional: ['h0', 'c0', 'lengths'] };

export const lstmOp: OpDefinition<'lstm'> = { inputs, infer, along, parameters };

/**
 * A long short-term memory, as PyTorch's `nn.LSTM` computes it, with what ONNX adds to it.
 *
 * @param name the module's name; parameters are `<name>.weight_ih_l0` and so on
 * @param x `[batch, time, features]`, or `[time, batch, features]` when its first dimension is called `time`
 * @returns `output` with x's first two dimensions and `hiddenSize` (or `projSize`) features for each direction, the
 *   last layer at every step; `h` and `c` after the last step read, `[numLayers * directions, batch, size]`
 * @throws E_SHAPE_MISMATCH when x is not of rank 3, or states or lengths do not fit; E_INVALID_OPTION for options that
 *   are out of range
 */
export function lstm<
  const A extends Dim,
  const B extends Dim,
  const I extends Dim,
  const H extends number,
  const L extends number = 1,
  const Bi extends boolean = false,
  const BF extends boolean | undefined = undefined,
  const P extends number | undefined = undefined,
>(
  name: string,
  x: Value<'float32', readonly [A, B, Features<I>]>,
  // NoInfer: a state with another batch must not widen A or B.
  options: LstmArguments<
    H,
    L,
    Bi,
    BF,
    P,
    NoInfer<StateShape<readonly [A, B, I], StateSize<H, P>, L, Bi, BF>>,
    NoInfer<StateShape<readonly [A, B, I], H, L, Bi, BF>>,
    NoInfer<BatchDim<readonly [A, B, I], BF>>
  >,
): {
  output: SymbolicTensor<'float32', OutputShape<readonly [A, B, I], H, Bi, P>>;
  h: SymbolicTensor<'float32', StateShape<readonly [A, B, I], StateSize<H, P>, L, Bi, BF>>;
  c: SymbolicTensor<'float32', StateShape<readonly [A, B, I], H, L, Bi, BF>>;
} {
  const graph = graphOf('lstm', x);
  checkArguments(typeof name === 'string' ? name : inWords(name), options);
  const { initialState, lengths, activations, batchFirst = x.shape[0] !== 'time', ...rest } = options;
  const { h: h0, c: c0 } = initialState && initialState !== 'learned' ? initialState : {};
  const ports = graph.add(
    'lstm',
    name,
    { x, h0, c0, lengths },
    {
      numLayers: 1,
      bidirectional: false,
      bias: true,
      dropout: 0,
      ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
      hiddenSize: rest.hiddenSize,
      batchFirst,
      ...(initialState === 'learned' ? { learnedState: true } : {}),
      ...(activations ? { activations: allActivations(activations) } : {}),
    },
  );
  // The shape rule `infer` computes at run time what these types say.
  return ports as unknown as ReturnType<typeof lstm<A, B, I, H, L, Bi, BF, P>>;
}
