/** `torch.nn.functional.pad` with one number, along one dimension. */
import { checkOptionNames } from '../../option-names.js';
import { shifted } from '../dim-names.js';
import {
  type Add,
  type AxisIndex,
  type Dim,
  normalizeAxis,
  type ReplaceAt,
  type ReplaceNamed,
  type Shape,
} from '../shape.js';
import { type DType, graphOf, type SymbolicTensor, timeAxis, type Value } from '../tensor.js';
import type { IfTime } from '../type-messages.js';
import { expectEntry, expectInput, mixedAlong, type OpDefinition, optionsOf } from './op.js';
import { onlyX } from './op-inputs.js';

export const padOp: OpDefinition<'pad'> = {
  inputs: onlyX,

  infer({ x }, { axis: stated, before, after, value }, name) {
    expectInput(x, name, { minRank: 1 });
    expectEntry(x, value, `${name}: value`);
    const axis = normalizeAxis(stated, x.shape, name);
    return {
      output: { dtype: x.dtype, shape: x.shape.with(axis, shifted(x.shape[axis] ?? 0, before + after)) },
    };
  },

  // Padding of sequences would come before what is put behind them.
  along: (axis, x, { axis: padded, before, after }) =>
    before + after === 0 ? { kind: 'each', axis } : mixedAlong(padded, axis, x),
};

/** What to put around a dimension. */
export interface PadArguments {
  /** How many entries come before the first. @default 0 */
  readonly before?: number;
  /** How many entries come after the last. @default 0 */
  readonly after?: number;
  /** What they are. @default 0 */
  readonly value?: number;
}

type Given<O, K extends string> = O extends { readonly [P in K]: infer V extends number } ? V : 0;

/** The type of {@link shifted}, for a number; names depend on what there is to add up. */
type Padded<D extends Dim, O> = D extends number
  ? Add<Add<D, Given<O, 'before'>>, Given<O, 'after'>>
  : string;

/**
 * Entries of one number before and after those along a dimension. Of `time`, one entry more is `time+1`; a series that is shifted by a
 * step, `pad(slice(x, { end: -1 }), { axis: 1, before: 1 })`, has its `time` again.
 *
 * @param options `{ before: 1 }`, `{ axis: -1, after: 3, value: 1 }`; `axis` is by default the dimension called `time`
 * @throws E_INVALID_OPTION for counts below 0, and when no axis is given and no dimension is called `time`
 */
export function pad<
  D extends DType,
  S extends Shape,
  const O extends PadArguments & { readonly axis: number },
>(
  x: Value<D, S>,
  options: O,
): SymbolicTensor<D, ReplaceAt<S, O['axis'], Padded<S[AxisIndex<S, O['axis']>], O>>>;
export function pad<D extends DType, S extends Shape, const O extends PadArguments>(
  x: Value<D, S> & IfTime<S, unknown, 'pad(x, { axis: 1, before: 1 })'>,
  options: O & { readonly axis?: undefined },
): SymbolicTensor<D, ReplaceNamed<S, 'time', string>>;
export function pad(x: Value, given: PadArguments & { readonly axis?: number | undefined }): SymbolicTensor {
  const graph = graphOf('pad', x);
  checkOptionNames('pad', given, { axis: true, before: true, after: true, value: true }, { dim: 'axis' });
  const defaults: typeof given = {};
  const { axis, before = 0, after = 0, value = 0 } = optionsOf('pad', given, defaults);
  return graph.addOne('pad', undefined, { x }, { axis: axis ?? timeAxis(x.shape), before, after, value });
}
