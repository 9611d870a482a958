/** The arrays of windows, copied from their series. */
import { LstmOnnxError } from '../../errors.js';
import type { NdArray } from '../../nd-array.js';
import { timeText } from './group-rows.js';
import { type Series, type SeriesSet, valuesOf } from './series.js';
import type { WindowColumns } from './window-columns.js';

/** Samples for `dataset`, with the inputs that the windows have columns for. */
export interface WindowArrays {
  readonly inputs: {
    /** [windows, input, columns]: the targets, then the features of numbers. */
    readonly past: NdArray<'float32'>;
    /** [windows, input, columns] */
    readonly pastCategories?: NdArray<'int32'>;
    /** [windows, horizon, columns] */
    readonly known?: NdArray<'float32'>;
    readonly knownCategories?: NdArray<'int32'>;
    /** [windows, columns] */
    readonly static?: NdArray<'float32'>;
    readonly staticCategories?: NdArray<'int32'>;
  };
  /** [windows, horizon], of several targets [windows, horizon, targets]. */
  readonly targets: NdArray<'float32'>;
}

interface Places {
  readonly series: Int32Array;
  readonly starts: Int32Array;
}

export function windowArrays(
  set: SeriesSet,
  columns: WindowColumns,
  { input, horizon }: { readonly input: number; readonly horizon: number },
  places: Places,
): WindowArrays {
  const count = places.starts.length;
  const floats = (names: readonly string[], offset: number, steps: number): NdArray<'float32'> => {
    const data = new Float32Array(count * steps * names.length);
    fill(set, names, places, offset, steps, data);
    return { dtype: 'float32', shape: [count, steps, names.length], data };
  };
  const ints = (names: readonly string[], offset: number, steps: number): NdArray<'int32'> => {
    const data = new Int32Array(count * steps * names.length);
    fill(set, names, places, offset, steps, data);
    return { dtype: 'int32', shape: [count, steps, names.length], data };
  };
  const { targets, past, pastCategories, known, knownCategories, staticCategories } = columns;
  const own = columns.static;
  // Of one step: [windows, 1, columns].
  const flat = <A extends NdArray>(array: A): A => ({ ...array, shape: [count, array.shape[2] ?? 0] });
  const target = floats(targets, input, horizon);
  return {
    inputs: {
      past: floats(past, 0, input),
      ...(pastCategories.length > 0 && { pastCategories: ints(pastCategories, 0, input) }),
      ...(known.length > 0 && { known: floats(known, input, horizon) }),
      ...(knownCategories.length > 0 && { knownCategories: ints(knownCategories, input, horizon) }),
      ...(own.length > 0 && { static: flat(floats(own, 0, 1)) }),
      ...(staticCategories.length > 0 && { staticCategories: flat(ints(staticCategories, 0, 1)) }),
    },
    targets: targets.length === 1 ? { ...target, shape: [count, horizon] } : target,
  };
}

/** @param offset of the first step from the start of the window */
function fill(
  set: SeriesSet,
  names: readonly string[],
  { series, starts }: Places,
  offset: number,
  steps: number,
  to: Float32Array | Int32Array,
): void {
  for (const [column, name] of names.entries()) {
    let which = -1;
    let values: Float64Array | Int32Array = new Float64Array();
    for (let window = 0; window < starts.length; window++) {
      const next = series[window] ?? 0;
      if (next !== which) {
        which = next;
        values = valuesOf(seriesAt(set, which), name);
      }
      const from = (starts[window] ?? 0) + offset;
      let place = window * steps * names.length + column;
      for (let step = from; step < from + steps; step++, place += names.length) {
        const value = values[step] ?? Number.NaN;
        to[place] = value;
        if (!Number.isFinite(to[place])) throw notFinite(seriesAt(set, which), name, step, value);
      }
    }
  }
}

function seriesAt(set: SeriesSet, index: number): Series {
  const series = set.series[index];
  if (series === undefined) throw new LstmOnnxError('E_INTERNAL', `Series ${index} is missing.`);
  return series;
}

function notFinite(series: Series, name: string, step: number, value: number): LstmOnnxError {
  const what = Number.isFinite(value)
    ? 'float32 does not hold; divide the column, as a scaler does'
    : 'is no finite number';
  return new LstmOnnxError(
    'E_NOT_FINITE',
    `Column '${name}'${series.name === '' ? '' : ` of series '${series.name}'`} is ${value} at ${timeText(series.times[step])}, which ${what}.`,
  );
}
