/** The typed function `lstm`. `recurrent.ts` says what the op is. */
import type { OptionNames } from '../../option-names.js';
import type { Dim, Shape } from '../shape.js';
import type { SymbolicTensor, Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import {
  type ActivationLike,
  addRecurrent,
  type BatchDim,
  type OutputShape,
  type RecurrentArguments,
  recurrentArgumentNames,
  type StateShape,
  type StateSize,
} from './recurrent-arguments.js';

/** States of an LSTM: `[numLayers * directions, batch, size]` each; h has the projected size where there is one. */
export interface LstmState<SH extends Shape = Shape, SC extends Shape = SH> {
  readonly h: Value<'float32', SH>;
  readonly c: Value<'float32', SC>;
}

export interface LstmArguments<
  H extends number,
  L extends number,
  Bi extends boolean,
  BF,
  P,
  StateH extends Shape,
  StateC extends Shape,
  Batch extends Dim,
> extends RecurrentArguments<H, L, Bi, BF, Batch> {
  /** `nn.LSTM`'s `proj_size`: h is multiplied by a matrix of its own and has so many features. @default none */
  readonly projSize?: P;
  /**
   * States before the first step, such as inputs `h0`, `c0` or another LSTM's result; `learned` makes them parameters
   * `h0`, `c0`, the same for all sequences. @default zeros
   */
  readonly initialState?: LstmState<StateH, StateC> | 'learned';
  /** Let the gates see the cell: parameters `weight_peephole_l0`, blocks i, f, o. @default false */
  readonly peepholes?: boolean;
  /** Couple the gates: f = 1 - i. @default false */
  readonly inputForget?: boolean;
  /** Of the gates i, f, o, of the cell's candidate and of the hidden state. @default sigmoid, tanh, tanh */
  readonly activations?: {
    readonly gates?: ActivationLike;
    readonly cell?: ActivationLike;
    readonly hidden?: ActivationLike;
  };
}

type AnyArguments = LstmArguments<number, number, boolean, boolean, number, Shape, Shape, Dim>;

const names = {
  ...recurrentArgumentNames,
  projSize: true,
  initialState: true,
  peepholes: true,
  inputForget: true,
  activations: true,
} satisfies OptionNames<AnyArguments>;

/** What PyTorch and Keras call these options. */
const meant = {
  proj_size: 'projSize',
  returnState: "the result's h and c",
  activation: 'activations: { cell, hidden }',
  recurrentActivation: 'activations: { gates }',
};

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
  const ports = addRecurrent('lstm', name, x, options as AnyArguments, names, meant);
  // The shape rule computes at run time what these types say.
  return ports as unknown as ReturnType<typeof lstm<A, B, I, H, L, Bi, BF, P>>;
}
