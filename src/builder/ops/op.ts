/** What an op is: its inputs, shape rule, parameters, and what it does along each axis. */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { formatShape, normalizeAxis } from '../shape.js';
import type { DType, TensorType } from '../tensor.js';
import type { InputNames, OpInputs } from './op-inputs.js';
import type { OpName, OpOptions } from './option-schemas.js';

/** How PyTorch draws a parameter's first values. */
export type Initializer =
  | { readonly kind: 'uniform'; readonly bound: number }
  | { readonly kind: 'normal'; readonly mean: number; readonly std: number }
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'zeros' | 'ones' };

export interface ParameterSpec {
  /** PyTorch's name within the module: `weight_ih_l0`; empty for a tensor that is called as its node. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly init: Initializer;
  /** False for what no gradient moves: a frozen parameter, or running statistics, PyTorch's buffers. */
  readonly trained?: false;
}

/** Whose parameters a node has, where they are not all its own. */
export interface Sharing {
  /** The module that this node is a call of; the node's name where it is left out. */
  readonly module?: string | undefined;
  /** Parameters that are a tensor of another module, by their own names: `{ weight: 'encoder.weight' }`. */
  readonly tied?: Readonly<Record<string, string>> | undefined;
}

/** The name that a module's parameter has in PyTorch's state dict. */
export function moduleParameter(module: string, own: string): string {
  return own === '' ? module : `${module}.${own}`;
}

/** The module that a node is a call of. */
export function moduleOf({ name, module = name }: Sharing & { readonly name: string }): string {
  return module;
}

/** The name in the state dict of a node's parameter. */
export function parameterName(node: Sharing & { readonly name: string }, own: string): string {
  return node.tied?.[own] ?? moduleParameter(moduleOf(node), own);
}

/** A value for each output port of an op. */
export type Ports<T> = Readonly<Record<string, T>>;

/**
 * What an op does along one axis of an input. From it follows where the steps of padded sequences are in the output, and
 * whether the op would read padding as steps (`ragged.ts`).
 */
export type AxisUse =
  /** Every entry goes by itself to the same place of this axis of the output. */
  | { readonly kind: 'each'; readonly axis: number }
  /** Every entry goes by itself to these axes of the output, which it shares with other axes of the input. */
  | { readonly kind: 'joined'; readonly axes: readonly number[] }
  /** The first entry alone is read, which every sequence has. */
  | { readonly kind: 'first' }
  /**
   * Entries are read up to the lengths, which the op takes as its input `lengths`; `axis` is where the output has an entry for
   * each of them, undefined where it has none.
   */
  | { readonly kind: 'lengths'; readonly axis: number | undefined }
  /**
   * Entries are multiplied with those of another input and summed: one that is zero in one of the two has no part, as a step beyond the
   * lengths that has no weight.
   */
  | { readonly kind: 'summed' }
  /** Entries are computed from each other, or change places, or one is picked that a short sequence does not have. */
  | { readonly kind: 'mixed' };

/** {@link AxisUse} of an op that works entry by entry. */
export function entryByEntry(axis: number): AxisUse {
  return { kind: 'each', axis };
}

/** {@link AxisUse} of an op that mixes the entries along one axis and leaves the others as they are. */
export function mixedAlong(mixed: number, axis: number, { shape }: TensorType): AxisUse {
  return axis === normalizeAxis(mixed, shape, 'axis') ? { kind: 'mixed' } : { kind: 'each', axis };
}

export interface OpDefinition<K extends OpName> {
  /** The names of its inputs. */
  readonly inputs: InputNames;
  /** The shape rule: output types from input types. Throws a typed error for inputs that do not fit. */
  infer(inputs: OpInputs<TensorType>[K], options: OpOptions[K], name: string): Ports<TensorType>;
  /**
   * What the op does along an axis of an input, which fits the shape rule.
   *
   * @param axis counted from the front
   * @param input the name of the input that x is
   * @param inputs all of them
   */
  along(
    axis: number,
    x: TensorType,
    options: OpOptions[K],
    input: string,
    inputs: OpInputs<TensorType>[K],
  ): AxisUse;
  /** In the order in which PyTorch's module registers and initializes them. */
  parameters?(inputs: OpInputs<TensorType>[K], options: OpOptions[K]): readonly ParameterSpec[];
}

/** An input, checked for its element type and rank. */
export function expectInput(
  input: TensorType,
  what: string,
  expected: { readonly dtype?: DType; readonly rank?: number; readonly minRank?: number },
): TensorType {
  if (expected.dtype && input.dtype !== expected.dtype) {
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `${what}: got an input of type ${input.dtype}, expected ${expected.dtype}.`,
    );
  }
  const rank = input.shape.length;
  if (expected.rank !== undefined && rank !== expected.rank) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: got an input of shape ${formatShape(input.shape)}, expected rank ${expected.rank}.`,
    );
  }
  if (expected.minRank !== undefined && rank < expected.minRank) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: got an input of shape ${formatShape(input.shape)}, expected at least rank ${expected.minRank}.`,
    );
  }
  return input;
}

/** A number that stands among the entries of an input. @throws E_INVALID_OPTION for one that an int32 cannot be */
export function expectEntry({ dtype }: TensorType, value: number, what: string): void {
  if (dtype !== 'int32' || (Number.isInteger(value) && Math.abs(value) < 2 ** 31)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${what} is ${value}, and the input is int32; give an integer of 32 bits.`,
  );
}

/** A dimension that must be a number, because the size of parameters depends on it. */
export function expectFixedDim(input: TensorType, axis: number, what: string): number {
  const dim = input.shape.at(axis);
  if (typeof dim !== 'number') {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${what}: dimension ${axis} of ${formatShape(input.shape)} sizes the weights, so it must be a number, not a name.`,
    );
  }
  return dim;
}

/**
 * A caller's options with defaults; an untyped caller may have given anything.
 *
 * @throws E_INVALID_OPTION unless it is an object; the schema checks the rest
 */
export function optionsOf<Options extends object>(op: string, options: unknown, defaults: Options): Options {
  if (options === undefined) return defaults;
  if (!isObject(options)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${op} takes its options as an object; got ${inWords(options)}.`,
    );
  }
  return {
    ...defaults,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}

/** A caller's list, copied; the schema checks what is in it. @throws E_INVALID_OPTION for what is no list */
export function listOf<T>(op: string, list: readonly T[]): T[] {
  if (Array.isArray(list)) return [...list];
  throw new LstmOnnxError('E_INVALID_OPTION', `${op} takes a list; got ${inWords(list)}.`);
}
