/** A forecast: what it says of series, and how good it was in the past. A network computes it, or a model file. */
import { wrongArgument } from '../arguments.js';
import { Generator } from '../builder/random.js';
import { rollingOrigins } from '../data/table/rolling-origins.js';
import { checkSeriesSet, type Series, type SeriesSet, valuesOf } from '../data/table/series.js';
import { type DataNote, expectWhole, type Table } from '../data/table/table.js';
import type { WindowArrays } from '../data/table/window-arrays.js';
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import type { NdArray } from '../nd-array.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { ScoreTable } from '../scores/score-table.js';
import { baselinesOf } from './baselines.js';
import { checkFits, type ForecastPlan, keyOf, lastWindows, windowsOf } from './forecast-plan.js';
import { forecastTable, seriesToForecast } from './forecast-rows.js';
import { seasonalUnit } from './forecast-scores.js';
import { type ComparedScores, comparedScores, type PastForecast, scoresByStep } from './past-forecast.js';
import { distributionToSample, samplePaths } from './sample-paths.js';
import { scoreTable } from './score-table.js';
import { medianOf } from './spread.js';

/** The forecast of one series. */
export interface SeriesForecast {
  /** As the series has them. */
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** The times of the steps, in milliseconds since 1970. */
  readonly times: Float64Array;
  /** A number for each step, by quantile in the order of the plan. */
  readonly quantiles: readonly Float64Array[];
}

/** Scores of the model and of what takes no training, over the same steps. */
export interface ForecastEvaluation extends ComparedScores {
  /** The last known times of the forecasts. */
  readonly origins: readonly number[];
  /** The scores of each step ahead, the next one first. */
  readonly byStep: readonly ComparedScores[];
  /** The forecasts themselves: of each origin, of each series. */
  readonly forecasts: readonly PastForecast[];
  /** The scores in rows, and in words whether the model is better than what takes no training. */
  readonly table: ScoreTable;
  readonly notes: readonly DataNote[];
}

/** Draws from the distributions of one series. */
export interface SeriesSamples {
  /** As the series has them. */
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** The times of the steps, in milliseconds since 1970. */
  readonly times: Float64Array;
  /** A number for each step, by path. */
  readonly paths: readonly Float64Array[];
}

export interface SampleForecastOptions {
  /** How many paths of each series. @default 100 */
  readonly count?: number;
  /** The same seed gives the same paths. @default 0 */
  readonly seed?: number;
  /** As of `forecast`. */
  readonly future?: SeriesSet;
}

/** Outputs of some windows, by the names of the model: `forecast` is `[windows, horizon, quantiles]`. */
export type ForecastWindows = (
  inputs: WindowArrays['inputs'],
  names: readonly string[],
) => Promise<Readonly<Record<string, NdArray>>>;

/** Which steps of a series are forecast. */
type SeriesSteps = Pick<SeriesForecast, 'name' | 'key' | 'times'>;

/** The numbers of outputs of one window, in the order in which they were asked for. */
interface Computed {
  readonly steps: SeriesSteps;
  readonly outputs: readonly ArrayLike<number>[];
}

export interface EvaluateForecastOptions {
  /** How many forecasts of the past, the last one a horizon before the end. @default 5 */
  readonly origins?: number;
  /** Steps from one to the next. @default the horizon */
  readonly stride?: number;
}

const sampleNames = { count: true, seed: true, future: true } satisfies OptionNames<SampleForecastOptions>;
const evaluateNames = { origins: true, stride: true } satisfies OptionNames<EvaluateForecastOptions>;

/** Windows that are computed together. */
const BATCH = 256;

export class Forecaster {
  readonly plan: ForecastPlan;
  readonly #run: ForecastWindows;

  /** @internal Made by `trainForecaster` and `forecasterOf`. */
  constructor(plan: ForecastPlan, run: ForecastWindows) {
    this.plan = plan;
    this.#run = run;
  }

  /**
   * The steps behind the last ones of series. Of a series that gaps cut apart they are behind its last piece.
   *
   * @param future what is known of these steps, where the plan has columns that are known ahead; they are found by their times
   * @throws E_INVALID_OPTION for a series that is shorter than the window; E_MISSING_NAME where `future` lacks a column;
   *   E_UNKNOWN_NAME for columns that the series have not; E_NOT_FINITE for numbers that leave float32
   */
  async forecast(set: SeriesSet, future?: SeriesSet): Promise<SeriesForecast[]> {
    const computed = await this.#compute('forecast', set, future, ['forecast']);
    return computed.map(({ steps, outputs: [numbers = []] }) => seriesForecast(steps, numbers, this.plan));
  }

  /**
   * Paths of the steps behind the last ones of series, drawn from the distributions that a forecast of `distribution: 'gaussian'` or
   * `'studentT'` has. Each step is drawn for itself, given the window: quantiles of a single step are right, sums over
   * steps move less than those of series whose steps go together.
   *
   * @throws E_INVALID_OPTION for a forecast of quantiles, for a count that is none, and as `forecast`
   */
  async sample(set: SeriesSet, options: SampleForecastOptions = {}): Promise<SeriesSamples[]> {
    checkOptionNames('sample', options, sampleNames, { size: 'count', numSamples: 'count' });
    const { count = 100, seed = 0, future } = options;
    expectWhole('sample', { count }, 1);
    const generator = new Generator(seed);
    const distribution = distributionToSample(this.plan);
    const computed = await this.#compute('sample', set, future, ['location', 'scale']);
    return computed.map(({ steps, outputs: [location = [], scale = []] }) => ({
      ...steps,
      paths: samplePaths({ location, scale }, distribution, count, generator),
    }));
  }

