/** What the target is scaled by: numbers of each window, or numbers of the training part that are the same for all windows. */

import { add, type Floats, meanStep, mul, stepsOf, sub } from '../builder/floats.js';
import { sqrt } from '../builder/ops/activations.js';
import { constant } from '../builder/ops/parameter.js';
import type { ScalerKind, Scaling } from '../data/table/scaler.js';
import type { ScaledColumn } from './forecast-columns.js';

/** `window`: less the window's last value, by its deviation. The others are the kinds of `fitScaler`. */
export type TargetScaling = 'window' | ScalerKind;

/** A window that never moves is divided by this part of the target's own scale. */
const LEAST_SCALE = 1e-3;

/** In the graph: a value is scaled to `(value - center) / scale`. @param target `[batch, window, 1]` */
export function scalingIn(
  target: Floats,
  { center, scale }: ScaledColumn,
  kind: TargetScaling,
): { readonly center: Floats; readonly scale: Floats } {
  if (kind !== 'window') return { center: constant(center), scale: constant(scale) };
  const window = Number(target.shape[1]);
  const last = stepsOf(target, window - 1, window);
  return { center: last, scale: deviation(sub(target, last), scale) };
}

/** How far numbers are from their mean over the steps, `[batch, 1, 1]`. @param unit the target's own scale */
function deviation(x: Floats, unit: number): Floats {
  const distance = sub(x, meanStep(x));
  return sqrt(add(meanStep(mul(distance, distance)), constant((LEAST_SCALE * unit) ** 2)));
}

/** The same in double precision, of one window. */
export function scalingOfWindow(
  target: ArrayLike<number>,
  { center, scale }: Scaling,
  kind: TargetScaling,
): Scaling {
  if (kind !== 'window') return { center, scale };
  const last = target[target.length - 1] ?? Number.NaN;
  const moved = Array.from(target, (value) => value - last);
  const average = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const middle = average(moved);
  const variance = average(moved.map((value) => (value - middle) ** 2));
  return { center: last, scale: Math.sqrt(variance + (LEAST_SCALE * scale) ** 2) };
}
