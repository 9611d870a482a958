/** Scalers of columns, fitted on the training part: plain data, which goes into JSON and into graphs as constants. */
import { expectText, inWords, isObject, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { checkSeriesSet, type Series, type SeriesSet, seriesColumn, valuesOf } from './series.js';
import { type DataNote, namesOf, noColumn, quotedNames } from './table.js';

/** A value is scaled to `(value - center) / scale`. */
export interface Scaling {
  readonly center: number;
  /** Above 0. */
  readonly scale: number;
}

/**
 * `standard`: mean and standard deviation (of the population, as scikit-learn's StandardScaler); `robust`: median and
 * interquartile range (RobustScaler); `minMax`: to 0 to 1 (MinMaxScaler).
 */
export type ScalerKind = 'standard' | 'robust' | 'minMax';

/** Plain data. */
export interface Scaler {
  readonly kind: ScalerKind;
  /** The names of the series that have numbers of their own, in the order of the lists in `columns`; absent where all share one. */
  readonly series?: readonly string[];
  /** By column: one scaling, or one for each of `series`. */
  readonly columns: Readonly<Record<string, readonly Scaling[]>>;
  /** On columns that are constant. */
  readonly notes: readonly DataNote[];
}

export interface ScalerOptions {
  /** `'standard'` by default. */
  readonly kind?: ScalerKind;
  /** The columns to scale; all of numbers by default. */
  readonly columns?: readonly string[];
  /** Whether each series has numbers of its own or all share them: `'all'` by default. */
  readonly per?: 'all' | 'series';
  /** Of columns whose values are all the same (or whose quartiles are, of `robust`): `'keep'` by default, with scale 1 and a note; `'error'` refuses them. */
  readonly constant?: 'keep' | 'error';
}

const NAMES: OptionNames<ScalerOptions> = { kind: true, columns: true, per: true, constant: true };

/**
 * Fits a scaler. Give it the training part alone, as splitByTime makes it.
 *
 * @throws E_UNKNOWN_NAME for columns that there are not; E_INVALID_OPTION for columns of text, for constant ones with
 *   `constant: 'error'`, and for values that go past float64
 */
export function fitScaler(train: SeriesSet, options: ScalerOptions = {}): Scaler {
  checkSeriesSet('fitScaler', train);
  checkOptionNames('fitScaler', options, NAMES);
  const { kind = 'standard', per = 'all', constant = 'keep' } = options;
  oneOf('kind', kind, ['standard', 'robust', 'minMax']);
  oneOf('per', per, ['all', 'series']);
  oneOf('constant', constant, ['keep', 'error']);
  const numbers = [...train.columns].filter(([, column]) => column.kind === 'number').map(([name]) => name);
  const names = options.columns === undefined ? numbers : namesOf('fitScaler: columns', options.columns);
  for (const name of names) {
    if (seriesColumn('fitScaler', train, name).kind === 'number') continue;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `fitScaler: column '${name}' holds text; those of numbers are ${quotedNames(numbers)}.`,
    );
  }
  const groups = per === 'series' ? byName(train.series) : new Map([['', train.series]]);
  const notes: DataNote[] = [];
  const columns = names.map((name) => {
    const scalings = [...groups].map(([group, series]) => {
      const where = `column '${name}'${group === '' ? '' : ` of series '${group}'`}`;
      const fitted = fit(kind, joined(series, name), where);
      if (fitted.scale > 0) return fitted;
      if (constant === 'error') {
        throw new LstmOnnxError(
          'E_INVALID_OPTION',
          `fitScaler: ${where} is ${kind === 'robust' ? `mostly ${fitted.center}, so that its quartiles are the same` : `constant (${fitted.center})`}. Leave it out of columns, or give constant: 'keep' for scale 1.`,
        );
      }
      notes.push({ text: `Scale 1 for ${where}, which is constant in training.`, count: 1, column: name });
      return { ...fitted, scale: 1 };
    });
    return [name, scalings] as const;
  });
  return {
    kind,
    ...(per === 'series' && { series: [...groups.keys()] }),
    columns: Object.fromEntries(columns),
    notes,
  };
}

/** Pieces of one series count as one. */
function byName(series: readonly Series[]): Map<string, Series[]> {
  const groups = new Map<string, Series[]>();
  for (const each of series) {
    const group = groups.get(each.name);
    if (group === undefined) groups.set(each.name, [each]);
    else group.push(each);
  }
  return groups;
}

function joined(series: readonly Series[], name: string): Float64Array {
  const values = new Float64Array(
    series.reduce((sum, { times, context = 0 }) => sum + times.length - context, 0),
  );
  let place = 0;
  for (const each of series) {
    // What is there as context belongs to an earlier part.
    const own = valuesOf(each, name).subarray(each.context ?? 0);
    values.set(own, place);
    place += own.length;
  }
  return values;
}

function fit(kind: ScalerKind, values: Float64Array, where: string): Scaling {
  if (values.length === 0) throw new LstmOnnxError('E_INVALID_OPTION', `fitScaler: ${where} has no values.`);
  const scaling = kind === 'standard' ? standard(values) : fromOrder(kind, values.toSorted());
  if (Number.isFinite(scaling.center) && Number.isFinite(scaling.scale)) return scaling;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `fitScaler: the values of ${where} have no finite ${kind} scaling; expected finite numbers whose squares float64 holds. Give the column in another unit.`,
  );
}

