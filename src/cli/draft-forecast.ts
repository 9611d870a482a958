/** What a CSV file says of its forecast: what `train forecast` would find, and what a person has to decide. */
import { guessDateFormats } from '../data/table/date-forms.js';
import type { Table } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import { readTable } from '../files/table.js';
import { planForecast } from '../forecast/forecast-options.js';
import { forecastSeries } from '../forecast/forecast-series.js';
import { ForecastDraft } from './forecast-draft.js';
import { groupsIn } from './group-columns.js';
import { noTimes, tableOptions } from './read-series.js';

/**
 * @param given settings that are decided already
 * @throws what is wrong with the file whatever is decided, such as no column of times
 */
export async function draftForecast(given: ForecastDraft['settings']): Promise<ForecastDraft> {
  const draft = new ForecastDraft(given);
  const read = () =>
    draft.after(() => {
      const { csv, group = [] } = draft.settings;
      return readTable(csv, tableOptions(draft.settings, group));
    });
  let table = await read();
  if (draft.settings.time === undefined) {
    findTime(draft, table);
    // Numbers may have turned out to be dates.
    if (draft.settings.dateFormat !== undefined) table = await read();
  }
  if (draft.settings.group === undefined) findGroup(draft, table);
  // The names of series may be numbers.
  if (draft.settings.group !== undefined) table = await read();
  if (draft.settings.target === undefined) findTarget(draft, table);
  if (isDecided(draft)) await findSizes(draft, table);
  if (!isDecided(draft))
    draft.notes.push(
      'The frequency and what follows from it are not written: they depend on what is to be decided.',
    );
  return draft;
}

/** Whether it is known what the rows are: which of them is forecast does not matter. */
function isDecided({ decisions }: ForecastDraft): boolean {
  return decisions.every(({ option }) => option === 'target');
}

function findTime(draft: ForecastDraft, table: Table): void {
  const times = [...table.columns].filter(([, { kind }]) => kind === 'time').map(([name]) => name);
  const [only] = times;
  if (only === undefined) findNumbersAsTimes(draft, table);
  else if (times.length > 1) draft.leave('time', times, 'Several columns hold times.');
  else draft.take({ time: only }, `The column of times is '${only}'.`);
}

/** @throws E_INVALID_FILE where there are no such numbers */
function findNumbersAsTimes(draft: ForecastDraft, table: Table): void {
  const numbers = [...table.columns].flatMap(([time, column]) => {
    if (column.kind !== 'number' || column.missing > 0) return [];
    const formats = guessDateFormats([...column.values.subarray(0, 100)].map(String));
    return formats.length > 0 && areLikely(column.values, formats) ? [{ time, formats }] : [];
  });
  const [first] = numbers;
  if (first === undefined) throw noTimes(table, draft.settings.csv);
  const { time, formats } = first;
  if (numbers.length > 1) {
    const names = numbers.map((each) => each.time);
    draft.leave('time', names, 'Numbers of several columns may be dates.');
  } else draft.take({ time }, `The numbers of column '${time}' are taken for dates.`);
  if (draft.settings.dateFormat !== undefined) return;
  const [format = '', ...others] = formats;
  if (others.length > 0) draft.leave('dateFormat', formats, `Column '${time}' fits several formats.`);
  else draft.take({ dateFormat: format }, `dateFormat: ${JSON.stringify(format)} is what fits.`);
}

/** Four digits are years in few columns. */
function areLikely(values: Float64Array, formats: readonly string[]): boolean {
  return formats.some((format) => format !== 'YYYY') || values.every((year) => year >= 1500 && year <= 2200);
}

function findGroup(draft: ForecastDraft, table: Table): void {
  const { time = '', target } = draft.settings;
  const times = table.columns.get(time);
  if (times?.kind !== 'time') return;
  const groups = groupsIn(table, times.values, target === undefined ? [] : [target]);
  const [only] = groups;
  if (groups.length > 1)
    draft.leave('group', groups, 'Times repeat, and several columns would tell series apart.');
  else if (only)
    draft.take({ group: only }, `Times repeat: there is a series for each ${only.join(' and ')}.`);
}

/** @throws E_INVALID_FILE for a file without numbers */
function findTarget(draft: ForecastDraft, table: Table): void {
  const { group = [] } = draft.settings;
  const numbers = [...table.columns]
    .filter(([name, { kind }]) => kind === 'number' && !group.includes(name))
    .map(([name]) => name);
  const [only] = numbers;
  if (only === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      `${draft.settings.csv}: no column of numbers is left to forecast; the columns are ${[...table.columns.keys()].join(', ')}.`,
    );
  }
  if (numbers.length > 1)
    draft.leave('target', numbers, 'Several columns hold numbers: name the one to forecast.');
  else draft.take({ target: only }, `The column to forecast is '${only}', the only one of numbers.`);
}

/** The frequency, the season, the horizon and the window. */
async function findSizes(draft: ForecastDraft, table: Table): Promise<void> {
  const { series } = await draft.after(() => {
    const {
      time = '',
      target = '',
      group = [],
      features,
      known,
      static: statics,
      ...others
    } = draft.settings;
    const { sort, duplicates, fill, frequency } = others;
    return forecastSeries(table, {
      ...{ time, target, key: group },
      ...(features && { features }),
      ...(known && { known }),
      ...(statics && { static: statics }),
      ...(sort !== undefined && { sort }),
      ...(duplicates && { duplicates }),
      ...(fill && { fill }),
      ...(frequency !== undefined && { frequency }),
    });
  });
  if (!isDecided(draft)) return;
  const { target = '', season: givenSeason, horizon: givenHorizon, window: givenWindow } = draft.settings;
  const { plan, notes } = planForecast(series, {
    ...{ target, calendar: [] },
    ...(givenSeason !== undefined && { season: givenSeason }),
    ...(givenHorizon !== undefined && { horizon: givenHorizon }),
    ...(givenWindow !== undefined && { window: givenWindow }),
  });
  const { frequency, season, horizon, window } = plan;
  draft.take({ frequency, season, horizon, window });
  draft.notes.push(...[...table.notes, ...series.notes, ...notes].map(({ text }) => text));
}
