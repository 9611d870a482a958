/** Parts of series before and after a time, so that nothing of the later ones is seen in training. */
import { inWords } from '../../arguments.js';
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { checkOptionNames, type OptionNames } from '../../option-names.js';
import { parseIsoDate } from './date-format.js';
import { addSteps, startOfStep, stepAt } from './frequency.js';
import { timeText } from './group-rows.js';
import { checkSeriesSet, firstFrom, type Series, type SeriesSet, sliceSeries } from './series.js';
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
 * Splits series at the same times for all of them, without copying.
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
  const { validation, test, gap = 0, context = 0 } = options;
  expectWhole('splitByTime', { gap, context }, 0);
  if (validation === undefined && test === undefined) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'splitByTime: give validation, test or both, as in validation: 0.2.',
    );
  }
  const first = Math.min(...set.series.map(({ times }) => times[0] ?? Number.POSITIVE_INFINITY));
  const last = Math.max(...set.series.map(({ times }) => times.at(-1) ?? Number.NEGATIVE_INFINITY));
  const whole = Math.round(stepAt(set.frequency, last, first)) + 1;
  // The borders are steps from the first, or times.
  const borderOf = (name: string, part: Part | undefined, end: number): number | undefined => {
    if (part === undefined) return undefined;
    if (typeof part !== 'number') return timeOf(name, part);
    const steps = part < 1 ? Math.round(part * whole) : part;
    if (!Number.isSafeInteger(steps) || steps < 1) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `splitByTime: ${name} is ${part}; expected a fraction between 0 and 1 of the ${whole} steps, a number of steps, or a time.`,
      );
    }
    const border = addSteps(set.frequency, first, Math.round(stepAt(set.frequency, end, first)) - steps);
    return startOfStep(set.frequency, border);
  };
  const behind = addSteps(set.frequency, last, 1);
  const testStart = borderOf('test', test, behind);
  const validationStart = borderOf('validation', validation, testStart ?? behind);
  const notes: DataNote[] = [];
  const before = (border: number) => addSteps(set.frequency, border, -gap);
  const part = (name: string, from: number, to: number, isLater: boolean): SeriesSet => {
    const series = set.series.flatMap((each) => cut(each, from, to, isLater ? context : 0));
    if (series.length === 0) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `splitByTime: no rows are left for ${name} (${timeText(Math.max(from, first))} to ${timeText(Math.min(to, behind))}, with a gap of ${counted(gap, 'step')}); the series are from ${timeText(first)} to ${timeText(last)}.`,
      );
    }
    const without = set.series.length - series.length;
    if (without > 0)
      notes.push({
        text: `${counted(without, 'series', 'series')} without rows for ${name}.`,
        count: without,
      });
    return { ...set, series };
  };
  const trainEnd = validationStart ?? testStart ?? behind;
  const train = part('training', Number.NEGATIVE_INFINITY, before(trainEnd), false);
  const validationEnd = testStart === undefined ? Number.POSITIVE_INFINITY : before(testStart);
  return {
    train,
    ...(validationStart !== undefined && {
      validation: part('validation', validationStart, validationEnd, true),
    }),
    ...(testStart !== undefined && { test: part('test', testStart, Number.POSITIVE_INFINITY, true) }),
    borders: {
      ...(validationStart !== undefined && { validation: validationStart }),
      ...(testStart !== undefined && { test: testStart }),
    },
    notes,
  };
}

/** The steps of a series from a time on and before another; none where there are none. */
function cut(series: Series, from: number, to: number, context: number): Series[] {
  const [start, end] = [firstFrom(series.times, from), firstFrom(series.times, to)];
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
