/**
 * `nn.LSTM`: gates in PyTorch's order i, f, g, o; states `[numLayers * directions, batch, hiddenSize]`.
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { z } from 'zod';
import { LstmOnnxError } from '../../errors.js';
import { lstmLayer } from '../backends/lstm-layer.js';
import { type Add, type Dim, formatShape, type Shape, sameShape } from '../shape.js';
import type { SymbolicTensor, TensorType, Value } from '../tensor.js';
import { dropoutMask } from './dropout.js';
import {
  expectFixedDim,
  expectInput,
  type ForwardContext,
  inputAt,
  type OpDefinition,
  type ParameterSpec,
} from './op.js';

const lstmOptions = z.strictObject({
  hiddenSize: z.int().positive(),
  numLayers: z.int().positive(),
  bidirectional: z.boolean(),
  bias: z.boolean(),
  dropout: z.number().min(0).max(1),
  batchFirst: z.boolean(),
});
export type LstmOptions = z.output<typeof lstmOptions>;

export interface LstmLayerDirection {
  readonly layer: number;
  readonly reverse: boolean;
  /** The end of PyTorch's parameter names: `_l0`, `_l0_reverse`. */
  readonly suffix: string;
}

/** Every direction of every layer, in the order of PyTorch's parameters and of the states' first dimension. */
export function layerDirections(options: LstmOptions): LstmLayerDirection[] {
  const directions = options.bidirectional ? [false, true] : [false];
  return Array.from({ length: options.numLayers }, (_, layer) =>
    directions.map((reverse) => ({ layer, reverse, suffix: `_l${layer}${reverse ? '_reverse' : ''}` })),
  ).flat();
}

function infer(inputs: readonly TensorType[], options: LstmOptions, name: string) {
  const x = expectInput(inputs, 0, name, { dtype: 'float32', rank: 3 });
  expectFixedDim(x, 2, name);
  const [first, second] = x.shape as readonly [Dim, Dim, Dim]; // rank 3 was checked above
  const { hiddenSize, numLayers } = options;
  const directions = options.bidirectional ? 2 : 1;
  const batch = options.batchFirst ? first : second;
  const state: TensorType = { dtype: 'float32', shape: [numLayers * directions, batch, hiddenSize] };
  for (const [index, role] of inputs.length > 1
    ? ([
        [1, 'h'],
        [2, 'c'],
      ] as const)
    : []) {
    const what = `${name}: initialState.${role}`;
    const given = expectInput(inputs, index, what, { dtype: 'float32', rank: 3 });
    if (!sameShape(given.shape, state.shape)) {
      throw new LstmOnnxError(
        'E_SHAPE_MISMATCH',
        `${what} has shape ${formatShape(given.shape)}, expected ${formatShape(state.shape)}: ` +
          'numLayers * directions, batch, hiddenSize.',
      );
    }
  }
  const output: TensorType = { dtype: 'float32', shape: [first, second, hiddenSize * directions] };
  return { output, h: state, c: state };
}

function parameters(inputs: readonly TensorType[], options: LstmOptions): ParameterSpec[] {
  const { hiddenSize, bidirectional, bias } = options;
  const inputSize = expectFixedDim(expectInput(inputs, 0, 'lstm', { rank: 3 }), 2, 'lstm');
  const init = { kind: 'uniform', bound: 1 / Math.sqrt(hiddenSize) } as const;
  const gates = 4 * hiddenSize;
  return layerDirections(options).flatMap(({ layer, suffix }) => {
    const features = layer === 0 ? inputSize : hiddenSize * (bidirectional ? 2 : 1);
    const weights: ParameterSpec[] = [
      { name: `weight_ih${suffix}`, shape: [gates, features], init },
      { name: `weight_hh${suffix}`, shape: [gates, hiddenSize], init },
    ];
    const biases: ParameterSpec[] = [
      { name: `bias_ih${suffix}`, shape: [gates], init },
      { name: `bias_hh${suffix}`, shape: [gates], init },
    ];
    return bias ? [...weights, ...biases] : weights;
  });
}

function forward(
  inputs: readonly TfTensor[],
  options: LstmOptions,
  context: ForwardContext,
  parameter: (name: string) => TfTensor,
) {
  const { tf, training, gradients, wanted } = context;
  const { batchFirst, hiddenSize, numLayers, dropout } = options;
  const x = inputAt(inputs, 0);
  const batch = x.shape[batchFirst ? 0 : 1] ?? 0;
  const directions = layerDirections(options);
  const initial = (state: TfTensor | undefined): (TfTensor | undefined)[] => {
    if (!state) return [];
    // tfjs 4.22 cannot differentiate an unstack of one entry.
    return directions.length === 1 ? [tf.reshape(state, [batch, hiddenSize])] : tf.unstack(state);
  };
  const h0 = initial(inputs[1]);
  const c0 = initial(inputs[2]);

  const stacked = (states: TfTensor[]) => {
    const [only] = states;
    return only && states.length === 1 ? tf.expandDims(only, 0) : tf.stack(states);
  };
  let sequence = x;
  let mask: TfTensor | undefined;
  const h: TfTensor[] = [];
  const c: TfTensor[] = [];
  for (let layer = 0; layer < numLayers; layer++) {
    const outputs = directions.flatMap((direction, index) => {
      if (direction.layer !== layer) return [];
      const { suffix, reverse } = direction;
      const result = lstmLayer(
        tf,
        {
          x: sequence,
          mask,
          h0: h0[index],
          c0: c0[index],
          weightIh: parameter(`weight_ih${suffix}`),
          weightHh: parameter(`weight_hh${suffix}`),
          ...(options.bias
            ? { bias: parameter(`bias_ih${suffix}`), biasHh: parameter(`bias_hh${suffix}`) }
            : {}),
        },
        {
          batchFirst,
          reverse,
          training: gradients,
          wantOutput: layer < numLayers - 1 || wanted.has('output'),
        },
      );
      h.push(result.h);
      c.push(result.c);
      return [result.output];
    });
    const [only] = outputs;
    sequence = only && outputs.length === 1 ? only : tf.concat(outputs, -1);
    mask = training && layer < numLayers - 1 ? dropoutMask(sequence.shape, dropout, context) : undefined;
  }
  return {
    output: sequence,
    ...(wanted.has('h') ? { h: stacked(h) } : {}),
    ...(wanted.has('c') ? { c: stacked(c) } : {}),
  };
}