  /** Outputs of the last window of each series. */
  async #compute(
    where: string,
    set: SeriesSet,
    future: SeriesSet | undefined,
    names: readonly string[],
  ): Promise<Computed[]> {
    checkSeriesSet(where, set);
    const { plan } = this;
    checkFits(set, plan);
    if (future !== undefined) {
      checkSeriesSet(`${where}: future`, future);
      checkFits(future, plan);
    }
    const whole = lastWindows(set, plan, future);
    const all = windowsOf(whole, plan);
    const computed: Computed[] = [];
    for (let start = 0; start < all.length; start += BATCH) {
      const end = Math.min(start + BATCH, all.length);
      const results = await this.#run(all.arrays(start, end).inputs, names);
      for (let i = start; i < end; i++) {
        const outputs = names.map((name) => {
          const data = mustHave(results[name], `The ${name}`).data as Float32Array; // its networks have float32 alone
          const size = data.length / (end - start);
          return data.subarray((i - start) * size, (i - start + 1) * size);
        });
        const { name, key, times } = mustHave(whole.series[i], 'The series of a window');
        for (const numbers of outputs) expectFinite(where, name, numbers);
        computed.push({ steps: { name, key, times: times.subarray(plan.window) }, outputs });
      }
    }
    return computed;
  }

  /**
   * The series that have all that their forecast takes: as many rows as the window has, and what is known ahead. Notes say of each
   * other what it lacks, where `forecast` would throw.
   *
   * @param future as of `forecast`
   */
  seriesToForecast(
    set: SeriesSet,
    future?: SeriesSet,
  ): { readonly set: SeriesSet; readonly notes: readonly DataNote[] } {
    checkSeriesSet('seriesToForecast', set);
    return seriesToForecast(set, future, this.plan);
  }

  /** Forecasts as a table for `tableToCsv`: the columns of times and of the key, and one for each quantile, such as `q0.5`. */
  table(forecasts: readonly SeriesForecast[]): Table {
    if (!Array.isArray(forecasts))
      throw wrongArgument('table', forecasts, 'a list of forecasts, as forecast gives');
    return forecastTable(forecasts, this.plan);
  }

  /**
   * How good forecasts of the past were, beside those that take no training. Nothing behind an origin is seen; what the model
   * was trained on, the caller knows: train on what is before the first origin, as `rollingOrigins` gives it.
   *
   * @throws E_INVALID_OPTION when there are too few rows
   */
  async evaluate(set: SeriesSet, options: EvaluateForecastOptions = {}): Promise<ForecastEvaluation> {
    checkSeriesSet('evaluate', set);
    checkOptionNames('evaluate', options, evaluateNames, { count: 'origins' });
    const { plan } = this;
    const { origins: count = 5, stride = plan.horizon } = options;
    const origins = rollingOrigins(set, { count, stride, horizon: plan.horizon, input: plan.window });
    const units = unitsOf(origins[0]?.past ?? set, plan);
    const forecasts: PastForecast[] = [];
    for (const { time, past, future } of origins) {
      for (const [i, forecast] of (await this.forecast(past, future)).entries()) {
        const seen = mustHave(past.series[i], 'What was seen');
        const before = targetOf(seen, plan);
        forecasts.push({
          ...forecast,
          origin: time,
          actual: targetOf(mustHave(future.series[i], 'What came'), plan).slice(),
          point: medianIn(forecast.quantiles, plan.quantiles),
          baselines: baselinesOf(before, plan),
          unit: units.get(keyOf(seen)) ?? seasonalUnit(before, plan.season),
        });
      }
    }
    const scores = {
      origins: origins.map(({ time }) => time),
      ...comparedScores(forecasts, plan.quantiles),
    };
    return {
      ...scores,
      table: scoreTable(scores, plan),
      byStep: scoresByStep(forecasts, plan),
      forecasts,
      notes: origins.flatMap(({ notes }) => notes),
    };
  }
}

/** @internal @throws E_NOT_FINITE where what a network says of a series is NaN or infinite */
export function expectFinite(where: string, name: string, numbers: Float32Array): void {
  if (numbers.every(Number.isFinite)) return;
  throw new LstmOnnxError(
    'E_NOT_FINITE',
    `${where}: what is forecast${name === '' ? '' : ` of series '${name}'`} is not finite: its numbers are too large for float32, in which the network computes. Give them in the unit of the training.`,
  );
}

/** @internal @param numbers the network's forecast of the steps, `[horizon, quantiles]` */
export function seriesForecast(
  steps: SeriesSteps,
  numbers: ArrayLike<number>,
  { horizon, quantiles }: ForecastPlan,
): SeriesForecast {
  const levels = quantiles.length;
  const own = quantiles.map((_, q) =>
    Float64Array.from({ length: horizon }, (_, step) => numbers[step * levels + q] ?? Number.NaN),
  );
  return { ...steps, quantiles: own };
}

/** The median; where no quantile is, on the line between its two neighbours; else the quantile that is nearest to it. */
export function medianIn(quantiles: readonly Float64Array[], levels: readonly number[]): Float64Array {
  const { below, above, part } = medianOf(levels);
  const [low, high] = [mustHave(quantiles[below], 'A quantile'), mustHave(quantiles[above], 'A quantile')];
  return part === 0 ? low : low.map((value, i) => value + part * ((high[i] ?? Number.NaN) - value));
}

function targetOf(series: Series, { target }: ForecastPlan): Float64Array {
  const values = valuesOf(series, target);
  return values instanceof Float64Array ? values : Float64Array.from(values);
}

/** What the errors of each series are divided by: from what is known before the first origin alone. */
function unitsOf({ series }: SeriesSet, plan: ForecastPlan): Map<string, number> {
  return new Map(series.map((each) => [keyOf(each), seasonalUnit(targetOf(each, plan), plan.season)]));
}
