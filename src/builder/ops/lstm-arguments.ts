/** The typed arguments of `lstm`, the shapes that follow from them, and their check at run time. */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { Activation, ActivationName } from '../activations.js';
import type { Add, Dim, Shape } from '../shape.js';
import { checkValue, type Value } from '../tensor.js';

/** Features of h. */
export type StateSize<H extends number, P> = P extends number ? P : H;

/** The shape of `output`: the features become those of h, twice that with two directions. */
export type OutputShape<S extends Shape, H extends number, Bi extends boolean, P> = S extends readonly [
  infer First extends Dim,
  infer Second extends Dim,
  Dim,
]
  ? readonly [First, Second, PerDirection<StateSize<H, P>, Bi>]
  : never;

/** The shape of `h` and `c`. Worked out under a condition, for the compiler shows an alias of a tuple by its name. */
export type StateShape<S extends Shape, Size extends number, L extends number, Bi extends boolean, BF> =
  BatchDim<S, BF> extends infer Batch extends Dim ? readonly [PerDirection<L, Bi>, Batch, Size] : never;

type PerDirection<N extends number, Bi extends boolean> = boolean extends Bi
  ? number
  : Bi extends true
    ? Add<N, N>
    : N;

/** Time comes first when the option says so, or when the first dimension is called `time`. */
export type BatchDim<S extends Shape, BF> = BF extends true
  ? S[0]
  : BF extends false
    ? S[1]
    : S[0] extends 'time'
      ? S[1]
      : S[0];

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
  /** `nn.LSTM`'s `proj_size`: h is multiplied by a matrix of its own and has so many features. @default none */
  readonly projSize?: P;
  /** Read from the end only; the output stays in the order of x. @default false */
  readonly reverse?: boolean;
  /**
   * The steps of each sequence, at most those of x, as `pack_padded_sequence` has them: after them states stay as they are and
   * the output is zero. What is computed from the output goes on with them: `at(-1)` is the last step of each sequence, another
   * LSTM reads as many steps, and an op that would take the padding for steps is refused (E_UNSUPPORTED).
   * @default the lengths that x goes on with, else all of time
   */
  readonly lengths?: Value<'int32', readonly [Batch]>;
  /**
   * States before the first step, such as inputs `h0`, `c0` or another LSTM's result; `learned` makes them parameters
   * `h0`, `c0`, the same for all sequences. @default zeros
   */
  readonly initialState?: LstmState<StateH, StateC> | 'learned';
  /** Let the gates see the cell: parameters `weight_peephole_l0`, blocks i, f, o. @default false */
  readonly peepholes?: boolean;
  /** Bound on what the gates see before they are activated. @default none */
  readonly clip?: number;
  /** Couple the gates: f = 1 - i. @default false */
  readonly inputForget?: boolean;
  /** Of the gates i, f, o, of the cell's candidate and of the hidden state. @default sigmoid, tanh, tanh */
  readonly activations?: {
    readonly gates?: ActivationLike;
    readonly cell?: ActivationLike;
    readonly hidden?: ActivationLike;
  };
}

export type ActivationLike = ActivationName | Activation;

const names = {
  hiddenSize: true,
  numLayers: true,
  bidirectional: true,
  bias: true,
  dropout: true,
  batchFirst: true,
  projSize: true,
  reverse: true,
  lengths: true,
  initialState: true,
  peepholes: true,
  clip: true,
  inputForget: true,
  activations: true,
} satisfies OptionNames<AnyArguments>;

/** What PyTorch and Keras call these options. */
const meant = {
  units: 'hiddenSize',
  hidden_size: 'hiddenSize',
  num_layers: 'numLayers',
  batch_first: 'batchFirst',
  proj_size: 'projSize',
  goBackwards: 'reverse',
  returnSequences: 'the result: output is every step, output.at(-1) the last one',
  returnState: "the result's h and c",
  activation: 'activations: { cell, hidden }',
  recurrentActivation: 'activations: { gates }',
};

type AnyArguments = LstmArguments<number, number, boolean, boolean, number, Shape, Shape, Dim>;

/** The schema checks the other options. @throws E_INVALID_OPTION */
export function checkArguments(name: string, options: unknown): void {
  checkOptionNames(`${name} (lstm)`, options ?? null, names, meant);
  const { initialState, lengths, activations }: Partial<Record<string, unknown>> = Object(options);
  if (initialState !== undefined && initialState !== 'learned') {
    const { h, c }: Partial<Record<string, unknown>> = isObject(initialState) ? initialState : {};
    if (h === undefined || c === undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `lstm: initialState is ${inWords(initialState)}; give { h, c }, both values of the network, or 'learned'.`,
      );
    }
    checkValue('initialState.h', h);
    checkValue('initialState.c', c);
  }
  if (lengths !== undefined) checkValue('lengths', lengths);
  checkOptionNames('activations', activations, { gates: true, cell: true, hidden: true });
}

/** The activations of all three places, PyTorch's where none is given. */
export function allActivations({
  gates = 'sigmoid',
  cell = 'tanh',
  hidden = 'tanh',
}: NonNullable<LstmArguments<1, 1, false, true, 0, Shape, Shape, Dim>['activations']>) {
  const whole = (activation: ActivationLike): Activation =>
    typeof activation === 'string' ? { name: activation } : activation;
  return { gates: whole(gates), cell: whole(cell), hidden: whole(hidden) };
}
