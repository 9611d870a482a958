/** How `train forecast` and `predict` read a CSV file as series. */
import type { SeriesSet } from '../data/table/series.js';
import { quotedNames, type Table } from '../data/table/table.js';
import type { Separator, TableOptions } from '../data/table/table-options.js';
import { LstmOnnxError } from '../errors.js';
import { readTable } from '../files/table.js';
import type { ForecastPlan } from '../forecast/forecast-plan.js';
import { forecastSeries } from '../forecast/forecast-series.js';
import type { ReadingSettings } from './forecast-settings.js';
import { columnNames, columnNotes, withModelNames } from './model-columns.js';
import type { Output } from './output.js';

/** The columns of a forecast. */
export interface ForecastColumnNames {
  readonly target: string;
  readonly features?: readonly string[];
  readonly known?: readonly string[];
  readonly static?: readonly string[];
}

/** What a model file says of the series that it takes. */
type Expected = Pick<ForecastPlan, 'time' | 'key' | 'timeZone' | 'frequency' | 'categories'>;

export interface ReadSeries {
  readonly series: SeriesSet;
  /** The rows behind the last one with a target, where columns are known ahead and there are such rows. */
  readonly ahead: SeriesSet | undefined;
}

/**
 * Reads the series, and says what was found and done.
 *
 * @throws what readTable and seriesOf throw, with the options of the command line that decide
 */
export async function readSeries(
  settings: ReadingSettings,
  columns: ForecastColumnNames,
  say: Output['say'],
  expected?: Expected,
): Promise<ReadSeries> {
  const { csv, sort = false, fill, duplicates } = settings;
  const given = { time: settings.time, key: settings.group ?? [] };
  const names = expected && columnNames(given, expected);
  const inFile = (name: string) => names?.get(name) ?? name;
  const texts = [...given.key, ...Object.keys(expected?.categories ?? {}).map(inFile)];
  const own = await readTable(csv, tableOptions(settings, texts, expected));
  const table = names ? withModelNames(own, names) : own;
  for (const note of names ? columnNotes(given, names) : []) say(note);
  const time = expected?.time ?? settings.time ?? onlyTime(table, csv);
  if (!expected && settings.time === undefined) say(`The column of times is '${time}'.`);
  const key = names ? [...names.keys()].slice(1) : given.key;
  const frequency = settings.frequency ?? expected?.frequency;
  const options = {
    time,
    key,
    sort,
    ...(fill && { fill }),
    ...(duplicates && { duplicates }),
    ...(frequency !== undefined && { frequency }),
  };
  // Of a column that the table lacks, the columns are told, not the categories.
  const categories = Object.fromEntries(
    Object.entries(expected?.categories ?? {}).filter(([name]) => table.columns.has(name)),
  );
  const { target, features = [], known = [], static: statics = [] } = columns;
  const wanted = { target, features, known, static: statics };
  const { series, future: ahead } = forecastSeries(table, { ...options, ...wanted, categories });
  for (const { text } of [...table.notes, ...series.notes]) say(text);
  return { series, ahead };
}

export function tableOptions(
  settings: Omit<ReadingSettings, 'csv'>,
  texts: readonly string[],
  expected?: Expected,
): TableOptions {
  const { decimal, missing, dateFormat } = settings;
  const separator: Separator | undefined = settings.separator === 'tab' ? '\t' : settings.separator;
  const time = settings.time ?? expected?.time;
  const timeZone = settings.timeZone ?? expected?.timeZone;
  return {
    // Numbers may name series or categories, too.
    columns: Object.fromEntries(texts.map((name) => [name, 'text'])),
    ...(decimal !== undefined && { decimal }),
    ...(separator !== undefined && { separator }),
    ...(missing !== undefined && { missing }),
    ...(time !== undefined && { time }),
    ...(dateFormat !== undefined && { dateFormat }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

/** @throws E_INVALID_FILE where no column has times, E_INVALID_OPTION where several have */
function onlyTime(table: Table, file: string): string {
  const all = [...table.columns].filter(([, { kind }]) => kind === 'time').map(([name]) => name);
  const [only] = all;
  if (only === undefined) throw noTimes(table, file);
  if (all.length > 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${file}: several columns hold times: ${quotedNames(all)}. Name that of the rows with --time.`,
    );
  }
  return only;
}

export function noTimes(table: Table, file: string): LstmOnnxError {
  const columns = [...table.columns].map(
    ([name, { kind }]) => `'${name}' (${kind === 'number' ? 'numbers' : kind})`,
  );
  return new LstmOnnxError(
    'E_INVALID_FILE',
    `${file}: no column of times is found; the columns are ${columns.join(', ')}. If one of them holds dates, give --time COLUMN and --date-format FORMAT, such as --date-format YYYY.`,
  );
}
