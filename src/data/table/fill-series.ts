/** Puts the rows of each series on the steps of a frequency, and fills or cuts where some are missing. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { addSteps, type Frequency, frequencyName, stepAt } from './frequency.js';
import { type RowGroup, timeText } from './group-rows.js';
import type { Series, SeriesColumn, SeriesValues } from './series.js';
import type { Fill } from './series-of.js';
import { type DataNote, placeOf, type Table } from './table.js';

export interface FillJob {
  readonly table: Table;
  readonly times: Float64Array;
  readonly columns: ReadonlyMap<string, SeriesColumn>;
  readonly frequency: Frequency;
  readonly fill: Fill;
}

/** What was done, over all series. */
interface Done {
  steps: number;
  values: number;
  left: number;
  cuts: number;
}

/** Of steps that are filled in: a frequency of seconds over years is a mistake. */
const MAX_STEPS = 2 ** 26;

/** @throws E_INVALID_FILE for missing values and gaps where they are not to be filled, and for times between two steps */
export function fillSeries(job: FillJob, groups: readonly RowGroup[], notes: DataNote[]): Series[] {
  const { fill, columns, table } = job;
  if (fill === 'error') refuseMissing(job, groups);
  const done: Done = { steps: 0, values: 0, left: 0, cuts: 0 };
  const steps = groups.map((group) => stepsOf(job, group));
  if (fill === 'error') refuseGaps(job, groups, steps);
  const read = readers(job);
  const series = groups.flatMap((group, index) => {
    const own = steps[index] ?? new Float64Array();
    return fill === 'previous' || fill === 'linear'
      ? filled(job, group, own, read, done)
      : pieces(job, group, own, read, done);
  });
  const how = fill === 'linear' ? 'by lines between their neighbours' : 'with the value before them';
  const add = (count: number, text: string) => {
    if (count > 0) notes.push({ text, count });
  };
  add(done.steps, `${counted(done.steps, 'step')} without a row filled in ${how}.`);
  add(done.values, `${counted(done.values, 'missing value')} filled in ${how}.`);
  const why = fill === 'drop' ? 'with missing values' : 'with nothing on one side to fill them from';
  add(done.left, `${counted(done.left, 'row')} left out, ${why}.`);
  add(done.cuts, `Series are cut at ${counted(done.cuts, 'gap')}.`);
  if (series.length > 0) return series;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `seriesOf: no row of ${table.rows} has a value in each of the columns ${[...columns.keys()].join(', ')}. Give the columns that are wanted.`,
  );
}

/** The value of a row: NaN, or -1 of text, where it is missing. */
type Read = (row: number) => number;

function readers({ table, columns }: FillJob): Map<string, Read> {
  return new Map(
    [...columns].map(([name, column]): [string, Read] => {
      const from = table.columns.get(name);
      if (from?.kind === 'number') return [name, (row) => from.values[row] ?? Number.NaN];
      if (from?.kind !== 'text' || column.kind !== 'text') return [name, () => Number.NaN];
      if (column.categories === from.categories) return [name, (row) => from.codes[row] ?? -1];
      const codes = new Map(column.categories.map((text, code) => [text, code]));
      const own = from.categories.map((text) => codes.get(text) ?? -1);
      return [name, (row) => own[from.codes[row] ?? -1] ?? -1];
    }),
  );
}

const isMissing = (value: number, column: SeriesColumn | undefined) =>
  column?.kind === 'text' ? value < 0 : Number.isNaN(value);

function refuseMissing({ table, columns }: FillJob, groups: readonly RowGroup[]): void {
  const lost = [...columns.keys()]
    .map((name) => ({ name, column: table.columns.get(name) }))
    .filter(({ column }) => column !== undefined && column.missing > 0);
  const [first] = lost;
  if (first?.column === undefined || groups.length === 0) return;
  const { column } = first;
  const row = column.kind === 'text' ? column.codes.indexOf(-1) : column.values.findIndex(Number.isNaN);
  const list = lost.map(({ name, column: each }) => `'${name}' ${each?.missing}`).join(', ');
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `seriesOf: values are missing (${list}), the first of '${first.name}' in ${placeOf(table, row)}. Give fill: 'previous', 'linear' or 'drop', or the columns that are wanted.`,
    { hints: [{ option: 'fill' }] },
  );
}

