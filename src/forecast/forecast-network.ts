/**
 * The network of a forecast: raw numbers of a window in, raw forecasts of all steps ahead out. It scales the target itself, so
 * that a model file needs nothing beside it.
 */

import {
  add,
  div,
  type Floats,
  joined,
  mul,
  part,
  type RecurrentSizes,
  recurrent,
  reshape,
  stepsOf,
  sub,
} from '../builder/floats.js';
import { defineNetwork, type Network } from '../builder/network.js';
import { constant } from '../builder/ops/parameter.js';
import { float32, int32 } from '../builder/tensor.js';
import { type Anchor, anchorOf } from './anchor.js';
import { type Distribution, standardQuantiles } from './distribution-quantiles.js';
import { type ForecastColumns, type ForecastInputs, seenColumns } from './forecast-columns.js';
import { type DecoderKind, directly, stepByStep } from './forecast-decoder.js';
import { distributionOf, type HeadOptions, trainedOf } from './forecast-head.js';
import { scalingIn, type TargetScaling } from './target-scaling.js';

export interface ForecastArchitecture extends RecurrentSizes, HeadOptions {
  readonly columns: ForecastColumns;
  /** Steps that are seen. */
  readonly window: number;
  /** Steps that are forecast. */
  readonly horizon: number;
  /** Steps of a season; 1 for none. */
  readonly season: number;
  /** What the target is scaled by. */
  readonly scaling: TargetScaling;
  /** What the forecast starts from. */
  readonly anchor: Anchor;
  readonly decoder: DecoderKind;
}

/**
 * Inputs are those of `windows(...).arrays()`: `past` `[batch, window, columns]` and, where there are such columns, `known`
 * `[batch, horizon, columns]`, `static` `[batch, columns]` and the codes beside each.
 *
 * Outputs: `forecast` `[batch, horizon, quantiles]` in the target's unit, which never cross; of a distribution also its `location`
 * and `scale` `[batch, horizon]`, in that unit, too; `scaled`, what the loss of `lossOf` is trained on, before the scaling is undone:
 * its targets are scaled as `scalingOfWindow` says. A Student t in training, without `df`, has `scaled` alone.
 */
export function forecastNetwork(architecture: ForecastArchitecture): Network {
  const { window, horizon, columns } = architecture;
  const given = <T>(list: readonly unknown[], name: string, of: () => T) =>
    list.length > 0 ? { [name]: of() } : {};
  const { past, pastCategories, known, knownCategories, staticCategories } = columns;
  const inputs = {
    past: float32('batch', window, past.length),
    ...given(pastCategories, 'pastCategories', () => int32('batch', window, pastCategories.length)),
    ...given(known, 'known', () => float32('batch', horizon, known.length)),
    ...given(knownCategories, 'knownCategories', () => int32('batch', horizon, knownCategories.length)),
    ...given(columns.static, 'static', () => float32('batch', columns.static.length)),
    ...given(staticCategories, 'staticCategories', () => int32('batch', staticCategories.length)),
  };
  return defineNetwork(inputs, (values) =>
    forecastOf(values as unknown as ForecastInputs, architecture),
  ) as Network;
}

function forecastOf(inputs: ForecastInputs, architecture: ForecastArchitecture): Record<string, Floats> {
  const { columns, window, scaling, decoder } = architecture;
  const target = part(inputs.past, { axis: 2, start: 0, end: 1 });
  const { center, scale } = scalingIn(target, columns.past[0], scaling);
  const scaled = div(sub(target, center), scale);
  const last = stepsOf(scaled, window - 1, window);
  const seen = seenColumns(inputs, columns);
  const { output, states } = recurrent('rnn', joined([scaled, ...seen.past]), architecture);
  const encoded = { output, states, last };
  const ahead = { ...seen, start: startOf(scaled, last, architecture) };
  const decode = decoder === 'direct' ? directly : stepByStep;
  const learned = decode(encoded, ahead, architecture);
  const raw = (x: Floats) => add(mul(x, scale), center);
  return outputsOf(learned, architecture, raw, (x) => mul(x, scale));
}

/** What the forecast starts from, `[batch, horizon, 1]`: the anchor of the window less its last value, and that value again. */
function startOf(scaled: Floats, last: Floats, architecture: ForecastArchitecture): Floats {
  const { anchor, scaling } = architecture;
  // By the window the last value is 0 already.
  if (scaling === 'window') return anchorOf(scaled, anchor, architecture);
  return add(anchorOf(sub(scaled, last), anchor, architecture), last);
}

/** @param raw and `distance` undo the scaling, of values and of distances between values */
function outputsOf(
  learned: Floats,
  architecture: ForecastArchitecture,
  raw: (x: Floats) => Floats,
  distance: (x: Floats) => Floats,
): Record<string, Floats> {
  const { quantiles, spread, horizon, distribution: kind } = architecture;
  if (kind === 'quantiles') return { forecast: raw(learned), scaled: learned };
  const distribution = knownDistribution(architecture);
  if (!distribution) return { scaled: trainedOf(learned, architecture) };
  const scaled = distributionOf(learned, kind, spread);
  const [location, scale] = [raw(scaled.location), distance(scaled.scale)];
  const steps = (x: Floats) => reshape(x, ['batch', horizon]);
  return {
    forecast: add(location, mul(scale, constant(standardQuantiles(distribution, quantiles)))),
    location: steps(location),
    scale: steps(scale),
    scaled: learned,
  };
}

/** Undefined where the degrees of freedom are still learned. */
function knownDistribution({ distribution: kind, df }: HeadOptions): Distribution | undefined {
  if (kind === 'gaussian') return { kind };
  return kind === 'studentT' && df !== undefined ? { kind, df } : undefined;
}
