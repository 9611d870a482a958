/** The typed arguments of recurrent ops, the shapes that follow from them, and their check at run time. */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import type { CellActivation, CellActivationName } from '../activations.js';
import { type ActivationRole, cellOf, type RecurrentName } from '../recurrent/cells.js';
import { ownActivations } from '../recurrent/own-cell.js';
import type { Add, Dim, Shape } from '../shape.js';
import { checkValue, graphOf, type SymbolicTensor, type Value } from '../tensor.js';
import type { OpInputs } from './op-inputs.js';
import type { OpOptions } from './option-schemas.js';

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

/** The state of a cell that has only h, `[numLayers * directions, batch, hiddenSize]`. */
export interface HiddenState<S extends Shape = Shape> {
  readonly h: Value<'float32', S>;
}

/** Time comes first when the option says so, or when the first dimension is called `time`. */
export type BatchDim<S extends Shape, BF> = BF extends true
  ? S[0]
  : BF extends false
    ? S[1]
    : S[0] extends 'time'
      ? S[1]
      : S[0];

/** What every recurrent op may be told. */
export interface RecurrentArguments<
  H extends number,
  L extends number,
  Bi extends boolean,
  BF,
  Batch extends Dim,
> {
  /** Features of the hidden state. */
  readonly hiddenSize: H;
  /** Stacked layers. @default 1 */
  readonly numLayers?: L;
  /** Also read the sequence from its end; outputs of both directions are concatenated. @default false */
  readonly bidirectional?: Bi;
  /** Whether there are the two bias vectors. @default true */
  readonly bias?: boolean;
  /** Probability of zeroing an output of each layer but the last, while training. @default 0 */
  readonly dropout?: number;
  /** Whether x is `[batch, time, features]`. @default true, unless the first dimension is called `time` */
  readonly batchFirst?: BF;
  /** Read from the end only; the output stays in the order of x. @default false */
  readonly reverse?: boolean;
  /**
   * The steps of each sequence, at most those of x, as `pack_padded_sequence` has them: after them states stay as they are and
   * the output is zero. What is computed from the output goes on with them: `at(-1)` is the last step of each sequence, another
   * recurrent layer reads as many steps, and an op that would take the padding for steps is refused (E_UNSUPPORTED).
   * @default the lengths that x goes on with, else all of time
   */
  readonly lengths?: Value<'int32', readonly [Batch]>;
  /** Bound on what is activated. @default none */
  readonly clip?: number;
}

export type ActivationLike = CellActivationName | CellActivation;

/** Names of the options that every recurrent op has. */
export const recurrentArgumentNames = {
  hiddenSize: true,
  numLayers: true,
  bidirectional: true,
  bias: true,
  dropout: true,
  batchFirst: true,
  reverse: true,
  lengths: true,
  clip: true,
} satisfies OptionNames<RecurrentArguments<number, number, boolean, boolean, Dim>>;

/** What PyTorch and Keras call these options. */
const meant = {
  units: 'hiddenSize',
  hidden_size: 'hiddenSize',
  num_layers: 'numLayers',
  batch_first: 'batchFirst',
  goBackwards: 'reverse',
  returnSequences: 'the result: output is every step, output.at(-1) the last one',
};

/** The options that the typed functions share, of a caller who may have given anything. */
interface Given {
  readonly hiddenSize: number;
  readonly batchFirst?: boolean | undefined;
  readonly lengths?: Value | undefined;
  /** Values by the states' ports. */
  readonly initialState?: object | 'learned' | undefined;
  readonly activations?: Readonly<Partial<Record<ActivationRole, ActivationLike>>> | undefined;
}

/**
 * Adds a recurrent op to the definition that x belongs to.
 *
 * @param names the options of the op's typed function
 * @param meantToo what others call options of this op alone
 * @param shorthand the option that is the activation of the hidden state, of a cell that has no other
 * @throws E_INVALID_OPTION, and what the op's shape rule throws
 */
export function addRecurrent<K extends RecurrentName>(
  kind: K,
  name: string,
  x: Value,
  options: Given,
  names: Readonly<Record<string, true>>,
  meantToo: Readonly<Record<string, string>>,
  shorthand: string | undefined = undefined,
): Record<string, SymbolicTensor> {
  const graph = graphOf(kind, x);
  const where = typeof name === 'string' ? name : inWords(name);
  checkOptionNames(`${where} (${kind})`, options ?? null, names, { ...meant, ...meantToo });
  checkStates(kind, options);
  const { initialState, lengths, batchFirst = x.shape[0] !== 'time', ...others } = options;
  const { activations, ...rest } = withActivations(others, shorthand);
  const given: Partial<Record<string, unknown>> = isObject(initialState) ? initialState : {};
  const states = cellOf(kind).states.map(({ port, input }) => [input, given[port]]);
  const inputs: OpInputs<Value>[RecurrentName] = { x, ...Object.fromEntries(states), lengths };
  const own = activations && ownActivations(kind, allActivations(kind, activations));
  const whole = {
    numLayers: 1,
    bidirectional: false,
    bias: true,
    dropout: 0,
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    batchFirst,
    ...(initialState === 'learned' ? { learnedState: true } : {}),
    ...(own ? { activations: own } : {}),
  };
  // The op's schema checks the options before anything reads them.
  return graph.add(kind, name, inputs as OpInputs<Value>[K], whole as unknown as OpOptions[K]);
}

/** The options with the one that stands for an activation among the activations. */
function withActivations<T extends Pick<Given, 'activations'>>(options: T, shorthand: string | undefined): T {
  const { [shorthand ?? '']: hidden, ...rest }: Partial<Record<string, unknown>> = options;
  return hidden === undefined ? options : ({ ...rest, activations: { hidden } } as unknown as T); // the schema checks it
}

/** The schema checks the other options. @throws E_INVALID_OPTION */
function checkStates(kind: RecurrentName, { initialState, lengths, activations }: Given): void {
  const { states, activations: roles } = cellOf(kind);
  if (initialState !== undefined && initialState !== 'learned') {
    const given: Partial<Record<string, unknown>> = isObject(initialState) ? initialState : {};
    const ports = states.map(({ port }) => port);
    if (ports.some((port) => given[port] === undefined)) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `${kind}: initialState is ${inWords(initialState)}; give { ${ports.join(', ')} }, ` +
          `${ports.length === 1 ? 'a value' : 'both values'} of the network, or 'learned'.`,
      );
    }
    for (const port of ports) checkValue(`initialState.${port}`, given[port]);
  }
  if (lengths !== undefined) checkValue('lengths', lengths);
  checkOptionNames(
    'activations',
    activations,
    Object.fromEntries(roles.map(([role]) => [role, true as const])),
  );
}

/** The activations of a cell's places, PyTorch's where none is given. */
function allActivations(
  kind: RecurrentName,
  given: Readonly<Partial<Record<ActivationRole, ActivationLike>>>,
): Partial<Record<ActivationRole, CellActivation>> {
  const whole = (activation: ActivationLike): CellActivation =>
    typeof activation === 'string' ? { name: activation } : activation;
  return Object.fromEntries(
    cellOf(kind).activations.map(([role, name]) => [
      role,
      whole(given[role] === undefined ? name : given[role]),
    ]),
  );
}
