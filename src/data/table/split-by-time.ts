/** Parts of series before and after a time, so that nothing of the later ones is seen in training. */
import { inWords } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { parseIsoDate } from './date-format.js';
import { addSteps, type Frequency, startOfStep, stepAt } from './frequency.js';
import { timeText } from './group-rows.js';
import {
  checkSeriesSet,
  firstFrom,
  knownBefore,
  type Series,
  type SeriesSet,
  sliceSeries,
  spanOf,
} from './series.js';
import { type DataNote, expectWhole } from './table.js';

/** Where a part is, or how long. */
type Part = number | string | Date;

export interface TimeSplitOptions {
  /**
   * The part for validation: a fraction of all steps (below 1), a number of steps, or the time at which it starts
   * (ISO 8601, read as UTC, or a `Date`). None by default.
   */
  readonly validation?: Part;
  /** The part behind it, for the test, told in the same ways. None by default. */
  readonly test?: Part;
  /** So many steps before each border are in neither part; 0 by default. */
  readonly gap?: number;
  /**
   * So many steps before its border a later part keeps as input alone, so that its first window has its targets right
   * behind the border. 0 by default: then no window has a step on the other side of a border.
   */
  readonly context?: number;
}

const NAMES: OptionNames<TimeSplitOptions> = { validation: true, test: true, gap: true, context: true };

export interface TimeSplit {
  readonly train: SeriesSet;
  readonly validation?: SeriesSet;
  readonly test?: SeriesSet;
  /** When the later parts start, in milliseconds since 1970. */
  readonly borders: { readonly validation?: number; readonly test?: number };
  readonly notes: readonly DataNote[];
}

/** The parts that the options ask for are there. */
type PartsOf<Options> = {
  readonly [Name in 'validation' | 'test' as Options extends Record<Name, Part> ? Name : never]: SeriesSet;
};

/**
 * Splits series at the same times for all of them, without copying. Steps that `fill: 'linear'` draws to a value behind a border
 * are in no part before it.
 *
 * @throws E_INVALID_OPTION when neither part is wanted, or a part has no rows
 */
export function splitByTime<Options extends TimeSplitOptions>(
  set: SeriesSet,
  options: Options & { readonly [Name in Exclude<keyof Options, keyof TimeSplitOptions>]: never },
): TimeSplit & PartsOf<Options>;
export function splitByTime(set: SeriesSet, options: TimeSplitOptions): TimeSplit {
  checkSeriesSet('splitByTime', set);
  checkOptionNames('splitByTime', options ?? null, NAMES);
  const { gap = 0, context = 0 } = options;
  expectWhole('splitByTime', { gap, context }, 0);
  if (options.validation === undefined && options.test === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'splitByTime: give validation, test or both, as in validation: 0.2.',
    );
  }
  const behind = addSteps(set.frequency, spanOf(set.series).last, 1);
  const test = borderOf(set, 'test', options.test, behind);
  const validation = borderOf(set, 'validation', options.validation, test ?? behind);
  const before = (border: number) => addSteps(set.frequency, border, -gap);
  const notes: DataNote[] = [];
  const part = (range: Range) => partOf(set, range, gap, notes);
  const [start, end] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const train = part({ name: 'training', from: start, to: before(validation ?? test ?? behind), context: 0 });
  const validationEnd = test === undefined ? end : before(test);
  return {
    train,
    ...(validation !== undefined && {
      validation: part({ name: 'validation', from: validation, to: validationEnd, context }),
    }),
    ...(test !== undefined && { test: part({ name: 'test', from: test, to: end, context }) }),
    borders: {
      ...(validation !== undefined && { validation }),
      ...(test !== undefined && { test }),
    },
    notes,
  };
}

/** When a part starts that goes on to `end`: told as a time, or as so many steps of all. */
function borderOf(set: SeriesSet, name: string, part: Part | undefined, end: number): number | undefined {
  if (part === undefined) return undefined;
  if (typeof part !== 'number') return timeOf(name, part);
  const { series, frequency } = set;
  const { first, last } = spanOf(series);
  const whole = Math.round(stepAt(frequency, last, first)) + 1;
  const steps = part < 1 ? Math.round(part * whole) : part;
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `splitByTime: ${name} is ${part}; expected a fraction between 0 and 1 of the ${whole} steps, a number of steps, or a time.`,
    );
  }
  return startOfStep(
    frequency,
    addSteps(frequency, first, Math.round(stepAt(frequency, end, first)) - steps),
  );
}

/** The times of a part. */
interface Range {
  readonly name: string;
  readonly from: number;
  /** Its last step is before. */
  readonly to: number;
  readonly context: number;
}

/** @throws E_INVALID_OPTION where no rows are left for it */
function partOf(set: SeriesSet, range: Range, gap: number, notes: DataNote[]): SeriesSet {
  const { name, from, to } = range;
  const series = set.series.flatMap((each) => cut(each, set.frequency, range));
  if (series.length === 0) {
    const { first, last } = spanOf(set.series);
    const behind = addSteps(set.frequency, last, 1);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `splitByTime: no rows are left for ${name} (${timeText(Math.max(from, first))} to ${timeText(Math.min(to, behind))}, with a gap of ${counted(gap, 'step')}); the series are from ${timeText(first)} to ${timeText(last)}.`,
    );
  }
  const without = set.series.length - series.length;
  if (without > 0)
    notes.push({ text: `${counted(without, 'series', 'series')} without rows for ${name}.`, count: without });
  return { ...set, series };
}

/** The steps of a series in a range of times, of which nothing behind it is seen; none where there are none. */
function cut(series: Series, frequency: Frequency, { from, to, context }: Range): Series[] {
  const { times } = series;
  const start = firstFrom(times, from);
  const before = firstFrom(times, to);
  const end = Number.isFinite(to)
    ? // A border may lie between two steps, and far behind the last one.
      knownBefore(series, before, Math.max(before, Math.ceil(stepAt(frequency, to, times[0] ?? to))))
    : before;
  if (end <= start) return [];
  const early = Math.min(context, start);
  return [sliceSeries(series, start - early, end, early)];
}

function timeOf(name: string, given: unknown): number {
  const time =
    given instanceof Date
      ? given.getTime()
      : typeof given === 'string'
        ? parseIsoDate(given)?.time
        : undefined;
  if (time !== undefined && Number.isFinite(time)) return time;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `splitByTime: ${name} is ${inWords(given)}; expected a fraction, a number of steps, or a time such as '2020-01-31'.`,
  );
}
