/** Windows over series: what a network sees (input) and what it is to say (horizon), at every place where both fit. */
import { inWords, wrongArgument } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { type Dataset, dataset } from '../dataset.js';
import { checkSeriesSet, isKnownAt, ofSeries, type SeriesSet } from './series.js';
import { type DataNote, expectWhole, quotedNames } from './table.js';
import { type WindowArrays, windowArrays } from './window-arrays.js';
import { type WindowColumns, windowColumns } from './window-columns.js';

export interface WindowOptions {
  /** How many steps the network sees. */
  readonly input: number;
  /** How many steps after them it forecasts. */
  readonly horizon: number;
  /** How far the next window is from the one before; 1 by default. */
  readonly stride?: number;
  /** The column to forecast, or several. Its past is part of the input. */
  readonly target: string | readonly string[];
  /** Further columns of which the past is known. */
  readonly features?: readonly string[];
  /** Columns that are known ahead, such as those of the calendar: their values in the horizon. */
  readonly known?: readonly string[];
  /** Columns that are the same in all of a series, such as its key: their value. */
  readonly static?: readonly string[];
  /** Of series with fewer steps than input and horizon: `'error'` by default; `'drop'` leaves them out with a note. */
  readonly short?: 'error' | 'drop';
}

const NAMES: OptionNames<WindowOptions> = {
  input: true,
  horizon: true,
  stride: true,
  target: true,
  features: true,
  known: true,
  static: true,
  short: true,
};

/** Where a window is: the last step that it sees. */
export interface WindowOrigin {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The row of the table, from 0; -1 where the step was filled in. */
  readonly row: number;
  /** The series' place in the set. */
  readonly series: number;
}

/** What {@link Windows.dataset} may take: 1 GiB. */
const MAX_BYTES = 2 ** 30;

/** Windows that are known by their places alone: arrays are made for those that are asked for. */
export class Windows {
  readonly input: number;
  readonly horizon: number;
  readonly columns: WindowColumns;
  readonly notes: readonly DataNote[];
  readonly #set: SeriesSet;
  /** Of each window: its series, and the first step that it sees. */
  readonly #series: Int32Array;
  readonly #starts: Int32Array;

  /** @internal Made by {@link windows}. */
  constructor(
    set: SeriesSet,
    sizes: { readonly input: number; readonly horizon: number },
    columns: WindowColumns,
    places: { readonly series: Int32Array; readonly starts: Int32Array; readonly notes: readonly DataNote[] },
  ) {
    this.#set = set;
    this.input = sizes.input;
    this.horizon = sizes.horizon;
    this.columns = columns;
    this.#series = places.series;
    this.#starts = places.starts;
    this.notes = places.notes;
  }

  /** How many there are. */
  get length(): number {
    return this.#starts.length;
  }

  /**
   * The last step that a window sees.
   *
   * @throws E_INVALID_OPTION when there is no such window
   */
  origin(index: number): WindowOrigin {
    const [which, start] = [this.#series[index], this.#starts[index]];
    const series = which === undefined ? undefined : this.#set.series[which];
    if (which === undefined || start === undefined || series === undefined) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Windows.origin: ${inWords(index)} is no window; there are 0 to ${this.length - 1}.`,
      );
    }
    const last = start + this.input - 1;
    return { time: series.times[last] ?? Number.NaN, row: series.rows[last] ?? -1, series: which };
  }

  /**
   * Of each series the first window, and every so many-th behind it.
   *
   * @throws E_INVALID_OPTION for what is no whole number from 1
   */
  every(stride: number): Windows {
    expectWhole('Windows.every', { stride }, 1);
    if (stride === 1) return this;
    let place = 0;
    const isKept = (_: number, index: number) => {
      place = index > 0 && this.#series[index] === this.#series[index - 1] ? place + 1 : 0;
      return place % stride === 0;
    };
    const places = {
      series: this.#series.filter(isKept),
      starts: this.#starts.filter(isKept),
      notes: this.notes,
    };
    return new Windows(this.#set, this, this.columns, places);
  }

  /** The bytes that the arrays of one window take. */
  get bytesPerWindow(): number {
    const { targets, past, pastCategories, known, knownCategories, ...rest } = this.columns;
    const inHorizon = targets.length + known.length + knownCategories.length;
    const perWindow = rest.static.length + rest.staticCategories.length;
    return 4 * (this.input * (past.length + pastCategories.length) + this.horizon * inHorizon + perWindow);
  }

  /**
   * The arrays of windows `start` to `end - 1`, such as those of one batch: `past` [windows, input, columns] of float32,
   * `known` [windows, horizon, columns], `static` [windows, columns], and beside each the categories of its columns of text
   * as int32 (`pastCategories` and so on), where there are such columns; targets [windows, horizon], with several target
   * columns [windows, horizon, targets].
   *
   * @throws E_INVALID_OPTION when that is no range of windows; E_NOT_FINITE for a number that float32 does not hold
   */
  arrays(start = 0, end: number = this.length): WindowArrays {
    if (
      !Number.isInteger(start) ||
      !Number.isInteger(end) ||
      start < 0 ||
      end <= start ||
      end > this.length
    ) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Windows.arrays: ${inWords(start)} to ${inWords(end)} is no range of ${counted(this.length, 'window')}.`,
      );
    }
    const places = { series: this.#series.subarray(start, end), starts: this.#starts.subarray(start, end) };
    return windowArrays(this.#set, this.columns, this, places);
  }

  /**
   * All windows as a data set for `fit` and `evaluate`, in memory.
   *
   * @param maxBytes what the arrays may take; 1 GiB by default
   * @throws E_INVALID_OPTION when they take more
   */
  dataset(maxBytes = MAX_BYTES): Dataset<WindowArrays['inputs']> {
    const bytes = this.length * this.bytesPerWindow;
    if (bytes > maxBytes) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `Windows.dataset: ${counted(this.length, 'window')} take ${bytes} bytes, more than ${maxBytes}. Give a larger stride, allow more (dataset(${bytes})), or take arrays(start, end) part by part.`,
      );
    }
    return dataset(this.arrays());
  }
}

