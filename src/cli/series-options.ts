/** How a CSV file is read as series: options that `train forecast` and `predict` share, and the reading. */
import type { Argv } from 'yargs';
import { checkFrequency } from '../data/table/frequency.js';
import type { SeriesSet } from '../data/table/series.js';
import type { Fill } from '../data/table/series-of.js';
import { quotedNames, type Table } from '../data/table/table.js';
import type { Separator, TableOptions } from '../data/table/table-options.js';
import { LstmOnnxError } from '../errors.js';
import { readTable } from '../files/table.js';
import type { ForecastPlan } from '../forecast/forecast-plan.js';
import { forecastSeries } from '../forecast/forecast-series.js';
import { columnNames, columnNotes, withModelNames } from './model-columns.js';
import type { Output } from './output.js';

export interface SeriesArguments {
  csv: string;
  time: string | undefined;
  group: string | undefined;
  'date-format': string | undefined;
  'time-zone': string | undefined;
  decimal: ',' | '.';
  separator: ',' | ';' | 'tab' | '|' | undefined;
  frequency: string | undefined;
  missing: string | undefined;
  fill: Fill | undefined;
  duplicates: 'first' | 'last' | undefined;
  sort: boolean;
}

/** Adds the options that say how a CSV file is read. */
export function withSeriesOptions<T>(yargs: Argv<T>) {
  const text = { type: 'string', requiresArg: true } as const;
  return yargs
    .option('csv', { ...text, demandOption: true, describe: 'The file of the series' })
    .option('time', { ...text, describe: 'The column of times [default: the only one]' })
    .option('group', { ...text, describe: 'The column, or columns, that tell several series apart' })
    .option('date-format', {
      ...text,
      describe: "How dates are written, such as 'MM/DD/YYYY' or 'MMM D YYYY' [default: ISO 8601]",
    })
    .option('time-zone', {
      ...text,
      describe: 'Of times that do not say theirs, such as Europe/Berlin [default: UTC]',
    })
    .option('decimal', {
      ...text,
      choices: ['.', ','] as const,
      default: '.' as const,
      describe: 'What separates the decimals of numbers, in the forecast too',
    })
    .option('separator', {
      ...text,
      choices: [',', ';', 'tab', '|'] as const,
      describe: 'What separates the cells [default: found by the first lines]',
    })
    .option('frequency', {
      ...text,
      describe: "Such as hour, '15 minutes' or month [default: found by the times]",
    })
    .option('missing', {
      ...text,
      describe: 'Texts, a,b, of cells without a value [default: NA, NaN, null, - and the like]',
    })
    .option('fill', {
      ...text,
      choices: ['previous', 'linear', 'drop'] as const,
      describe: 'Of missing rows and values [default: they are an error]',
    })
    .option('duplicates', {
      ...text,
      choices: ['first', 'last'] as const,
      describe: 'Which row of one time is kept [default: they are an error]',
    })
    .option('sort', { type: 'boolean', default: false, describe: 'Put rows into the order of time' });
}

/** The columns of a forecast. */
export interface ForecastColumnNames {
  readonly target: string;
  readonly features: readonly string[];
  readonly known: readonly string[];
  readonly static: readonly string[];
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
  args: SeriesArguments,
  columns: ForecastColumnNames,
  say: Output['say'],
  expected?: Expected,
): Promise<ReadSeries> {
  const given = { time: args.time, key: listed(args.group) };
  const names = expected && columnNames(given, expected);
  const inFile = (name: string) => names?.get(name) ?? name;
  const texts = [...given.key, ...Object.keys(expected?.categories ?? {}).map(inFile)];
  const own = await readTable(args.csv, tableOptions(args, texts, expected));
  const table = names ? withModelNames(own, names) : own;
  for (const note of names ? columnNotes(given, names) : []) say(note);
  const time = expected?.time ?? args.time ?? onlyTime(table, args.csv);
  if (!expected && args.time === undefined) say(`The column of times is '${time}'.`);
  const key = names ? [...names.keys()].slice(1) : given.key;
  const frequency = args.frequency ?? expected?.frequency;
  const options = {
    time,
    key,
    sort: args.sort,
    ...(args.fill && { fill: args.fill }),
    ...(args.duplicates && { duplicates: args.duplicates }),
    ...(frequency !== undefined && { frequency }),
  };
  // Of a column that the table lacks, the columns are told, not the categories.
  const categories = Object.fromEntries(
    Object.entries(expected?.categories ?? {}).filter(([name]) => table.columns.has(name)),
  );
  const { target, features, known, static: statics } = columns;
  const wanted = { target, features, known, static: statics };
  const { series, future: ahead } = forecastSeries(table, { ...options, ...wanted, categories });
  for (const { text } of [...table.notes, ...series.notes]) say(text);
  return { series, ahead };
}

/** @throws E_INVALID_OPTION for a frequency that is none */
function tableOptions(
  args: SeriesArguments,
  texts: readonly string[],
  expected: Expected | undefined,
): TableOptions {
  if (args.frequency !== undefined) checkFrequency('--frequency', args.frequency);
  const separator: Separator | undefined = args.separator === 'tab' ? '\t' : args.separator;
  const time = args.time ?? expected?.time;
  const timeZone = args['time-zone'] ?? expected?.timeZone;
  return {
    decimal: args.decimal,
    // Numbers may name series or categories, too.
    columns: Object.fromEntries(texts.map((name) => [name, 'text'])),
    ...(separator !== undefined && { separator }),
    ...(args.missing !== undefined && { missing: listed(args.missing) }),
    ...(time !== undefined && { time }),
    ...(args['date-format'] !== undefined && { dateFormat: args['date-format'] }),
    ...(timeZone !== undefined && { timeZone }),
  };
}

/** @throws E_INVALID_FILE where no column has times, E_INVALID_OPTION where several have */
function onlyTime(table: Table, file: string): string {
  const all = [...table.columns].filter(([, { kind }]) => kind === 'time').map(([name]) => name);
  const [only] = all;
  if (only === undefined) {
    const columns = [...table.columns].map(
      ([name, { kind }]) => `'${name}' (${kind === 'number' ? 'numbers' : kind})`,
    );
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${file}: no column of times is found; the columns are ${columns.join(', ')}. If one of them holds dates, give --time COLUMN and --date-format FORMAT, such as --date-format YYYY.`,
    );
  }
  if (all.length > 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${file}: several columns hold times: ${quotedNames(all)}. Name that of the rows with --time.`,
    );
  }
  return only;
}

/** `a,b` as a list; nothing for none. */
export function listed(names: string | undefined): string[] {
  return names === undefined ? [] : names.split(',').map((name) => name.trim());
}
