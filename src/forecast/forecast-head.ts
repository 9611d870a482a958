/** What a forecast says of a step: quantiles, or a distribution by its location and its scale. All in the scaled unit of the target. */

import { add, type Floats, joined, layer, mul, part, sub } from '../builder/floats.js';
import { clip, softplus } from '../builder/ops/activations.js';
import { constant, parameter } from '../builder/ops/parameter.js';
import type { StateDict } from '../builder/parameters.js';
import { gaussianNll, leastScales, pinball, studentTNll } from '../builder/train/forecast-losses.js';
import type { Loss } from '../builder/train/loss.js';
import { mustHave } from '../must-get.js';
import { type Distribution, standardQuantiles } from './distribution-quantiles.js';
import { medianOf } from './spread.js';

/** `quantiles` are learned one by one; the others are distributions, of which a location and a scale are learned for each step. */
export type DistributionKind = 'quantiles' | 'gaussian' | 'studentT';

export interface HeadOptions {
  readonly distribution: DistributionKind;
  /** Degrees of freedom of a trained Student t; in training they are a parameter of the network. @default that parameter */
  readonly df?: number;
  /** Between 0 and 1, ascending. */
  readonly quantiles: readonly number[];
  /** What the distances of the quantiles from the median, or the scale, are multiplied by. @default 1 */
  readonly spread?: number;
}

/** The parameter of the degrees of freedom: they are 2 + softplus of it. */
const FREEDOM = 'df';
/** The first values of it: five degrees of freedom, so that gradients see heavy tails. */
const FIRST_FREEDOM = 2.95;

export function lossOf(distribution: DistributionKind, quantiles: readonly number[]): Loss {
  if (distribution === 'gaussian') return gaussianNll;
  return distribution === 'studentT' ? studentTNll : pinball({ quantiles });
}

/**
 * What is learned of steps, `[batch, steps, entries]`: the quantiles, or the location and a number whose `softplus` is the scale.
 *
 * @param start what the forecast starts from, `[batch, steps, 1]`
 */
export function learnedOf(hidden: Floats, start: Floats, options: HeadOptions): Floats {
  if (options.distribution === 'quantiles') return add(quantilesOf(hidden, options), start);
  const raw = layer('head', hidden, 2);
  return joined([add(entry(raw, 0), start), entry(raw, 1)]);
}

/** One number of what {@link learnedOf} gives: the median, or the location. `[batch, steps, 1]` */
export function pointOf(learned: Floats, { distribution, quantiles }: HeadOptions): Floats {
  if (distribution !== 'quantiles') return entry(learned, 0);
  const { below, above, part } = medianOf(quantiles);
  const low = entry(learned, below);
  return part === 0 ? low : add(low, mul(sub(entry(learned, above), low), constant(part)));
}

/** What the loss is of: for Student's t with the parameter of the degrees of freedom as a third entry. */
export function trainedOf(learned: Floats, { distribution }: HeadOptions): Floats {
  if (distribution !== 'studentT') return learned;
  const df = parameter(FREEDOM, [1], { init: { kind: 'constant', value: FIRST_FREEDOM } });
  // The same number for all steps.
  return joined([learned, add(mul(entry(learned, 0), constant(0)), df)]);
}

/** The location and the scale of a distribution, `[batch, steps, 1]`. */
export function distributionOf(
  learned: Floats,
  kind: Distribution['kind'],
  spread = 1,
): { readonly location: Floats; readonly scale: Floats } {
  const own = clip(softplus(entry(learned, 1)), { min: leastScales[kind] });
  return { location: entry(learned, 0), scale: spread === 1 ? own : mul(own, constant(spread)) };
}

/** What training made of a distribution; undefined for quantiles. */
export function trainedDistribution(kind: DistributionKind, parameters: StateDict): Distribution | undefined {
  if (kind === 'quantiles') return undefined;
  if (kind === 'gaussian') return { kind };
  const [raw = Number.NaN] = mustHave(parameters.get(FREEDOM), 'The degrees of freedom').data;
  return { kind, df: 2 + softplusOf(raw) };
}

/** The quantiles by which the scale of a distribution is widened, whichever are asked for. */
export const CENTRAL = [0.1, 0.5, 0.9] as const;

/** These quantiles of what a network has learned of steps, `[steps, entries]`: `[steps, 3]`. */
export function centralRange(trained: Float32Array, distribution: Distribution): Float64Array {
  const { kind } = distribution;
  const entries = kind === 'gaussian' ? 2 : 3;
  const standard = standardQuantiles(distribution, CENTRAL);
  const range = new Float64Array((trained.length / entries) * standard.length);
  for (let i = 0; i < range.length; i++) {
    const step = Math.floor(i / standard.length) * entries;
    const [location = Number.NaN, raw = Number.NaN] = trained.subarray(step, step + 2);
    const scale = Math.max(softplusOf(raw), leastScales[kind]);
    range[i] = location + scale * (standard[i % standard.length] ?? Number.NaN);
  }
  return range;
}

function softplusOf(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

/** From one in the middle outwards, by distances that are never negative; then farther from the median, if they have to be. */
function quantilesOf(hidden: Floats, options: HeadOptions): Floats {
  const { quantiles, spread = 1 } = options;
  const raw = layer('head', hidden, quantiles.length);
  const distance = (i: number) => softplus(entry(raw, i));
  const middle = Math.floor(quantiles.length / 2);
  const first = entry(raw, middle);
  const [above, below] = [[first], [first]];
  for (let i = middle + 1; i < quantiles.length; i++) above.push(add(above.at(-1) ?? first, distance(i)));
  for (let i = middle - 1; i >= 0; i--) below.push(sub(below.at(-1) ?? first, distance(i)));
  const learned = joined([...below.slice(1).reverse(), ...above]);
  if (spread === 1) return learned;
  const median = pointOf(learned, options);
  return add(mul(sub(learned, median), constant(spread)), median);
}

function entry(x: Floats, i: number): Floats {
  return part(x, { axis: 2, start: i, end: i + 1 });
}