/** The step of each row from that of the first. */
function stepsOf({ table, times, frequency }: FillJob, { rows }: RowGroup): Float64Array {
  const origin = times[rows[0] ?? 0] ?? 0;
  const steps = Float64Array.from(rows, (row) => stepAt(frequency, times[row] ?? 0, origin));
  const odd = steps.findIndex((step, place) => !Number.isInteger(step) || step === steps[place - 1]);
  if (odd < 0) return steps;
  const [row, before] = [rows[odd] ?? 0, rows[odd - 1] ?? 0];
  const time = timeText(times[row]);
  const name = frequencyName(frequency);
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    Number.isInteger(steps[odd])
      ? `seriesOf: ${placeOf(table, row)}, ${time}, is in the same ${name} as ${placeOf(table, before)}, ${timeText(times[before])}. Give another frequency, or one row for each step.`
      : `seriesOf: ${placeOf(table, row)} has the time ${time}, which is not on a step of one ${name} from ${timeText(origin)} on. Give another frequency, or bring the rows to one step before.`,
    { hints: [{ option: 'frequency' }] },
  );
}

function refuseGaps(
  { table, times, frequency }: FillJob,
  groups: readonly RowGroup[],
  steps: readonly Float64Array[],
): void {
  let [gaps, lost] = [0, 0];
  let first = '';
  for (const [index, { rows, name }] of groups.entries()) {
    const own = steps[index] ?? new Float64Array();
    for (let place = 1; place < own.length; place++) {
      const missing = (own[place] ?? 0) - (own[place - 1] ?? 0) - 1;
      if (missing === 0) continue;
      gaps++;
      lost += missing;
      const [from, to] = [rows[place - 1] ?? 0, rows[place] ?? 0];
      first ||= `${name === '' ? '' : `in series '${name}' `}between ${placeOf(table, from)} (${timeText(times[from])}) and ${placeOf(table, to)} (${timeText(times[to])})`;
    }
  }
  if (gaps === 0) return;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `seriesOf: ${counted(lost, 'step')} of one ${frequencyName(frequency)} ${lost === 1 ? 'has' : 'have'} no row, in ${counted(gaps, 'gap')}, the first ${first}. Give fill: 'previous', 'linear' or 'drop'.`,
    { hints: [{ option: 'fill' }] },
  );
}

/** Rows without missing values, cut where steps are missing between them. */
function pieces(
  job: FillJob,
  group: RowGroup,
  steps: Float64Array,
  read: ReadonlyMap<string, Read>,
  done: Done,
): Series[] {
  const { columns, times } = job;
  const readAll = [...read].map(([name, each]) => ({ each, column: columns.get(name) }));
  const kept: number[] = [];
  for (let place = 0; place < steps.length; place++) {
    const row = group.rows[place] ?? 0;
    if (!readAll.some(({ each, column }) => isMissing(each(row), column))) kept.push(place);
  }
  done.left += steps.length - kept.length;
  const starts = kept.flatMap((place, at) =>
    at === 0 || (steps[place] ?? 0) - (steps[kept[at - 1] ?? 0] ?? 0) !== 1 ? [at] : [],
  );
  done.cuts += Math.max(0, starts.length - 1);
  return starts.map((start, index) => {
    const rows = Int32Array.from(kept.slice(start, starts[index + 1]), (place) => group.rows[place] ?? 0);
    const values = new Map(
      [...read].map(([name, each]) => [
        name,
        arrayFor(columns.get(name), rows.length).map((_, i) => each(rows[i] ?? 0)),
      ]),
    );
    return {
      ...named(group),
      times: Float64Array.from(rows, (row) => times[row] ?? 0),
      rows,
      values,
      context: 0,
    };
  });
}

