/** Several forecasts of the past, each made where it stood, to see how good a model is. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { addSteps, stepAt } from './frequency.js';
import { timeText } from './group-rows.js';
import { checkSeriesSet, isKnownAt, type Series, type SeriesSet, sliceSeries, spanOf } from './series.js';
import { type DataNote, expectWhole } from './table.js';

export interface RollingOriginOptions {
  /** How many origins. */
  readonly count: number;
  /** How many steps each forecast has. */
  readonly horizon: number;
  /** How many steps the next origin is later; the horizon by default, so that no step is forecast twice. */
  readonly stride?: number;
  /** So many steps a series has to have up to an origin, to be forecast from it; 1 by default. */
  readonly input?: number;
}

const NAMES: OptionNames<RollingOriginOptions> = { count: true, horizon: true, stride: true, input: true };

export interface RollingOrigin {
  /** The last time that is known, in milliseconds since 1970. */
  readonly time: number;
  /** All steps up to the origin: what a model may be trained on, and what it sees. */
  readonly past: SeriesSet;
  /** The steps that are to be forecast, of the same series in the same order; each has `horizon` steps. */
  readonly future: SeriesSet;
  readonly notes: readonly DataNote[];
}

/**
 * Origins from the earliest to the last, whose horizon ends with the last time of all series. Nothing is copied. Where
 * `fill: 'linear'` draws a line over an origin, nothing is forecast from it: the line says what comes.
 *
 * @throws E_INVALID_OPTION when there are fewer rows than the first origin takes, with the rows that it takes
 */
export function rollingOrigins(set: SeriesSet, options: RollingOriginOptions): RollingOrigin[] {
  checkSeriesSet('rollingOrigins', set);
  checkOptionNames('rollingOrigins', options ?? null, NAMES);
  const { count, horizon, stride = horizon, input = 1 } = options;
  expectWhole('rollingOrigins', { count, horizon, stride, input }, 1);
  const { frequency } = set;
  const { first, last } = spanOf(set.series);
  const needed = input + horizon + (count - 1) * stride;
  const there = Number.isFinite(last - first) ? Math.round(stepAt(frequency, last, first)) + 1 : 0;
  const tooFew = (why: string) =>
    new LstmOnnxError(
      'E_INVALID_OPTION',
      `rollingOrigins: ${counted(count, 'origin')}, ${stride} apart, with input ${input} and horizon ${horizon} take ${needed} rows; ${why}. Give fewer origins or a smaller horizon.`,
      { hints: [{ option: 'horizon' }] },
    );
  if (there < needed) throw tooFew(`there are ${there}`);
  return Array.from({ length: count }, (_, index) => {
    const step = addSteps(frequency, last, -horizon - (count - 1 - index) * stride);
    const pairs = set.series.flatMap((series) => pairAt(series, set, step, { horizon, input }));
    if (pairs.length === 0) throw tooFew(`no series has them around ${timeText(step)}`);
    const time = spanOf(pairs.map(([past]) => past)).last;
    const names = set.series.length - pairs.length;
    const text = `${counted(names, 'series', 'series')} without ${input} rows up to ${timeText(time)} and ${horizon} behind it left out.`;
    return {
      time,
      past: { ...set, series: pairs.map(([past]) => past) },
      future: { ...set, series: pairs.map(([, future]) => future) },
      notes: names > 0 ? [{ text, count: names }] : [],
    };
  });
}

function pairAt(
  series: Series,
  { frequency }: SeriesSet,
  time: number,
  { horizon, input }: { readonly horizon: number; readonly input: number },
): [Series, Series][] {
  const length = series.times.length;
  const origin = Math.floor(stepAt(frequency, time, series.times[0] ?? 0)) + 1;
  if (origin < input || origin + horizon > length || !isKnownAt(series, origin - 1)) return [];
  return [[sliceSeries(series, 0, origin), sliceSeries(series, origin, origin + horizon)]];
}
