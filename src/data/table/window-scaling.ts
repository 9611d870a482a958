/** Scaling of each window by itself: by its last value or its mean, as forecasters do for series whose level wanders. */
import { inWords, wrongArgument } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { checkArray, type NdArray } from '../../nd-array.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';

export interface WindowScalingOptions {
  /** `'last'`: the last value of the window; `'mean'`: its mean. */
  readonly by: 'last' | 'mean';
  /**
   * `'subtract'` by default: values less that number (NLinear). `'divide'`: values divided by it, without its sign: of
   * `'mean'` by the mean of the absolute values (DeepAR). Where that is 0, the scale is 1.
   */
  readonly how?: 'subtract' | 'divide';
}

const NAMES: OptionNames<WindowScalingOptions> = { by: true, how: true };

/** The constants of every window and column: a value is scaled to `(value - center) / scale`. */
export interface WindowScaling {
  /** [windows, columns] */
  readonly shape: readonly [windows: number, columns: number];
  readonly centers: Float64Array;
  /** Above 0. */
  readonly scales: Float64Array;
}

/**
 * @param past [windows, input, columns], such as `past` of the windows' arrays
 * @throws E_SHAPE_MISMATCH for other shapes, E_INVALID_OPTION for other options
 */
export function windowScaling(
  past: NdArray<'float32' | 'float64'>,
  options: WindowScalingOptions,
): WindowScaling {
  const [windows, steps, columns] = checkPast('windowScaling', past);
  checkOptionNames('windowScaling', options ?? null, NAMES);
  const { by, how = 'subtract' } = options;
  if (by !== 'last' && by !== 'mean') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windowScaling: by is ${inWords(by)}; expected 'last' or 'mean'.`,
    );
  }
  if (how !== 'subtract' && how !== 'divide') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windowScaling: how is ${inWords(how)}; expected 'subtract' or 'divide'.`,
    );
  }
  const centers = new Float64Array(windows * columns);
  const scales = new Float64Array(windows * columns).fill(1);
  for (let place = 0; place < centers.length; place++) {
    const window = Math.floor(place / columns);
    const start = window * steps * columns + (place - window * columns);
    let sum = 0;
    for (let step = by === 'last' ? steps - 1 : 0; step < steps; step++) {
      const value = past.data[start + step * columns] ?? Number.NaN;
      sum += how === 'divide' ? Math.abs(value) : value;
    }
    const level = by === 'last' ? sum : sum / steps;
    if (how === 'subtract') centers[place] = level;
    else scales[place] = level === 0 ? 1 : level;
  }
  return { shape: [windows, columns], centers, scales };
}

/**
 * `(value - center) / scale` of each window.
 *
 * @param values [windows, steps, columns], or [windows, steps] of the first column, such as targets
 * @returns float64, as long as the values
 */
export function scaleWindows(values: NdArray<'float32' | 'float64'>, scaling: WindowScaling): Float64Array {
  return mapWindows('scaleWindows', values, scaling, (value, center, scale) => (value - center) / scale);
}

/** `value * scale + center` of each window: the way back of {@link scaleWindows}, of what it takes. */
export function unscaleWindows(values: NdArray<'float32' | 'float64'>, scaling: WindowScaling): Float64Array {
  return mapWindows('unscaleWindows', values, scaling, (value, center, scale) => value * scale + center);
}

function mapWindows(
  where: string,
  values: NdArray<'float32' | 'float64'>,
  scaling: WindowScaling,
  map: (value: number, center: number, scale: number) => number,
): Float64Array {
  const [windows, steps, columns] = checkPast(where, values);
  const { shape, centers, scales }: Partial<WindowScaling> = scaling ?? {};
  if (!Array.isArray(shape) || !(centers instanceof Float64Array) || !(scales instanceof Float64Array)) {
    throw wrongArgument(where, scaling, 'what windowScaling gives');
  }
  const [known, all] = shape.map((size: unknown) => (typeof size === 'number' ? size : 0));
  if (
    known === undefined ||
    all === undefined ||
    known !== windows ||
    columns > all ||
    centers.length !== known * all ||
    scales.length !== known * all
  ) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: values have shape [${values.shape.join(', ')}]; the scaling is of ${known} windows with ${all} columns.`,
    );
  }
  return Float64Array.from(values.data, (value, place) => {
    const at = Math.floor(place / (steps * columns)) * all + (place % columns);
    return map(value, centers[at] ?? 0, scales[at] ?? 1);
  });
}

function checkPast(where: string, array: unknown): [windows: number, steps: number, columns: number] {
  checkArray(`${where}: values`, array);
  const { dtype, shape } = array;
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new LstmOnnxError(
      'E_DTYPE_MISMATCH',
      `${where}: values are ${dtype}; expected float32 or float64.`,
    );
  }
  const [windows, steps, columns = 1] = shape;
  if (windows === undefined || steps === undefined || shape.length > 3 || steps < 1 || columns < 1) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${where}: values have shape [${shape.join(', ')}]; expected [windows, steps, columns].`,
    );
  }
  return [windows, steps, columns];
}