export const lstmOp: OpDefinition<LstmOptions> = { options: lstmOptions, infer, parameters, forward };

/** The shape of `output`: the features become `hiddenSize`, twice that with two directions. */
type OutputShape<S extends Shape, H extends number, Bi extends boolean> = S extends readonly [
  infer First extends Dim,
  infer Second extends Dim,
  number,
]
  ? readonly [First, Second, PerDirection<H, Bi>]
  : never;

type StateShape<S extends Shape, H extends number, L extends number, Bi extends boolean, BF> = readonly [
  PerDirection<L, Bi>,
  BatchDim<S, BF>,
  H,
];

type PerDirection<N extends number, Bi extends boolean> = boolean extends Bi
  ? number
  : Bi extends true
    ? Add<N, N>
    : N;

/** Time comes first when the option says so, or when the first dimension is called `time`. */
type BatchDim<S extends Shape, BF> = BF extends true
  ? S[0]
  : BF extends false
    ? S[1]
    : S[0] extends 'time'
      ? S[1]
      : S[0];

/** States of an LSTM: `[numLayers * directions, batch, hiddenSize]` each. */
export interface LstmState<S extends Shape = Shape> {
  readonly h: Value<'float32', S>;
  readonly c: Value<'float32', S>;
}

export interface LstmArguments<
  H extends number,
  L extends number,
  Bi extends boolean,
  BF,
  State extends Shape,
> {
  /** Features of the hidden state. */
  readonly hiddenSize: H;
  /** Stacked layers. @default 1 */
  readonly numLayers?: L;
  /** Also read the sequence from its end; outputs of both directions are concatenated. @default false */
  readonly bidirectional?: Bi;
  /** Whether the gates have the two bias vectors. @default true */
  readonly bias?: boolean;
  /** Probability of zeroing an output of each layer but the last, while training. @default 0 */
  readonly dropout?: number;
  /** Whether x is `[batch, time, features]`. @default true, unless the first dimension is called `time` */
  readonly batchFirst?: BF;
  /** States before the first step, such as inputs `h0`, `c0` or another LSTM's result. @default zeros */
  readonly initialState?: LstmState<State>;
}

/**
 * A long short-term memory, as PyTorch's `nn.LSTM` computes it.
 *
 * @param name the module's name; parameters are `<name>.weight_ih_l0` and so on
 * @param x `[batch, time, features]`, or `[time, batch, features]` when its first dimension is called `time`
 * @returns `output` with x's first two dimensions and `hiddenSize * directions` features (the last layer at every
 *   step); `h` and `c` after the last step, `[numLayers * directions, batch, hiddenSize]`
 * @throws E_SHAPE_MISMATCH when x is not of rank 3 or a state does not fit
 */
export function lstm<
  const A extends Dim,
  const B extends Dim,
  const I extends number,
  const H extends number,
  const L extends number = 1,
  const Bi extends boolean = false,
  const BF extends boolean | undefined = undefined,
>(
  name: string,
  x: Value<'float32', readonly [A, B, I]>,
  // NoInfer: a state with another batch must not widen A or B.
  options: LstmArguments<H, L, Bi, BF, NoInfer<StateShape<readonly [A, B, I], H, L, Bi, BF>>>,
): {
  output: SymbolicTensor<'float32', OutputShape<readonly [A, B, I], H, Bi>>;
  h: SymbolicTensor<'float32', StateShape<readonly [A, B, I], H, L, Bi, BF>>;
  c: SymbolicTensor<'float32', StateShape<readonly [A, B, I], H, L, Bi, BF>>;
} {
  const { initialState, batchFirst = x.shape[0] !== 'time', ...rest } = options;
  const inputs = initialState ? [x, initialState.h, initialState.c] : [x];
  const ports = x.graph.add('lstm', name, inputs, {
    numLayers: 1,
    bidirectional: false,
    bias: true,
    dropout: 0,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    hiddenSize: rest.hiddenSize,
    batchFirst,
  });
  // The shape rule `infer` computes at run time what these types say.
  return ports as unknown as ReturnType<typeof lstm<A, B, I, H, L, Bi, BF>>;
}
