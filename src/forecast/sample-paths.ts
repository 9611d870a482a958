/** Paths drawn from the distributions of the steps of a forecast. */
import type { Generator } from '../builder/random.js';
import { LstmOnnxError } from '../errors.js';
import type { Distribution } from './distribution-quantiles.js';
import type { ForecastPlan } from './forecast-plan.js';

/** Location and scale of each step, in the target's unit. */
export interface StepDistributions {
  readonly location: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
}

/** @throws E_INVALID_OPTION for a forecast whose quantiles are of no distribution */
export function distributionToSample({ distribution }: ForecastPlan): Distribution {
  if (distribution) return distribution;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    "sample: this forecast is of quantiles, which were learned one by one: there is no distribution to draw from. Train one with distribution: 'gaussian' or 'studentT', or take the quantiles of forecast.",
  );
}

/** So many paths, one behind the other; each step is drawn for itself. */
export function samplePaths(
  { location, scale }: StepDistributions,
  distribution: Distribution,
  count: number,
  generator: Generator,
): Float64Array[] {
  const horizon = location.length;
  const drawn = standardNumbers(distribution, count * horizon, generator);
  return Array.from({ length: count }, (_, path) =>
    Float64Array.from(
      { length: horizon },
      (_, step) =>
        (location[step] ?? Number.NaN) + (scale[step] ?? Number.NaN) * (drawn[path * horizon + step] ?? 0),
    ),
  );
}

/** Numbers of the standard form. Student's t is a normal number by the root of an independent chi-square by its degrees of freedom. */
function standardNumbers(distribution: Distribution, count: number, generator: Generator): ArrayLike<number> {
  const normal = generator.normal(count, 0, 1);
  if (distribution.kind === 'gaussian') return normal;
  const { df } = distribution;
  // A chi-square is twice a gamma of half its degrees of freedom.
  return Float64Array.from(normal, (value) => value / Math.sqrt((2 * gammaNumber(df / 2, generator)) / df));
}

/** A number of the gamma distribution of a shape of at least 1, by rejection (Marsaglia & Tsang 2000). */
function gammaNumber(shape: number, generator: Generator): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const [x = 0] = generator.normal(1, 0, 1);
    const [u = 0] = generator.uniform(1, 0, 1);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log1p(-u) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}
