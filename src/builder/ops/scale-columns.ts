/** The scaling of `fitScaler` within a network, with its numbers as constants, so that a model file takes and gives raw values. */
import { expectText, isObject, wrongArgument } from '../../arguments.js';
import { type Scaler, type Scaling, scalingOf } from '../../data/table/scaler.js';
import { LstmOnnxError } from '../../errors.js';
import { formatShape, type Shape } from '../shape.js';
import { checkValue, type SymbolicTensor, type Value } from '../tensor.js';
import { add, div, mul, sub } from './arithmetic.js';
import { constant } from './parameter.js';

/**
 * The columns that a value has: the name of one column, which all its numbers are of, or a name for each entry of the last axis, null
 * for one that stays as it is.
 */
export type ColumnNames = string | readonly (string | null)[];

/**
 * Columns scaled as `scaleValues` does it, `(x - center) / scale`, within a network: it takes raw values then. The numbers of the scaler
 * become constants of the network, in float32.
 *
 * ```ts
 * const scaled = scaleColumns(past, scaler, ['price', 'volume', null]); // [batch, time, 3]
 * ```
 *
 * @param scaler as `fitScaler` gives
 * @param columns one name for all of x, or one for each entry of its last axis; null leaves an entry as it is
 * @param series the one series that the network is for, where the scaler was fitted per series
 * @returns the shape of x
 * @throws E_UNKNOWN_NAME for columns and series that the scaler was not fitted on; E_SHAPE_MISMATCH unless there are as many names as
 *   entries; E_INVALID_OPTION for a scaler per series without `series`, and for numbers that float32 does not hold
 */
export function scaleColumns<S extends Shape>(
  x: Value<'float32', S>,
  scaler: Scaler,
  columns: ColumnNames,
  series?: string,
): SymbolicTensor<'float32', S> {
  const { centers, scales } = constantsOf('scaleColumns', x, { scaler, columns, series });
  return div<Shape, Shape>(sub<Shape, Shape>(x, centers), scales) as SymbolicTensor<'float32', S>; // constants do not widen x
}

/**
 * The way back of {@link scaleColumns}, `y * scale + center`: what a network forecasts in the unit of the column.
 *
 * ```ts
 * const forecast = unscaleColumns(scaledForecast, scaler, 'price'); // [batch, horizon]
 * ```
 *
 * @param scaler as `fitScaler` gives
 * @param columns one name for all of y, or one for each entry of its last axis; null leaves an entry as it is
 * @param series the one series that the network is for, where the scaler was fitted per series
 * @returns the shape of y
 * @throws as {@link scaleColumns}
 */
export function unscaleColumns<S extends Shape>(
  y: Value<'float32', S>,
  scaler: Scaler,
  columns: ColumnNames,
  series?: string,
): SymbolicTensor<'float32', S> {
  const { centers, scales } = constantsOf('unscaleColumns', y, { scaler, columns, series });
  return add<Shape, Shape>(mul<Shape, Shape>(y, scales), centers) as SymbolicTensor<'float32', S>; // constants do not widen y
}

interface Given {
  readonly scaler: Scaler;
  readonly columns: ColumnNames;
  readonly series: string | undefined;
}

const AS_IT_IS: Scaling = { center: 0, scale: 1 };

/** One number of each kind for one column, a list of as many as there are names for several. */
function constantsOf(where: string, x: Value<'float32'>, { scaler, columns, series }: Given) {
  checkValue(where, x);
  if (!isObject(scaler) || !isObject(scaler.columns))
    throw wrongArgument(`${where}: scaler`, scaler, 'a scaler, as fitScaler gives');
  if (series !== undefined) expectText(`${where}: series`, series, 'the name of a series');
  if (scaler.series !== undefined && series === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: the scaler has numbers for each series, and the network does not know which one it is fed. Fit it over all series (per: 'all'), give the name of the one series that the network is for, or scale by the window.`,
    );
  }
  const own = (column: string) => checked(where, column, scalingOf(scaler, column, series));
  if (typeof columns === 'string') {
    const { center, scale } = own(columns);
    return { centers: constant(center), scales: constant(scale) };
  }
  if (!Array.isArray(columns) || columns.some((name) => typeof name !== 'string' && name !== null)) {
    throw wrongArgument(`${where}: columns`, columns, 'the name of a column, or a list of names and null');
  }
  if (x.shape.at(-1) !== columns.length) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: there are ${columns.length} names of columns for the last axis of ${formatShape(x.shape)}; give one for each entry, null for one that stays as it is.`,
    );
  }
  const scalings = columns.map((name: string | null) => (name === null ? AS_IT_IS : own(name)));
  return {
    centers: constant(scalings.map(({ center }) => center)),
    scales: constant(scalings.map(({ scale }) => scale)),
  };
}

/** @throws E_INVALID_OPTION for numbers that are infinite, or a scale that is 0, in float32 */
function checked(where: string, column: string, scaling: Scaling): Scaling {
  const [center, scale] = [Math.fround(scaling.center), Math.fround(scaling.scale)];
  if (Number.isFinite(center) && Number.isFinite(scale) && scale > 0) return scaling;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: column '${column}' has the center ${scaling.center} and the scale ${scaling.scale}, which float32 does not hold; expected a scale above 0. Give the column in another unit.`,
  );
}
