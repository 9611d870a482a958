/** The series of a table with the columns of a forecast, and what is known ahead of the steps behind them. */
import { wrongArgument } from '../arguments.js';
import { frequencyName } from '../data/table/frequency.js';
import type { SeriesSet } from '../data/table/series.js';
import { type SeriesOptions, seriesOf } from '../data/table/series-of.js';
import { checkTable, namesOf, type Table } from '../data/table/table.js';
import { checkOptionNames, type OptionNames } from '../option-names.js';
import type { ForecastOptions } from './forecast-options.js';
import { checkRowsAhead, splitRowsAhead } from './rows-ahead.js';

export interface ForecastSeriesOptions
  extends Omit<SeriesOptions, 'columns'>,
    Pick<ForecastOptions, 'target' | 'features' | 'known' | 'static'> {}

export interface ForecastSeries {
  /** Up to the last row of each series that has a target, where columns are known ahead. */
  readonly series: SeriesSet;
  /** What is known of the steps behind them: the rows without a target; undefined where there are none. */
  readonly future: SeriesSet | undefined;
}

const NAMES: OptionNames<ForecastSeriesOptions> = {
  time: true,
  key: true,
  target: true,
  features: true,
  known: true,
  static: true,
  sort: true,
  duplicates: true,
  fill: true,
  frequency: true,
  categories: true,
};

/**
 * The series of a table with the columns that a forecast is of. Where columns are known ahead, the rows at the end that have no
 * target yet say what is known of the steps to forecast.
 *
 * @throws as `seriesOf`; E_INVALID_FILE for rows without a target that do not begin right behind the last one with a target
 */
export function forecastSeries(table: Table, options: ForecastSeriesOptions): ForecastSeries {
  checkTable('forecastSeries', table);
  checkOptionNames('forecastSeries', options ?? null, NAMES, { group: 'key', freq: 'frequency' });
  const { target, features = [], known = [], static: statics = [], ...reading } = options;
  if (typeof target !== 'string')
    throw wrongArgument('forecastSeries: target', target, 'the name of a column');
  const names = (option: string, given: unknown) => namesOf(`forecastSeries: ${option}`, given);
  const ahead = names('known', known);
  const columns = [target, ...names('features', features), ...ahead, ...names('static', statics)];
  const key = names('key', reading.key ?? []);
  const split =
    ahead.length > 0
      ? splitRowsAhead(table, { time: reading.time, key, target })
      : { past: table, ahead: undefined };
  const series = seriesOf(split.past, { ...reading, columns: [...new Set(columns)] });
  const future = split.ahead && seriesAhead(split.ahead, series, { ...reading, key, columns: ahead });
  return { series, future };
}

/** What is known of the steps behind the last ones of series. */
function seriesAhead(
  table: Table,
  past: SeriesSet,
  options: SeriesOptions & { readonly key: readonly string[]; readonly columns: readonly string[] },
): SeriesSet {
  const own = new Set([...options.columns, ...options.key]);
  const texts = [...past.columns].flatMap(([name, column]) =>
    column.kind === 'text' && own.has(name) ? [[name, column.categories] as const] : [],
  );
  const frequency = frequencyName(past.frequency);
  const ahead = seriesOf(table, { ...options, frequency, categories: Object.fromEntries(texts) });
  checkRowsAhead(past, ahead);
  // The columns that are not known ahead are not in it; what they hold is the same.
  return { ...ahead, columns: past.columns };
}
