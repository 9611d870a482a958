/** A loop over a fixed number of steps whose layers share their parameters: `for step in range(n)` of a `forward` in PyTorch. */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { LstmOnnxError } from '../errors.js';
import { stack } from './ops/unsqueeze.js';
import { formatShape, type InsertAt, sameShape } from './shape.js';
import { shared } from './shared.js';
import { checkValue, SymbolicTensor, type Value } from './tensor.js';

/** Every step is ops of its own, and network files hold 10,000. */
const MAX_STEPS = 10_000;

/** Values by name. */
type Values = Readonly<Record<string, Value>>;

/** What a step is given. */
type State<S extends Values> = {
  readonly [K in keyof S]: SymbolicTensor<S[K]['dtype'], S[K]['shape']>;
};

/** What a step gives: the next state, and what else is wanted of every step. */
type Next<S extends Values> = { readonly [K in keyof S]: Value<S[K]['dtype'], S[K]['shape']> } & Values;

/** The results of all steps, stacked. */
type Stacked<N extends Values, Steps extends number, A extends number> = {
  readonly [K in keyof N]: SymbolicTensor<N[K]['dtype'], InsertAt<N[K]['shape'], A, Steps>>;
};

/**
 * Calls a function of layers a fixed number of times, each time with what it gave the time before. Its layers are the same in every
 * step, as in {@link shared}; the ops of each step are in the network, so that any runtime computes them.
 *
 * ```ts
 * const { outputs, last } = unroll(3, { x: output.at(-1), h, c }, ({ x, h, c }) => {
 *   const next = lstm('decoder', unsqueeze(x, 1), { hiddenSize: 64, initialState: { h, c } });
 *   return { x: linear('fc', next.output.at(-1), 28), h: next.h, c: next.c };
 * });
 * ```
 *
 * @param steps how often, a whole number from 1
 * @param initial the values of the first step, by name
 * @param step gives the values of the next step under the same names, of the same types and shapes, and may give others that are
 *   only results; `index` counts from 0
 * @param axis where the dimension of the steps is in `outputs`, as for {@link stack}; default 0
 * @returns `outputs`: by name what all steps gave, stacked, `[steps, ...]`; `last`: what the last one gave
 * @throws E_INVALID_OPTION for steps that are no such number, E_SHAPE_MISMATCH and E_DTYPE_MISMATCH for a step whose values are no
 *   state, and what {@link shared} throws
 */
export function unroll<
  const Steps extends number,
  const S extends Values,
  const N extends Next<S>,
  const A extends number = 0,
>(
  steps: Steps,
  initial: S,
  step: (state: State<S>, index: number) => N,
  axis?: A,
): { readonly outputs: Stacked<N, Steps, A>; readonly last: State<N> };
export function unroll(
  steps: number,
  initial: Values,
  step: (state: never, index: number) => Values,
  axis = 0,
): { readonly outputs: Values; readonly last: Values } {
  if (!Number.isInteger(steps) || steps < 1 || steps > MAX_STEPS) {
    throw wrongArgument('unroll: steps', steps, `a whole number from 1 to ${MAX_STEPS}`);
  }
  if (typeof step !== 'function') throw wrongArgument('unroll: step', step, 'a function of a state');
  expectValues('unroll: the initial state', initial);
  const call = shared(step);
  const results: Values[] = [];
  let last = initial;
  for (let index = 0; index < steps; index++) {
    const state = Object.fromEntries(Object.keys(initial).map((name) => [name, last[name]]));
    const next = call(state as never, index); // of the types of the initial state
    expectValues(`unroll: what step ${index} gave`, next);
    expectNext(initial, next, `unroll: step ${index}`, 'the state');
    if (index > 0) expectNext(last, next, `unroll: step ${index}`, 'the step before');
    results.push(next);
    last = next;
  }
  const stacked = Object.keys(last).map((name) => {
    const all = results.flatMap((result) => result[name] ?? []) as [Value, ...Value[]]; // one step at least
    return [name, stack(all, axis)] as const;
  });
  return { outputs: Object.fromEntries(stacked), last };
}

/** @throws E_INVALID_OPTION unless these are values by name */
function expectValues(what: string, values: unknown): asserts values is Values {
  if (!isObject(values) || values instanceof SymbolicTensor || Object.keys(values).length === 0) {
    const got = values instanceof SymbolicTensor ? 'a single value' : inWords(values);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${what} is ${got}; give values by name, as in unroll(3, { h }, ({ h }) => ({ h: relu(h) })).`,
    );
  }
  for (const [name, value] of Object.entries(values)) checkValue(`${what}: ${name}`, value);
}

/** @throws E_MISSING_NAME, E_DTYPE_MISMATCH, E_SHAPE_MISMATCH for a step that does not give the values of the next one */
function expectNext(before: Values, next: Values, where: string, what: string): void {
  for (const [name, { dtype, shape }] of Object.entries(before)) {
    const value = next[name];
    if (value && value.dtype === dtype && sameShape(value.shape, shape)) continue;
    const code = !value ? 'E_MISSING_NAME' : value.dtype === dtype ? 'E_SHAPE_MISMATCH' : 'E_DTYPE_MISMATCH';
    const got = value ? `${value.dtype} ${formatShape(value.shape)}` : `only ${Object.keys(next).join(', ')}`;
    throw new LstmOnnxError(
      code,
      `${where} gave ${value ? `'${name}' as ${got}` : got}; expected '${name}' ${dtype} ${formatShape(shape)}, as in ${what}.`,
    );
  }
}
