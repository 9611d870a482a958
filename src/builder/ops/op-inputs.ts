/** The inputs of ops, by name. */
import type { RecurrentName } from '../recurrent/cells.js';
import type { OpName } from './option-schemas.js';

type X<T> = { readonly x: T };

/** Of an op without inputs. */
type None = Readonly<Record<never, never>>;

/** `a` and `b`, of which one may be stretched over the other. */
type Two<T> = { readonly a: T; readonly b: T };

/** `a` compared with `b`, or with a number where that is absent; `x` where it is so, `y` elsewhere. */
type Choice<T> = { readonly a: T; readonly b?: T | undefined; readonly x: T; readonly y: T };

/** `lengths`, int32 `[batch]`: the steps of each sequence of x; absent where all have every step. */
type Steps<T> = { readonly x: T; readonly lengths?: T | undefined };

/** `h0` and, of an LSTM, `c0`: the states before the first step, zeros where absent. */
type Recurrent<T> = Steps<T> & { readonly h0?: T | undefined; readonly c0?: T | undefined };

/** `x1`, `x2` and so on. */
type Several<T> = { readonly [name: `x${number}`]: T };

/** For each input of an op something of one kind: a value, its type, a tensor, an id. */
export interface OpInputs<T> extends Readonly<Record<RecurrentName, Recurrent<T>>> {
  activation: X<T>;
  add: Two<T>;
  argmax: X<T>;
  at: Steps<T>;
  avgPool: X<T>;
  batchNorm: X<T>;
  concat: Several<T>;
  constant: None;
  conv: X<T>;
  convTranspose: X<T>;
  crf: Steps<T>;
  div: Two<T>;
  dropout: X<T>;
  embedding: X<T>;
  flip: X<T>;
  instanceNorm: X<T>;
  layerNorm: X<T>;
  linear: X<T>;
  logSoftmax: X<T>;
  matmul: Two<T>;
  max: Steps<T>;
  maxPool: X<T>;
  mean: Steps<T>;
  mul: Two<T>;
  pad: X<T>;
  parameter: None;
  prelu: X<T>;
  relu: X<T>;
  repeat: X<T> & { readonly like?: T | undefined };
  reshape: X<T>;
  sigmoid: X<T>;
  size: X<T>;
  slice: X<T>;
  softmax: Steps<T>;
  stepCount: X<T>;
  sub: Two<T>;
  sum: Steps<T>;
  tanh: X<T>;
  transpose: X<T>;
  where: Choice<T>;
}

/** The inputs of any op. */
export type NamedInputs<T> = Readonly<Partial<Record<string, T>>>;

/** The names of an op's inputs; `several` for x1, x2 and so on, at least one. */
export type InputNames =
  | 'several'
  | { readonly required: readonly string[]; readonly optional?: readonly string[] };

export const noInputs: InputNames = { required: [] };

/** Of an op of two tensors. */
export const aAndB: InputNames = { required: ['a', 'b'] };

/** Of an op with the single input x. */
export const onlyX: InputNames = { required: ['x'] };

/** Of an op that can stop at the lengths of sequences. */
export const xAndLengths: InputNames = { required: ['x'], optional: ['lengths'] };

/** The inputs that are given, with their names, in their order. */
export function inputEntries<T>(inputs: NamedInputs<T>): [name: string, value: T][] {
  return Object.entries(inputs).flatMap(([name, value]): [string, T][] =>
    value === undefined ? [] : [[name, value]],
  );
}

/** The entries of the inputs that are given, in their order. */
export function inputValues<T>(inputs: NamedInputs<T>): T[] {
  return inputEntries(inputs).map(([, value]) => value);
}

/** The same inputs with each entry mapped to another. */
export function mapInputs<K extends OpName, From, To>(
  inputs: NamedInputs<From>,
  map: (value: From, name: string) => To,
): OpInputs<To>[K] {
  const mapped = inputEntries(inputs).map(([name, value]) => [name, map(value, name)]);
  return Object.fromEntries(mapped) as OpInputs<To>[K]; // the names are those of the op's inputs
}

/** A list of values as the inputs of an op that takes several. */
export function severalInputs<T>(values: readonly T[]): Several<T> {
  return Object.fromEntries(values.map((value, i) => [`x${i + 1}`, value]));
}

/** What is wrong with the names of an op's inputs; undefined if nothing is. */
export function wrongInputNames(names: InputNames, given: NamedInputs<unknown>): string | undefined {
  const own = inputEntries(given).map(([name]) => name);
  if (names === 'several') {
    const fits = own.length > 0 && own.every((name, i) => name === `x${i + 1}`);
    return fits ? undefined : `has the inputs ${own.join(', ') || 'none'}; give x1, x2 and so on`;
  }
  const all = [...names.required, ...(names.optional ?? [])];
  const missing = names.required.filter((name) => given[name] === undefined);
  const unknown = own.filter((name) => !all.includes(name));
  if (missing.length + unknown.length === 0) return undefined;
  return `has the inputs ${own.join(', ') || 'none'}; it takes ${all.join(', ')}`;
}