/**
 * All windows of the series. None goes from one series to another, or over a gap, and what a window sees does not end on a line
 * that `fill: 'linear'` draws to a later value.
 *
 * @throws E_UNKNOWN_NAME for columns that there are not; E_INVALID_OPTION for a target of text, sizes that are no whole
 *   numbers, a static column that changes, and series that are too short, with the rows that they need
 */
export function windows(set: SeriesSet, options: WindowOptions): Windows {
  checkSeriesSet('windows', set);
  checkOptionNames('windows', options ?? null, NAMES, {
    window: 'input',
    lookback: 'input',
    targets: 'target',
  });
  if (set.series.length === 0) throw wrongArgument('windows', set.series, 'at least one series');
  const { input, horizon, stride = 1, short = 'error' } = options;
  expectWhole('windows', { input, horizon, stride }, 1);
  if (short !== 'error' && short !== 'drop') {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windows: short is ${inWords(short)}; expected 'error' or 'drop'.`,
    );
  }
  return new Windows(
    set,
    { input, horizon },
    windowColumns(set, options),
    placesOf(set, { input, horizon, stride, short }),
  );
}

interface Sizes {
  readonly input: number;
  readonly horizon: number;
  readonly stride: number;
  readonly short: 'error' | 'drop';
}

function placesOf(
  set: SeriesSet,
  { input, horizon, stride, short }: Sizes,
): { series: Int32Array; starts: Int32Array; notes: DataNote[] } {
  const needed = input + horizon;
  const firsts = set.series.map(({ context }) => Math.max(0, (context ?? 0) - input));
  const counts = set.series.map(({ times }, index) =>
    Math.max(0, Math.floor((times.length - (firsts[index] ?? 0) - needed) / stride) + 1),
  );
  const shorts = set.series.filter((_, index) => counts[index] === 0);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [first] = shorts;
  if (first !== undefined && (short === 'error' || total === 0)) {
    const others =
      shorts.length > 1
        ? `, and ${counted(shorts.length - 1, 'other')} of ${set.series.length} are too short, too`
        : '';
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `windows: input ${input} and horizon ${horizon} take ${needed} rows; there are ${first.times.length}${ofSeries(first)}${others}. Give a smaller input or horizon${total > 0 ? ", or short: 'drop' to leave such series out" : ', or more rows'}.`,
    );
  }
  const [series, starts] = [new Int32Array(total), new Int32Array(total)];
  let place = 0;
  for (const [index, each] of set.series.entries()) {
    const first = firsts[index] ?? 0;
    for (let i = 0; i < (counts[index] ?? 0); i++) {
      const start = first + i * stride;
      if (!isKnownAt(each, start + input - 1)) continue;
      series[place] = index;
      starts[place++] = start;
    }
  }
  const notes: DataNote[] = [];
  const note = (count: number, text: string) => count > 0 && notes.push({ text, count });
  const names = quotedNames(new Set(shorts.map(({ name }) => name)));
  note(
    shorts.length,
    `${counted(shorts.length, 'series', 'series')} with fewer than ${needed} rows left out (${names}).`,
  );
  const drawn = total - place;
  note(
    drawn,
    `${counted(drawn, 'window')} left out that would end on a line to a later value, which tells what comes.`,
  );
  if (place === 0) throw allDrawn(total);
  return { series: series.subarray(0, place), starts: starts.subarray(0, place), notes };
}

function allDrawn(count: number): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `windows: each of ${counted(count, 'window')} ends on a line that fill: 'linear' draws to a later value, which tells what comes. Give fill: 'previous' or 'drop'.`,
  );
}
