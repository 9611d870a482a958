/**
 * What a value of an ONNX graph is to the reader:
 *
 * - `weights`: floating-point constants, perhaps repeated along dimensions that only the data tells;
 * - `sizes`: a few integers, each a number or a product of dimensions' sizes;
 * - `view`: a value of the network whose axes ONNX names in another order or grouping;
 * - `masked`: a part of how this library's exports take the mean, the maximum or the sum of sequences of different lengths;
 * - `reversed`: sequences reversed each by its length, of which only the first step is ever wanted.
 */
import type { OpOptions } from '../../builder/ops/index.js';
import type { SymbolicTensor, TensorType } from '../../builder/tensor.js';
import { fixed, type Size } from './size.js';

export interface Weights {
  readonly kind: 'weights';
  /** Of the numbers that are there: 1 where `sizes` says that they are repeated. */
  readonly shape: readonly number[];
  readonly sizes: readonly Size[];
  /** The numbers as float32, row-major; not to be written to. */
  readonly read: () => Float32Array;
  /** The name of the initializer that they come from. */
  readonly origin: string;
}

export interface Sizes {
  readonly kind: 'sizes';
  readonly shape: readonly number[];
  readonly items: readonly Size[];
}

/** A factor of an axis, compared by identity; never of size 1. */
export interface AxisFactor {
  readonly size: Size;
}

/** The value of the network that a view shows; an op that gives it may not have been added yet. */
export interface Source {
  readonly type: TensorType;
  tensor(): SymbolicTensor;
  /** The same numbers without the dimensions of size 1, where the network has another op for them. */
  withoutOnes?(): SymbolicTensor;
  /** A copy of this linear map with a bias, where it has none yet. */
  withBias?(bias: Weights): Source | undefined;
  /** The comparison that this is 1 or 0 by, where the op that chooses can compare by itself. */
  readonly condition?: SourceCondition;
  /** The axis along which a recurrent layer's output has padding after the last step of each sequence. */
  readonly paddedAxis?: number;
}

/** What `where` takes to compare. */
export interface SourceCondition {
  readonly inputs: { readonly a: SymbolicTensor; readonly b?: SymbolicTensor };
  readonly options: OpOptions['where'];
  /** Whether it is 1 where the comparison does not hold. */
  readonly isNegated: boolean;
}

/** A source with its factors grouped as its own axes (`layout`) and as the ONNX value's (`axes`); drawn in `view.ts`. */
export interface View {
  readonly kind: 'view';
  readonly source: Source;
  readonly layout: readonly (readonly AxisFactor[])[];
  readonly axes: readonly (readonly AxisFactor[])[];
  readonly counted?: CountedSteps;
}

/** A part of how this library's exports count steps before padding; `ops/counted-steps.ts` says which follows on which. */
export interface CountedSteps {
  readonly is: 'entries' | 'steps' | 'any' | 'last';
  /** Of what the steps are. */
  readonly x: SymbolicTensor;
  readonly padding: number;
  readonly timeAxis?: 0 | 1;
  /** Of the view that this is said of: one that was made of it with other axes is none. */
  readonly axes: View['axes'];
}

export interface Reversed {
  readonly kind: 'reversed';
  readonly of: View;
  readonly lengths: View;
  readonly timeAxis: number;
  readonly batchAxis: number;
}

/** What `export/ops/reduce.ts` writes, step by step; `ops/reduce.ts` says which step follows on which. */
export interface Masked {
  readonly kind: 'masked';
  readonly sizes: readonly Size[];
  readonly is:
    | { readonly step: 'numbers' }
    | { readonly step: 'counts'; readonly lengths: View }
    | { readonly step: 'mask' | 'count'; readonly mask: StepMask }
    | { readonly step: 'kept'; readonly mask: StepMask; readonly x: View; readonly filledWith: number }
    | { readonly step: 'sum'; readonly mask: StepMask; readonly x: View }
    | { readonly step: 'number' | 'some'; readonly counted: CountedSteps }
    | { readonly step: 'truths'; readonly x: View };
}

/** Which steps are within the length of their sequence; the first one in any case where `least` is 1. */
export interface StepMask {
  readonly lengths: View;
  readonly timeAxis: 0 | 1;
  readonly least: 0 | 1;
}

export type Value = Weights | Sizes | View | Reversed | Masked;

export function weightsOf(shape: readonly number[], read: () => Float32Array, origin: string): Weights {
  return { kind: 'weights', shape, sizes: shape.map(fixed), read, origin };
}

export function vectorOf(items: readonly Size[]): Sizes {
  return { kind: 'sizes', shape: [items.length], items };
}

/** For messages: what was got instead. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'weights':
      return 'a constant';
    case 'sizes':
      return 'integers that are constants or sizes';
    case 'view':
      return `a ${value.source.type.dtype} tensor that depends on the inputs`;
    case 'reversed':
      return 'reversed sequences';
    case 'masked':
      return 'a mask of steps, or what is computed with one';
  }
}

export function rankOf(value: Value): number {
  switch (value.kind) {
    case 'view':
      return value.axes.length;
    case 'reversed':
      return value.of.axes.length;
    case 'masked':
      return value.sizes.length;
    case 'weights':
    case 'sizes':
      return value.shape.length;
  }
}
