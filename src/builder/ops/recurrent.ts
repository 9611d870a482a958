/**
 * What recurrent ops are, whatever their cell: layers, directions, states `[numLayers * directions, batch, size]`, and
 * PyTorch's parameters. https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import { LstmOnnxError } from '../../errors.js';
import { dim } from '../../nd-array.js';
import { cellOf, type RecurrentName, recurrentNames } from '../recurrent/cells.js';
import { type LayerOptions, layerDirections, stateSize, stateSizes } from '../recurrent/layers.js';
import { type Dim, formatShape, sameShape } from '../shape.js';
import type { TensorType } from '../tensor.js';
import {
  type AxisUse,
  expectFixedDim,
  expectInput,
  type OpDefinition,
  type ParameterSpec,
  type Ports,
} from './op.js';
import type { OpInputs } from './op-inputs.js';

type Inputs<T> = OpInputs<T>[RecurrentName];

function infer(
  kind: RecurrentName,
  inputs: Inputs<TensorType>,
  options: LayerOptions,
  name: string,
): Ports<TensorType> {
  const { x, lengths } = inputs;
  expectInput(x, name, { dtype: 'float32', rank: 3 });
  expectFixedDim(x, 2, name);
  const [first, second] = x.shape as readonly [Dim, Dim, Dim]; // rank 3 was checked above
  const batch = options.batchFirst ? first : second;
  const sizes = stateSizes(kind, options);
  // Not by a list of the directions: a hostile file asks for a billion layers.
  const directions = options.bidirectional ? 2 : 1;
  const count = options.numLayers * directions;
  const states = cellOf(kind).states.map(({ port, input }, i) => {
    const shape = [count, batch, dim(sizes, i)];
    const type: TensorType = { dtype: 'float32', shape };
    const size = i === 0 ? 'projSize or hiddenSize' : 'hiddenSize';
    expectType(
      inputs[input],
      type,
      `${name}: initialState.${port}`,
      `numLayers * directions, batch, ${size}`,
    );
    if (inputs[input] && options.learnedState) {
      throw new LstmOnnxError('E_INVALID_OPTION', `${name}: the initial state is either given or learned.`);
    }
    return [port, type] as const;
  });
  expectType(lengths, { dtype: 'int32', shape: [batch] }, `${name}: lengths`, 'the steps of each sequence');
  const features = stateSize(options) * directions;
  return { output: { dtype: 'float32', shape: [first, second, features] }, ...Object.fromEntries(states) };
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

function parameters(kind: RecurrentName, { x }: Inputs<TensorType>, options: LayerOptions): ParameterSpec[] {
  const { hiddenSize, bidirectional, bias, projSize = 0, peepholes = false } = options;
  const inputSize = expectFixedDim(x, 2, kind);
  const { gates, states } = cellOf(kind);
  const init = { kind: 'uniform', bound: 1 / Math.sqrt(hiddenSize) } as const;
  const outputs = stateSize(options);
  const rows = gates.length * hiddenSize;
  const directions = layerDirections(options);
  const weights = directions.flatMap(({ layer, suffix }): ParameterSpec[] => {
    const features = layer === 0 ? inputSize : outputs * (bidirectional ? 2 : 1);
    const shapes: [name: string, wanted: boolean, ...shape: number[]][] = [
      ['weight_ih', true, rows, features],
      ['weight_hh', true, rows, outputs],
      ['bias_ih', bias, rows],
      ['bias_hh', bias, rows],
      ['weight_hr', projSize > 0, projSize, hiddenSize],
      ['weight_peephole', peepholes, 3 * hiddenSize],
    ];
    return shapes.flatMap(([name, wanted, ...shape]) =>
      wanted ? [{ name: `${name}${suffix}`, shape, init }] : [],
    );
  });
  if (!options.learnedState) return weights;
  const zeros = { kind: 'zeros' } as const;
  const sizes = stateSizes(kind, options);
  const learned = states.map(({ input }, i) => ({
    name: input,
    shape: [directions.length, dim(sizes, i)],
    init: zeros,
  }));
  return [...weights, ...learned];
}

/** The ports of the states have no axis of time. */
function along(axis: number, _x: TensorType, { batchFirst }: LayerOptions, input: string): AxisUse {
  if (input !== 'x' || axis === 2) return { kind: 'mixed' };
  return axis === (batchFirst ? 1 : 0) ? { kind: 'lengths', axis } : { kind: 'each', axis };
}

function recurrentOp<K extends RecurrentName>(kind: K): OpDefinition<K> {
  return {
    inputs: { required: ['x'], optional: [...cellOf(kind).states.map(({ input }) => input), 'lengths'] },
    infer: (inputs, options, name) => infer(kind, inputs, options, name),
    along,
    parameters: (inputs, options) => parameters(kind, inputs, options),
  };
}

/** The definition of each recurrent op. */
export const recurrentOps = Object.fromEntries(recurrentNames.map((kind) => [kind, recurrentOp(kind)])) as {
  readonly [K in RecurrentName]: OpDefinition<K>;
}; // one for each name
