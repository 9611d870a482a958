/** One training: progress ten times a second, then the scores, the forecasts and the files. */
import {
  type ForecastEvaluation,
  type ForecastPlan,
  type PastForecast,
  type SeriesForecast,
  type SeriesSet,
  type TrainedForecaster,
  tableToCsv,
  trainAndEvaluate,
} from 'lstm-onnx/web';
import { counted, formatSeconds } from '../shared/quantities.js';
import type { Result, ShownForecast, ShownSeries, TrainingProgress } from './messages.js';
import { type Choices, trainingOptions } from './options.js';

/** Milliseconds between messages to the page. */
const reportInterval = 100;

export class TrainingRun {
  readonly #stop = new AbortController();
  #lastReport = 0;
  #validation: number | undefined;

  constructor(
    private readonly series: SeriesSet,
    private readonly future: SeriesSet | undefined,
    private readonly choices: Choices,
  ) {}

  /** After the step at hand; nothing is kept. */
  stop(): void {
    this.#stop.abort();
  }

  /** @returns undefined if it was stopped */
  async run(report: (progress: TrainingProgress) => void): Promise<Result | undefined> {
    const { signal } = this.#stop;
    const { epochs } = this.choices.settings;
    const started = performance.now();
    try {
      const { forecaster, evaluation, notes } = await trainAndEvaluate(this.series, {
        ...trainingOptions(this.choices),
        signal,
        onStep: async ({ epoch, step, steps, loss }) => {
          const now = performance.now();
          if (now - this.#lastReport < reportInterval) return;
          this.#lastReport = now;
          const done = ((epoch - 1) * steps + step) / (epochs * steps);
          const validation = this.#validation === undefined ? {} : { validation: this.#validation };
          report({ epoch, loss, ...validation, done, elapsed: now - started });
        },
        onEpoch: ({ log }) => {
          this.#validation = log.validation?.loss;
        },
      });
      const elapsed = performance.now() - started;
      const texts = notes.map(({ text }) => text);
      return signal.aborted ? undefined : await this.#result({ forecaster, evaluation, texts, elapsed });
    } catch (error) {
      if (!signal.aborted) throw error;
      return undefined;
    }
  }

  async #result({ forecaster, evaluation, texts, elapsed }: Trained): Promise<Result> {
    const { plan } = forecaster;
    const { set, notes } = forecaster.seriesToForecast(this.series, this.future);
    const ahead = set.series.length > 0 ? await forecaster.forecast(set, this.future) : [];
    const { decimal } = this.choices.reading;
    const csv = tableToCsv(forecaster.table(ahead), decimal ? { decimal } : {});
    return {
      plan,
      ...(evaluation && { table: evaluation.table }),
      isBetter: evaluation !== undefined && isBetter(evaluation),
      series: shownSeries(this.series, plan, evaluation?.forecasts ?? [], ahead),
      notes: [...texts, ...notes.map(({ text }) => text)],
      facts: factsOf(forecaster, elapsed),
      onnx: Uint8Array.from(forecaster.toOnnx()),
      ...(ahead.length > 0 && { csv: new TextEncoder().encode(csv) }),
    };
  }
}

interface Trained {
  readonly forecaster: TrainedForecaster;
  readonly evaluation: ForecastEvaluation | undefined;
  readonly texts: readonly string[];
  readonly elapsed: number;
}

/** By what the verdict goes, too. */
function isBetter({ model, baselines }: ForecastEvaluation): boolean {
  return Object.values(baselines).every(({ mase }) => mase > model.mase);
}

function factsOf({ history, backend }: TrainedForecaster, elapsed: number): string {
  const [, threads = '1'] = backend.name.split(':');
  return [
    `${counted(history.length, 'epoch')} in ${formatSeconds(elapsed)} on ${counted(Number(threads), 'thread')}`,
    ...(backend.notice === undefined ? [] : [backend.notice]),
  ].join('; ');
}

/** The pieces that gaps cut a series into are one again, with NaN between them. */
function shownSeries(
  { series }: SeriesSet,
  { target, quantiles }: ForecastPlan,
  past: readonly PastForecast[],
  ahead: readonly SeriesForecast[],
): ShownSeries[] {
  const names = [...new Set(series.map(({ name }) => name))];
  return names.map((name) => {
    const pieces = series.filter((each) => each.name === name);
    const times = pieces.flatMap((piece, i) => [
      ...(i > 0 ? [(piece.times[0] ?? 0) - 1] : []),
      ...piece.times,
    ]);
    const values = pieces.flatMap((piece, i) => [
      ...(i > 0 ? [Number.NaN] : []),
      ...(piece.values.get(target) ?? []),
    ]);
    const next = ahead
      .filter((each) => each.name === name)
      .map((each) => shownForecast(times.at(-1) ?? Number.NaN, each, quantiles));
    const earlier = past
      .filter((each) => each.name === name)
      .map((each): ShownForecast => {
        const { actual, baselines } = each;
        const { naive, seasonalNaive } = baselines;
        return { ...shownForecast(each.origin, each, quantiles), past: { actual, naive, seasonalNaive } };
      });
    return {
      name,
      times: Float64Array.from(times),
      values: Float64Array.from(values),
      forecasts: [...earlier, ...next],
    };
  });
}

function shownForecast(
  origin: number,
  { times, quantiles }: SeriesForecast,
  levels: readonly number[],
): ShownForecast {
  // Parts of arrays would be sent with the whole of them.
  const at = (level: number) => Float64Array.from(quantiles[level] ?? []);
  return {
    origin,
    times: Float64Array.from(times),
    median: at(levels.indexOf(0.5)),
    low: at(0),
    high: at(levels.length - 1),
  };
}
