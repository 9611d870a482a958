/** The end of a series with forecasts of the past, and the forecast ahead. */
import { timeText } from '../data/table/group-rows.js';
import { firstFrom, type Series, type SeriesSet } from '../data/table/series.js';
import { type ForecastPlan, keyOf } from '../forecast/forecast-plan.js';
import { medianIn, type SeriesForecast } from '../forecast/forecaster.js';
import type { PastForecast } from '../forecast/past-forecast.js';
import { shown } from '../forecast/score-table.js';
import { type ChartSpec, colors } from './chart.js';

/** One series, as the report shows it. */
export interface ReportedSeries {
  readonly name: string;
  /** Its pieces, where gaps cut it apart. */
  readonly pieces: readonly Series[];
  readonly past: readonly PastForecast[];
  readonly ahead: SeriesForecast | undefined;
}

/** What there is of one series. @param key as `keyOf` gives it */
export function reportedSeries(
  key: string,
  { series }: SeriesSet,
  past: readonly PastForecast[],
  ahead: readonly SeriesForecast[],
): ReportedSeries {
  const pieces = series.filter((one) => keyOf(one) === key);
  return {
    name: pieces[0]?.name ?? '',
    pieces,
    past: past.filter((one) => keyOf(one) === key),
    ahead: ahead.find((one) => keyOf(one) === key),
  };
}

interface Point {
  readonly time: number;
  readonly value: number;
  /** Points of one line have the same. */
  readonly line: number;
  readonly low?: number;
  readonly high?: number;
}

/** Dates without a time of day where there is none; 24 hours. */
const timeFormat = {
  year: '%Y',
  quarter: '%b',
  month: '%b',
  week: '%b %d',
  date: '%b %d',
  day: '%b %d',
  hours: '%H:%M',
  minutes: '%H:%M',
  seconds: '%H:%M:%S',
  milliseconds: '.%L',
};

/** @param ticks about how many times the axis names */
export function seriesSpec(series: ReportedSeries, plan: ForecastPlan, ticks: number): ChartSpec {
  const { past, ahead } = series;
  const forecasts = past.map(({ times, point, quantiles }, line) => points(times, point, line, quantiles));
  const next = ahead
    ? points(ahead.times, medianIn(ahead.quantiles, plan.quantiles), 0, ahead.quantiles)
    : [];
  return {
    layer: [
      ...band(forecasts.flat(), colors.model, plan, ticks),
      ...band(next, colors.ahead, plan, ticks),
      line(actualPoints(series, plan), colors.actual, ticks),
      line(forecasts.flat(), colors.model, ticks),
      line(next, colors.ahead, ticks),
    ],
  };
}

/** What the chart shows, in a sentence. */
export function spokenSeries(series: ReportedSeries, plan: ForecastPlan): string {
  const { name, past, ahead } = series;
  const of = name === '' ? '' : ` of series ${name}`;
  const actual = actualPoints(series, plan);
  const from = `${plan.target}${of} from ${timeText(actual[0]?.time)} to ${timeText(actual.at(-1)?.time)}`;
  const middle = ahead && medianIn(ahead.quantiles, plan.quantiles);
  const last =
    middle &&
    `the forecast ahead ends with ${shown(middle.at(-1) ?? Number.NaN)} at ${timeText(ahead.times.at(-1))}`;
  const count = past.length > 0 ? [`${past.length} forecasts of the past beside what came`] : [];
  return [from, ...count, ...(last ? [last] : [])].join('; ');
}

function points(
  times: Float64Array,
  values: Float64Array,
  line: number,
  quantiles: readonly Float64Array[] = [],
): Point[] {
  const [low, high] = [quantiles[0], quantiles.at(-1)];
  return Array.from(times, (time, i) => ({
    ...{ time, value: values[i] ?? Number.NaN, line },
    ...(low && high && { low: low[i] ?? Number.NaN, high: high[i] ?? Number.NaN }),
  }));
}

/** What is known, from some steps before the first forecast on. */
function actualPoints({ pieces, past }: ReportedSeries, plan: ForecastPlan): Point[] {
  const end = pieces.at(-1)?.times.at(-1) ?? 0;
  const first = past.reduce((least, { origin }) => Math.min(least, origin), end);
  let before = Math.max(plan.window, 2 * plan.horizon);
  const parts: Point[][] = [];
  for (const [line, { times, values }] of [...pieces.entries()].reverse()) {
    const place = firstFrom(times, first);
    const start = Math.max(place - before, 0);
    before -= place - start;
    const shown = values.get(plan.target)?.subarray(start) ?? [];
    parts.unshift(points(times.subarray(start), Float64Array.from(shown), line));
  }
  return parts.flat();
}

type Layer = ChartSpec['layer'][number];

function line(values: readonly Point[], color: string, ticks: number): Layer {
  // Of a single step there is no line: a dot.
  const areDots = new Set(values.map((point) => point.line)).size === values.length;
  return {
    data: { values: [...values] },
    mark: areDots
      ? { type: 'point', filled: true, color, size: 40, opacity: 1 }
      : { type: 'line', color, strokeWidth: 1.75, strokeJoin: 'round' },
    encoding: {
      x: timeAxis(ticks),
      y: { ...valueAxis, field: 'value' },
      detail: { field: 'line' },
    },
  };
}

function band(
  values: readonly Point[],
  color: string,
  { horizon, quantiles }: ForecastPlan,
  ticks: number,
): Layer[] {
  if (values.length === 0 || quantiles.length < 2) return [];
  return [
    {
      data: { values: [...values] },
      mark:
        horizon === 1
          ? { type: 'rule', color, strokeWidth: 6, opacity: 0.25 }
          : { type: 'area', color, opacity: 0.25 },
      encoding: {
        x: timeAxis(ticks),
        y: { ...valueAxis, field: 'low' },
        y2: { field: 'high' },
        detail: { field: 'line' },
      },
    },
  ];
}

function timeAxis(tickCount: number) {
  return {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc' },
    axis: { title: null, tickCount, format: timeFormat, grid: false, labelFlush: true },
  } as const;
}

const valueAxis = {
  type: 'quantitative',
  scale: { zero: false },
  axis: { title: null, tickCount: 5, domain: false, ticks: false },
} as const;