/** Below it float64 has fewer digits. */
const SMALLEST_NORMAL = 2 ** -1022;

function standard(values: Float64Array): Scaling {
  let [mean, squares] = [0, 0];
  // Welford's way, which loses no digits where the mean is large beside the deviation.
  for (const [index, value] of values.entries()) {
    const off = value - mean;
    mean += off / (index + 1);
    squares += off * (value - mean);
  }
  const isConstant = values.every((value) => value === values[0]);
  if (!isConstant && squares < SMALLEST_NORMAL) squares = Number.NaN;
  return {
    center: isConstant ? (values[0] ?? 0) : mean,
    scale: isConstant ? 0 : Math.sqrt(squares / values.length),
  };
}

function fromOrder(kind: ScalerKind, sorted: Float64Array): Scaling {
  if (kind === 'minMax') {
    const [min, max] = [sorted[0] ?? 0, sorted.at(-1) ?? 0];
    return { center: min, scale: max - min };
  }
  return { center: quantile(sorted, 0.5), scale: quantile(sorted, 0.75) - quantile(sorted, 0.25) };
}

/** Between neighbours a straight line, as numpy's percentile has it. */
function quantile(sorted: Float64Array, part: number): number {
  const place = part * (sorted.length - 1);
  const low = Math.floor(place);
  const [from, to] = [sorted[low] ?? 0, sorted[Math.min(low + 1, sorted.length - 1)] ?? 0];
  return from + (to - from) * (place - low);
}

/**
 * The constants for a column.
 *
 * @param series the name of the series, for a scaler that was fitted per series
 * @throws E_UNKNOWN_NAME for a column or a series that the scaler was not fitted on
 */
export function scalingOf(scaler: Scaler, column: string, series = ''): Scaling {
  expectText('scalingOf: column', column, 'the name of a column');
  expectText('scalingOf: series', series, 'the name of a series');
  const { columns, series: known } = isObject(scaler) ? scaler : ({} as Partial<Scaler>);
  if (!isObject(columns)) throw wrongArgument('scalingOf', scaler, 'a scaler, as fitScaler gives');
  const scalings: unknown = Object.hasOwn(columns, column) ? columns[column] : undefined;
  if (!Array.isArray(scalings)) throw noColumn('scalingOf', column, Object.keys(columns));
  const place = known === undefined ? 0 : known.indexOf(series);
  if (place < 0) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `scalingOf: the scaler was not fitted on the series '${series}'; its series are ${quotedNames(known ?? [])}.`,
    );
  }
  const { center, scale }: Partial<Scaling> = scalings[place] ?? {};
  if (typeof center !== 'number' || typeof scale !== 'number') {
    throw wrongArgument(`scalingOf: column '${column}'`, scalings[place], '{ center, scale }');
  }
  return { center, scale };
}

/** `(value - center) / scale`, in float64. */
export function scaleValues(values: ArrayLike<number>, scaling: Scaling): Float64Array {
  const { numbers, center, scale: divisor } = checkScaling('scaleValues', values, scaling);
  return Float64Array.from(numbers, (value) => (value - center) / divisor);
}

/** `value * scale + center`, in float64: the way back of {@link scaleValues}. */
export function unscaleValues(values: ArrayLike<number>, scaling: Scaling): Float64Array {
  const { numbers, center, scale: factor } = checkScaling('unscaleValues', values, scaling);
  return Float64Array.from(numbers, (value) => value * factor + center);
}

function checkScaling(
  where: string,
  values: ArrayLike<number>,
  scaling: unknown,
): Scaling & { numbers: ArrayLike<number> } {
  const isList = Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
  if (!isList || values instanceof BigInt64Array || values instanceof BigUint64Array) {
    throw wrongArgument(where, values, 'numbers as an array or a typed array');
  }
  const { center, scale: divisor } = isObject(scaling) ? scaling : {};
  if (typeof center !== 'number' || typeof divisor !== 'number' || !(divisor > 0)) {
    throw wrongArgument(where, scaling, '{ center, scale } with a scale above 0');
  }
  const odd: unknown = Array.isArray(values) ? values.find((value) => typeof value !== 'number') : undefined;
  if (odd !== undefined) throw wrongArgument(`${where}: values`, odd, 'numbers');
  return { numbers: values, center, scale: divisor };
}

/**
 * The series with the scaler's columns scaled; all others are as they were.
 *
 * @throws E_UNKNOWN_NAME for a series that a scaler per series was not fitted on, and for a column that is not there
 */
export function scaleSeries(set: SeriesSet, scaler: Scaler): SeriesSet {
  checkSeriesSet('scaleSeries', set);
  const names = isObject(scaler) && isObject(scaler.columns) ? Object.keys(scaler.columns) : undefined;
  if (names === undefined) throw wrongArgument('scaleSeries', scaler, 'a scaler, as fitScaler gives');
  for (const name of names) seriesColumn('scaleSeries', set, name);
  const series = set.series.map((each) => {
    const scaled = names.map(
      (name) => [name, scaleValues(valuesOf(each, name), scalingOf(scaler, name, each.name))] as const,
    );
    return { ...each, values: new Map([...each.values, ...scaled]) };
  });
  return { ...set, series };
}

function oneOf(option: string, value: unknown, values: readonly string[]): void {
  if (values.some((each) => each === value)) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `fitScaler: ${option} is ${inWords(value)}; expected one of ${values.map((each) => `'${each}'`).join(', ')}.`,
  );
}