/** Every step from the first to the last. */
function filled(
  job: FillJob,
  group: RowGroup,
  steps: Float64Array,
  read: ReadonlyMap<string, Read>,
  done: Done,
): Series[] {
  const { columns, frequency, times, fill } = job;
  const length = (steps.at(-1) ?? -1) + 1;
  if (length > MAX_STEPS) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `seriesOf: ${length} steps of one ${frequencyName(frequency)} would be filled in for ${counted(steps.length, 'row')}; at most ${MAX_STEPS} are. Give a longer frequency.`,
      { hints: [{ option: 'frequency' }] },
    );
  }
  const rows = new Int32Array(length).fill(-1);
  for (const [place, step] of steps.entries()) rows[step] = group.rows[place] ?? 0;
  const origin = times[group.rows[0] ?? 0] ?? 0;
  const ownTimes = Float64Array.from(rows, (row, step) =>
    row >= 0 ? (times[row] ?? 0) : addSteps(frequency, origin, step),
  );
  let [start, end] = [0, length];
  const values = new Map<string, SeriesValues>();
  const holes = new Map<string, Uint8Array>();
  const lookahead = new Int32Array(length);
  for (const [name, each] of read) {
    const column = columns.get(name);
    const array = arrayFor(column, length);
    const hole = new Uint8Array(length);
    for (let step = 0; step < length; step++) {
      const row = rows[step] ?? -1;
      const value = row < 0 ? Number.NaN : each(row);
      hole[step] = row < 0 || isMissing(value, column) ? 1 : 0;
      array[step] = value;
    }
    const first = hole.indexOf(0);
    start = Math.max(start, first < 0 ? length : first);
    const last = hole.lastIndexOf(0) + 1;
    if (fill === 'linear' && column?.kind === 'number') end = Math.min(end, last);
    if (column?.kind === 'number' && fill === 'linear') drawLines(array, hole, lookahead);
    else repeatBefore(array, hole);
    values.set(name, array);
    holes.set(name, hole);
  }
  const inRange = (step: number) => step >= start && step < end;
  for (let step = 0; step < length; step++) {
    const isRow = (rows[step] ?? -1) >= 0;
    if (!inRange(step)) done.left += isRow ? 1 : 0;
    else if (!isRow) done.steps++;
    else for (const hole of holes.values()) done.values += hole[step] ?? 0;
  }
  if (start >= end) return [];
  const cut = [...values].map(([name, array]) => [name, array.subarray(start, end)] as const);
  return [
    {
      ...named(group),
      times: ownTimes.subarray(start, end),
      rows: rows.subarray(start, end),
      values: new Map(cut),
      context: 0,
      ...(lookahead.some((steps) => steps > 0) && { lookahead: lookahead.subarray(start, end) }),
    },
  ];
}

function named({ name, key }: RowGroup): { name: string; key: Readonly<Record<string, string>> } {
  return { name, key };
}

function arrayFor(column: SeriesColumn | undefined, length: number): SeriesValues {
  return column?.kind === 'text' ? new Int32Array(length) : new Float64Array(length);
}

function repeatBefore(values: SeriesValues, hole: Uint8Array): void {
  for (let i = 1; i < values.length; i++) if (hole[i] === 1) values[i] = values[i - 1] ?? 0;
}

/** Between the neighbours that are there; what has none on one side stays as it is. */
function drawLines(values: SeriesValues, hole: Uint8Array, lookahead: Int32Array): void {
  let before = -1;
  for (let i = 0; i < values.length; i++) {
    if (hole[i] === 1) continue;
    const [from, to] = [values[before] ?? 0, values[i] ?? 0];
    for (let k = before + 1; before >= 0 && k < i; k++) {
      values[k] = from + ((to - from) * (k - before)) / (i - before);
      lookahead[k] = Math.max(lookahead[k] ?? 0, i - k);
    }
    before = i;
  }
}
