/** The forecast of series that grow, row by row: `Model.stream` carries the window on. */
import * as z from 'zod/mini';
import { wrongArgument } from '../arguments.js';
import { checkFrequency, countedFrom } from '../data/table/frequency.js';
import { timeText } from '../data/table/group-rows.js';
import { checkSeriesSet, type Series, type SeriesSet, valuesOf } from '../data/table/series.js';
import { quotedNames } from '../data/table/table.js';
import { LstmOnnxError } from '../errors.js';
import { mustHave } from '../must-get.js';
import { BaseModel } from '../runtime/model.js';
import type { Stream } from '../runtime/stream.js';
import type { Feeds } from '../runtime/values.js';
import { SerialQueue } from '../serial-queue.js';
import { isOnline, outputIn, planOf } from './forecast-metadata.js';
import { checkFits, type ForecastPlan, lastWindows, windowsOf } from './forecast-plan.js';
import { expectFinite, type SeriesForecast, seriesForecast } from './forecaster.js';
import { checkRow, type ForecastRow, type RowPlace, RowReader } from './online-rows.js';

/** Where one series has got to. */
export interface OnlineSeriesState {
  /** As the series has them. */
  readonly name: string;
  readonly key: Readonly<Record<string, string>>;
  /** The time of its last row, in milliseconds since 1970. */
  readonly time: number;
  /** The time that tells on which day of a month its rows are. */
  readonly from: number;
  /** What is the same in all its rows, by its columns. */
  readonly static: ForecastRow;
  /** The states of the model, as `Model.stream` has them. */
  readonly states: Feeds;
}

/** Where an online forecast has got to; its JSON, read again, is what another one can start from. */
export interface OnlineForecastState {
  /** What is forecast from what. */
  readonly plan: ForecastPlan;
  readonly series: readonly OnlineSeriesState[];
}

interface LiveSeries extends RowPlace {
  stream: Stream;
  readonly queue: SerialQueue;
  time: number;
  from: number;
}

/** Forecasts series that grow. Any number of them may share a model. */
export class OnlineForecaster {
  readonly plan: ForecastPlan;
  readonly #model: BaseModel;
  readonly #reader: RowReader;
  readonly #series: readonly LiveSeries[];

  /** @internal Made by {@link onlineForecasterOf}. */
  constructor(model: BaseModel, { plan, series }: OnlineForecastState) {
    this.plan = plan;
    this.#model = model;
    this.#reader = new RowReader(plan, checkFrequency('onlineForecasterOf', plan.frequency));
    this.#series = series.map(({ states, ...place }) => ({
      ...place,
      stream: model.stream({ initial: states }),
      queue: new SerialQueue(),
    }));
  }

  /**
   * Takes the next row of a series, and forecasts the steps behind it: the numbers that `forecast` gives of the series with that
   * row. Calls for one series run one after another, in their order. After an error everything is as it was before.
   *
   * @param row by the names of the columns: the time, that of the next step, as text of ISO 8601 or milliseconds since 1970; the
   *   columns of the key, where there are any; the target, the features, and what is known ahead. What else is in it is not read.
   * @param future the next `horizon` rows, or more, with their times and the columns that are known ahead, where the plan has any
   * @throws E_INVALID_OPTION for a time that is not the next one, with that which is expected, and for texts in place of numbers;
   *   E_MISSING_NAME for a column or `future` that is missing; E_UNKNOWN_NAME for a series that there is not, and for a text that was
   *   not there in training; E_NOT_FINITE for NaN and infinities, also in what is forecast; E_RUN_FAILED as `Model.run`
   */
  async update(row: ForecastRow, future?: readonly ForecastRow[]): Promise<SeriesForecast> {
    const live = this.#find(checkRow('update', row));
    return live.queue.add(() => this.#step(live, row, future));
  }

  /** Where each series has got to. */
  get state(): OnlineForecastState {
    const series = this.#series.map(({ name, key, time, from, static: statics, stream }) => ({
      ...{ name, key, time, from, static: statics, states: stream.state },
    }));
    return { plan: this.plan, series };
  }

  async #step(live: LiveSeries, row: ForecastRow, future: unknown): Promise<SeriesForecast> {
    const { plan } = this;
    const { target, features, known } = plan;
    const past = this.#reader.seriesOf('update', [row], live, [target, ...features, ...known]);
    const time = mustHave(past.series[0]?.times[0], 'The time of a row');
    const seen = Float64Array.of(live.from, live.time, time);
    const ahead = this.#ahead(future, { ...live, from: countedFrom(this.#reader.frequency, seen), time });
    const one = { ...plan, window: 1 };
    const whole = lastWindows(past, one, ahead, seen);
    const { past: own, pastCategories, ...others } = windowsOf(whole, one).arrays().inputs;
    const before = live.stream.state;
    const results = await live.stream.run({
      row: own,
      ...(pastCategories && { rowCategories: pastCategories }),
      ...others,
    });
    const { data } = outputIn(results, 'forecast');
    try {
      expectFinite('update', live.name, data);
    } catch (error) {
      live.stream = this.#model.stream({ initial: before });
      throw error;
    }
    const { name, key, times } = mustHave(whole.series[0], 'The series of a row');
    live.from = countedFrom(this.#reader.frequency, seen);
    live.time = time;
    return seriesForecast({ name, key, times: times.subarray(1) }, data, plan);
  }

  /** What is known of the steps behind a row. */
  #ahead(future: unknown, place: RowPlace): SeriesSet | undefined {
    const { known, horizon, time } = this.plan;
    if (future === undefined && known.length === 0) return undefined;
    if (known.length === 0) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        'update: future is given, and the forecast has no columns that are known ahead; leave it out.',
      );
    }
    const expected = `the next ${horizon} rows, with the columns ${quotedNames([time, ...known])}`;
    if (future === undefined) {
      throw new LstmOnnxError(
        'E_MISSING_NAME',
        `update: future is missing; give ${expected}, from the step behind ${timeText(place.time)} on.`,
      );
    }
    if (!Array.isArray(future)) throw wrongArgument('update: future', future, expected);
    if (future.length < horizon) {
      throw new LstmOnnxError(
        'E_INVALID_OPTION',
        `update: future has ${future.length} rows; expected ${expected}.`,
      );
    }
    return this.#reader.seriesOf('update: future', future, place, known);
  }

  #find(row: ForecastRow): LiveSeries {
    const isOf = ({ key }: LiveSeries) => Object.entries(key).every(([name, text]) => row[name] === text);
    const found = this.#series.find(isOf);
    if (found !== undefined) return found;
    const names = Object.keys(this.#series[0]?.key ?? {});
    const missing = names.find((name) => !Object.hasOwn(row, name));
    if (missing !== undefined) {
      throw new LstmOnnxError(
        'E_MISSING_NAME',
        `update: the column '${missing}' is missing, which says which series the row is of.`,
      );
    }
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `update: there is no series with ${names.map((name) => `${name} '${row[name]}'`).join(', ')}; the series are ${quotedNames(this.#series.map(({ name }) => name))}. An online forecast has the series that it starts with.`,
    );
  }
}

