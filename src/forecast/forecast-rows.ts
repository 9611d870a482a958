/** Which series of a file are forecast, and the forecast as rows: time, key, one column for each quantile. */
import { counted } from '../counted.js';
import { timeText } from '../data/table/group-rows.js';
import type { Series, SeriesSet } from '../data/table/series.js';
import { type DataNote, quotedNames, type Table, type TableColumn } from '../data/table/table.js';
import { type ForecastPlan, lastPieces } from './forecast-plan.js';
import type { SeriesForecast } from './forecaster.js';

/**
 * The series with all that their forecast takes: as many rows as the window has, and what is known ahead, right behind them. Of
 * pieces that gaps cut apart, the last one.
 */
export function seriesToForecast(
  set: SeriesSet,
  future: SeriesSet | undefined,
  plan: ForecastPlan,
): { set: SeriesSet; notes: readonly DataNote[] } {
  const { window, horizon, known } = plan;
  const notes: DataNote[] = [];
  const say = (text: string) => notes.push({ text, count: 1 });
  const named = (name: string) => (name === '' ? 'No forecast' : `No forecast of series '${name}'`);
  const complete = lastPieces(set, plan, future).filter(({ past: { name, times }, ahead }) => {
    if (times.length < window) {
      say(`${named(name)}: the model sees ${counted(window, 'row')}, and there are ${times.length}.`);
      return false;
    }
    const there = ahead?.times.length ?? 0;
    if (known.length === 0 || there >= horizon) return true;
    const columns = known.map((column) => `'${column}'`).join(', ');
    say(
      `${named(name)}: it takes ${counted(horizon, 'row')} behind the last one with a target, with what is known ahead (${columns}); there are ${there}.`,
    );
    return false;
  });
  const series = complete.map(({ past }) => past);
  return { set: { ...set, series }, notes: [...notes, ...endingEarly(series)] };
}

/** Series that end before others, whose forecasts may be of times that are long past. */
function endingEarly(series: readonly Series[]): DataNote[] {
  const endOf = ({ times }: Series) => times.at(-1) ?? Number.NaN;
  const latest = series.reduce((end, each) => Math.max(end, endOf(each)), Number.NEGATIVE_INFINITY);
  const early = series.filter((each) => endOf(each) < latest);
  if (early.length === 0) return [];
  const first = early.reduce((end, each) => Math.min(end, endOf(each)), latest);
  const names = quotedNames(early.map(({ name }) => name));
  const text = `Series end before ${timeText(latest)}, the first at ${timeText(first)}, and are forecast from there on: ${names}.`;
  return [{ text, count: early.length }];
}

/** The forecasts as a file: the columns of times and of the key, and one for each quantile. */
export function forecastTable(
  forecasts: readonly SeriesForecast[],
  { quantiles, time }: ForecastPlan,
): Table {
  const rows = forecasts.flatMap(({ times, key, quantiles: own }) =>
    Array.from(times, (at, step) => ({ at, key, values: own.map((level) => level[step] ?? Number.NaN) })),
  );
  const numbers = (of: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, of);
  const columns: [string, TableColumn][] = [
    [time, { kind: 'time', values: numbers(({ at }) => at), missing: 0 }],
  ];
  for (const name of Object.keys(forecasts[0]?.key ?? {})) {
    const categories = [...new Set(rows.map(({ key }) => key[name] ?? ''))];
    const places = new Map(categories.map((text, code) => [text, code]));
    const codes = Int32Array.from(rows, ({ key }) => places.get(key[name] ?? '') ?? -1);
    columns.push([name, { kind: 'text', codes, categories, missing: 0 }]);
  }
  for (const [q, level] of quantiles.entries()) {
    const values = numbers((row) => shortest(row.values[q] ?? Number.NaN));
    columns.push([`q${level}`, { kind: 'number', values, missing: 0 }]);
  }
  return { rows: rows.length, columns: new Map(columns), notes: [] };
}

/** A float32 number in as few digits as tell it from its neighbours. */
function shortest(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return short;
  }
  return Number(value.toPrecision(9));
}
