/**
 * What a forecast starts from: a forecast that takes no training, made of the window alone. The network learns how what comes
 * differs from it, so that it need not learn a trend or a season anew.
 */

import { add, type Floats, mul, repeatSteps, stepsOf } from '../builder/floats.js';
import { constant } from '../builder/ops/parameter.js';
import { baselines } from './baselines.js';

/**
 * `naive`: the last value. `drift`: the line from the first value of the window through the last. `seasonalNaive`: the value of a
 * season before. `seasonalDrift`: the same, moved by what the last season changed, once for each season ahead.
 */
export type Anchor = 'naive' | 'drift' | 'seasonalNaive' | 'seasonalDrift';

export interface AnchorSizes {
  readonly window: number;
  readonly horizon: number;
  readonly season: number;
}

/** Numbers that a constant of a network may have. */
const LONGEST_LINE = 1024;

/** Those that a window shows enough for. */
export function anchorsFor({ window, horizon, season }: AnchorSizes): readonly Anchor[] {
  const isLine = horizon <= LONGEST_LINE;
  return [
    'naive',
    ...(isLine && window > 1 ? (['drift'] as const) : []),
    ...(season > 1 && season <= window ? (['seasonalNaive'] as const) : []),
    ...(isLine && season > 1 && season < window ? (['seasonalDrift'] as const) : []),
  ];
}

/** In the graph. @param target of a window, less its last value: `[batch, window, 1]` @returns `[batch, horizon, 1]` */
export function anchorOf(target: Floats, anchor: Anchor, sizes: AnchorSizes): Floats {
  const { window, horizon, season } = sizes;
  const value = (back: number) => stepsOf(target, window - 1 - back, window - back);
  // The last value is 0, so that a change from an earlier one is less that value.
  const line = (slope: (step: number) => number) => {
    const data = Float32Array.from({ length: horizon }, (_, i) => -slope(i));
    return constant({ dtype: 'float32', shape: [1, horizon, 1], data });
  };
  const lastSeason = () => {
    const all = repeatSteps(stepsOf(target, window - season, window), Math.ceil(horizon / season));
    return stepsOf(all, 0, horizon);
  };
  switch (anchor) {
    case 'naive':
      return repeatSteps(value(0), horizon);
    case 'drift':
      return mul(
        value(window - 1),
        line((i) => (i + 1) / (window - 1)),
      );
    case 'seasonalNaive':
      return lastSeason();
    case 'seasonalDrift':
      return add(
        lastSeason(),
        mul(
          value(season),
          line((i) => Math.floor(i / season) + 1),
        ),
      );
  }
}

/** The same in numbers, of a window in its own unit. */
export function anchorValues(
  past: Float64Array,
  anchor: Anchor,
  { horizon, season }: AnchorSizes,
): Float64Array {
  if (anchor !== 'seasonalDrift') return baselines[anchor](past, horizon, season);
  const [last = Number.NaN, before = Number.NaN] = [past.at(-1), past.at(-1 - season)];
  const repeated = baselines.seasonalNaive(past, horizon, season);
  return repeated.map((value, i) => value + (Math.floor(i / season) + 1) * (last - before));
}
