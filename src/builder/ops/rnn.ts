/** The typed function `rnn`. `recurrent.ts` says what the op is. */
import type { OptionNames } from '../../option-names.js';
import type { Dim, Shape } from '../shape.js';
import type { SymbolicTensor, Value } from '../tensor.js';
import type { Features } from '../type-messages.js';
import {
  type ActivationLike,
  addRecurrent,
  type BatchDim,
  type HiddenState,
  type OutputShape,
  type RecurrentArguments,
  recurrentArgumentNames,
  type StateShape,
} from './recurrent-arguments.js';

/** The state of an RNN: `[numLayers * directions, batch, hiddenSize]`. */
export type RnnState<S extends Shape = Shape> = HiddenState<S>;

export interface RnnArguments<
  H extends number,
  L extends number,
  Bi extends boolean,
  BF,
  State extends Shape,
  Batch extends Dim,
> extends RecurrentArguments<H, L, Bi, BF, Batch> {
  /**
   * State before the first step, such as an input `h0` or another RNN's result; `learned` makes it a parameter `h0`, the
   * same for all sequences. @default zeros
   */
  readonly initialState?: RnnState<State> | 'learned';
  /** PyTorch's are tanh and relu. @default tanh */
  readonly nonlinearity?: ActivationLike;
}

type AnyArguments = RnnArguments<number, number, boolean, boolean, Shape, Dim>;

const names = {
  ...recurrentArgumentNames,
  initialState: true,
  nonlinearity: true,
} satisfies OptionNames<AnyArguments>;

/** What Keras calls these options. */
const meant = { returnState: "the result's h", activation: 'nonlinearity', activations: 'nonlinearity' };

/**
 * An Elman network, as PyTorch's `nn.RNN` computes it: h' = tanh(W x + b + R h + c).
 * https://docs.pytorch.org/docs/stable/generated/torch.nn.RNN.html
 *
 * @param name the module's name; parameters are `<name>.weight_ih_l0` and so on
 * @param x `[batch, time, features]`, or `[time, batch, features]` when its first dimension is called `time`
 * @returns `output` with x's first two dimensions and `hiddenSize` features for each direction, the last layer at every
 *   step; `h` after the last step read, `[numLayers * directions, batch, hiddenSize]`
 * @throws E_SHAPE_MISMATCH when x is not of rank 3, or the state or lengths do not fit; E_INVALID_OPTION for options that
 *   are out of range
 */
export function rnn<
  const A extends Dim,
  const B extends Dim,
  const I extends Dim,
  const H extends number,
  const L extends number = 1,
  const Bi extends boolean = false,
  const BF extends boolean | undefined = undefined,
>(
  name: string,
  x: Value<'float32', readonly [A, B, Features<I>]>,
  // NoInfer: a state with another batch must not widen A or B.
  options: RnnArguments<
    H,
    L,
    Bi,
    BF,
    NoInfer<StateShape<readonly [A, B, I], H, L, Bi, BF>>,
    NoInfer<BatchDim<readonly [A, B, I], BF>>
  >,
): {
  output: SymbolicTensor<'float32', OutputShape<readonly [A, B, I], H, Bi, undefined>>;
  h: SymbolicTensor<'float32', StateShape<readonly [A, B, I], H, L, Bi, BF>>;
} {
  const ports = addRecurrent('rnn', name, x, options as AnyArguments, names, meant, 'nonlinearity');
  // The shape rule computes at run time what these types say.
  return ports as unknown as ReturnType<typeof rnn<A, B, I, H, L, Bi, BF>>;
}