/**
 * The forecast of series that grow, of a model file that `toOnnx({ online: true })` wrote: on any provider, in Node and in the
 * browser. Each series has its own stream over the model, which starts behind its last row.
 *
 * @param from series as `seriesOf` gives, up to now: the window of each is its last rows. Or the state of another online forecast,
 *   such as its JSON says it.
 * @throws E_INVALID_FILE for another model; E_INVALID_OPTION for a series that is shorter than the window, with the rows that it
 *   takes, for series that do not fit the plan, and for the state of another forecast; E_UNKNOWN_NAME for columns that the series have
 *   not
 */
export function onlineForecasterOf(
  model: BaseModel,
  from: SeriesSet | OnlineForecastState,
): OnlineForecaster {
  if (!(model instanceof BaseModel))
    throw wrongArgument('onlineForecasterOf', model, 'what Model.load gives');
  const plan = planOf(model);
  if (!isOnline(model)) {
    throw new LstmOnnxError(
      'E_INVALID_FILE',
      'The model takes whole windows, which forecasterOf gives it; expected a file that toOnnx({ online: true }) of a trained forecast wrote.',
    );
  }
  const state = typeof from === 'object' && from !== null && 'plan' in from ? from : undefined;
  return new OnlineForecaster(model, state ? checkedState(state, plan) : startOf(from, plan));
}

function startOf(set: unknown, plan: ForecastPlan): OnlineForecastState {
  checkSeriesSet('onlineForecasterOf', set);
  if (set.series.length === 0) throw wrongArgument('onlineForecasterOf', set, 'at least one series');
  checkFits(set, plan);
  // The past has what is known ahead, too, in the order that windowsOf gives it; nothing is forecast yet.
  const past = { ...plan, features: [...plan.features, ...plan.known], known: [], horizon: 1 };
  const whole = lastWindows(set, past);
  const windows = windowsOf(whole, past);
  const series = whole.series.map((each, i): OnlineSeriesState => {
    const { past: window, pastCategories } = windows.arrays(i, i + 1).inputs;
    const { name, key, times } = each;
    return {
      ...{ name, key, time: mustHave(times[plan.window - 1], 'The last time of a series') },
      from: countedFrom(set.frequency, times),
      static: staticOf(each, plan),
      states: { window, ...(pastCategories && { windowCategories: pastCategories }) },
    };
  });
  return { plan, series };
}

function staticOf(series: Series, plan: ForecastPlan): ForecastRow {
  const entries = plan.static.map((name) => {
    const value = mustHave(valuesOf(series, name)[0], 'The value of a static column');
    return [name, plan.categories[name]?.[value] ?? value] as const;
  });
  return Object.fromEntries(entries);
}

const stateSchema = z.object({
  plan: z.unknown(),
  series: z
    .array(
      z.strictObject({
        name: z.string(),
        key: z.record(z.string(), z.string()),
        time: z.number(),
        from: z.number(),
        static: z.record(z.string(), z.union([z.string(), z.number()])),
        states: z.looseObject({}),
      }),
    )
    .check(z.minLength(1)),
});

function checkedState(state: OnlineForecastState, plan: ForecastPlan): OnlineForecastState {
  const { data, error } = stateSchema.safeParse(state);
  if (!data) {
    const [issue] = error.issues;
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `onlineForecasterOf: the state is not read: ${issue?.path.join('.')}: ${issue?.message}.`,
    );
  }
  if (JSON.stringify(data.plan) !== JSON.stringify(plan)) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      'onlineForecasterOf: the state is of a forecast with another plan. Give one of the same columns, sizes and categories, or series to start from.',
    );
  }
  return { plan, series: state.series };
}
