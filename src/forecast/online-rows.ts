/** Rows by the names of their columns, as series: the new row of a series that grows, and what is known of the steps behind it. */
import { inWords, isObject, wrongArgument } from '../arguments.js';
import { parseIsoDate } from '../data/table/date-format.js';
import { type Frequency, stepAt, stepsBehind } from '../data/table/frequency.js';
import { timeText } from '../data/table/group-rows.js';
import type { Series, SeriesColumn, SeriesSet, SeriesValues } from '../data/table/series.js';
import { quotedNames } from '../data/table/table.js';
import { zoneReader } from '../data/table/time-zone.js';
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import type { ForecastPlan } from './forecast-plan.js';

/** A row by the names of its columns. The time is text of ISO 8601, or milliseconds since 1970. */
export type ForecastRow = Readonly<Record<string, string | number>>;

/** Which series rows are of, and where it ends. */
export interface RowPlace extends Pick<Series, 'name' | 'key'> {
  /** The last time before the rows. */
  readonly time: number;
  /** Where the steps behind it are counted from, as `countedFrom` says. */
  readonly from: number;
  /** What is the same in all rows, by its columns. */
  readonly static: ForecastRow;
}

/** Reads rows by the plan of a forecast. */
export class RowReader {
  readonly #plan: ForecastPlan;
  readonly frequency: Frequency;
  readonly #toUtc: ((shown: number) => number | string) | undefined;

  constructor(plan: ForecastPlan, frequency: Frequency) {
    this.#plan = plan;
    this.frequency = frequency;
    this.#toUtc = plan.timeZone === undefined ? undefined : zoneReader(plan.timeZone);
  }

  /**
   * A series of the rows, which follow one another step by step behind the last time.
   *
   * @param columns those that each row has; what else is in it is not read
   * @throws E_INVALID_OPTION for another time, texts for numbers, and another value of what is the same in all rows; E_MISSING_NAME for
   *   a column that is missing; E_UNKNOWN_NAME for a text that was not there in training; E_NOT_FINITE for NaN and infinities
   */
  seriesOf(where: string, rows: readonly unknown[], place: RowPlace, columns: readonly string[]): SeriesSet {
    const { time, key, static: statics } = this.#plan;
    const times = new Float64Array(rows.length);
    const at = (i: number) => (rows.length > 1 ? `${where}, row ${i + 1}` : where);
    const checked = rows.map((row, i) => {
      const own = checkRow(at(i), row);
      times[i] = this.#nextTime(at(i), own, place, times.subarray(0, i));
      for (const name of statics) checkStatic(at(i), own, name, place);
      return own;
    });
    const all = [...new Set([...columns, ...statics])];
    const values = all.map((name) => {
      const fixed = Object.hasOwn(place.static, name) ? place.static : undefined;
      const numbers = checked.map((row, i) => this.#value(at(i), fixed ?? row, name));
      return [name, this.#isText(name) ? Int32Array.from(numbers) : Float64Array.from(numbers)] as const;
    });
    const rowsOfTable = new Int32Array(rows.length).fill(-1);
    const series = { name: place.name, key: place.key, times, rows: rowsOfTable, context: 0 };
    return {
      series: [{ ...series, values: new Map<string, SeriesValues>(values) }],
      columns: new Map(all.map((name) => [name, this.#column(name)])),
      ...{ time, key, frequency: this.frequency, season: this.#plan.season, notes: [] },
    };
  }

  #isText(name: string): boolean {
    return Object.hasOwn(this.#plan.categories, name);
  }

  #column(name: string): SeriesColumn {
    if (!this.#isText(name)) return { kind: 'number' };
    return { kind: 'text', categories: mustHave(this.#plan.categories[name], 'The texts of a column') };
  }

  /** A number, or the code of a text. */
  #value(where: string, row: ForecastRow, name: string): number {
    const value = entry(where, row, name, 'column');
    const categories = this.#isText(name) ? this.#plan.categories[name] : undefined;
    if (categories !== undefined) {
      if (typeof value !== 'string') throw wrongArgument(`${where}: column '${name}'`, value, 'text');
      const code = categories.indexOf(value);
      if (code >= 0) return code;
      throw new LstmOnnxError(
        'E_UNKNOWN_NAME',
        `${where}: column '${name}' is '${value}', which was not there in training; known are ${quotedNames(categories)}.`,
      );
    }
    if (typeof value !== 'number') throw wrongArgument(`${where}: column '${name}'`, value, 'a number');
    if (Number.isFinite(Math.fround(value))) return value;
    throw new LstmOnnxError(
      'E_NOT_FINITE',
      `${where}: column '${name}' is ${value}; expected a finite number that float32 holds.`,
    );
  }

  /** @param before the times of the rows before it */
  #nextTime(where: string, row: ForecastRow, { name, time: first, from }: RowPlace, before: Float64Array) {
    const time = this.#timeOf(where, entry(where, row, this.#plan.time, 'time'));
    const last = before.at(-1) ?? first;
    if (stepAt(this.frequency, time, last) === 1) return time;
    const expected = timeText(stepsBehind(this.frequency, Float64Array.of(from, first, ...before))(1));
    const what = time > last ? 'leaves a gap, or lies between two steps' : 'is there already';
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${where}: expected the row of ${expected}${name === '' ? '' : ` of series '${name}'`}, which follows ${timeText(last)}; got ${timeText(time)}, which ${what}.`,
    );
  }

  #timeOf(where: string, given: unknown): number {
    const at = `${where}: the time '${this.#plan.time}'`;
    const expected = 'ISO 8601 such as 2020-01-31 or 2020-01-31T18:30:00Z, or milliseconds since 1970';
    if (typeof given === 'number' && Math.abs(given) <= 8.64e15) return given;
    const written = typeof given === 'string' ? parseIsoDate(given) : undefined;
    if (written === undefined) throw wrongArgument(at, given, expected);
    // As tables are read: a day is the same everywhere.
    if (written.hasZone || !written.hasHour || this.#toUtc === undefined) return written.time;
    const time = this.#toUtc(written.time);
    if (typeof time === 'number') return time;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `${at} is '${given}': ${time}. Write it with its zone, or give milliseconds since 1970.`,
    );
  }
}

/** @throws E_INVALID_OPTION unless it is an object */
export function checkRow(where: string, row: unknown): ForecastRow {
  if (isObject(row)) return row as ForecastRow; // each value is checked when it is read
  throw wrongArgument(where, row, 'a row by the names of its columns');
}

function entry(where: string, row: ForecastRow, name: string, what: string): unknown {
  if (Object.hasOwn(row, name) && row[name] !== undefined && row[name] !== null) return row[name];
  throw new LstmOnnxError(
    'E_MISSING_NAME',
    `${where}: the ${what} '${name}' is missing; the row has ${quotedNames(Object.keys(row)) || 'nothing'}.`,
  );
}

function checkStatic(where: string, row: ForecastRow, name: string, { static: statics }: RowPlace): void {
  if (!Object.hasOwn(row, name) || row[name] === statics[name]) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `${where}: column '${name}' is ${inWords(row[name])}; it is the same in all of a series, ${inWords(statics[name])} in this one.`,
  );
}
