/** One training: progress ten times a second, then the scores, the forecasts and the files. */
import {
  type ForecastEvaluation,
  type ForecastPlan,
  type ForecastTraining,
  type PastForecast,
  type SeriesForecast,
  type SeriesSet,
  type TrainedForecaster,
  trainAndEvaluate,
} from 'lstm-onnx/web';
import { counted, formatSeconds } from '../shared/quantities.js';
import { GrowingForecast } from './growing-forecast.js';
import type { Result, ShownForecast, ShownSeries, TrainingProgress } from './messages.js';
import { type Choices, trainingOptions } from './options.js';
import { shownForecast } from './shown-forecast.js';

/** Milliseconds between messages to the page. */
const reportInterval = 100;

export interface Job {
  readonly series: SeriesSet;
  /** What is known ahead. */
  readonly future: SeriesSet | undefined;
  readonly choices: Choices;
  /** Ends it after the step at hand; nothing is kept. */
  readonly signal: AbortSignal;
  readonly report: (progress: TrainingProgress) => void;
}

export interface Outcome {
  readonly result: Result;
  /** Takes further rows; undefined where no series has what its forecast takes. */
  readonly growing: GrowingForecast | undefined;
}

/** @returns undefined if it was stopped */
export async function trainingResult(job: Job): Promise<Outcome | undefined> {
  const started = performance.now();
  try {
    const { forecaster, evaluation, notes } = await trainAndEvaluate(job.series, {
      ...trainingOptions(job.choices),
      signal: job.signal,
      ...progressOf(job, started),
    });
    if (job.signal.aborted) return undefined;
    const elapsed = performance.now() - started;
    return await resultOf(job, { forecaster, evaluation, texts: notes.map(({ text }) => text), elapsed });
  } catch (error) {
    if (!job.signal.aborted) throw error;
    return undefined;
  }
}

/** What of a training tells how far it is. */
function progressOf({ choices, report }: Job, started: number): Pick<ForecastTraining, 'onStep' | 'onEpoch'> {
  const { epochs } = choices.settings;
  let [lastReport, validation] = [0, Number.NaN];
  return {
    onStep({ epoch, step, steps, loss }) {
      const now = performance.now();
      if (now - lastReport < reportInterval) return;
      lastReport = now;
      const done = ((epoch - 1) * steps + step) / (epochs * steps);
      report({ epoch, loss, validation, done, elapsed: now - started });
    },
    onEpoch({ log }) {
      validation = log.validation?.loss ?? Number.NaN;
    },
  };
}

async function resultOf(
  { series, future, choices }: Job,
  { forecaster, evaluation, texts, elapsed }: Trained,
): Promise<Outcome> {
  const { plan } = forecaster;
  const { set, notes } = forecaster.seriesToForecast(series, future);
  const ahead = set.series.length > 0 ? await forecaster.forecast(set, future) : [];
  const growing =
    ahead.length > 0
      ? await GrowingForecast.start(forecaster, set, ahead, choices.reading.decimal)
      : undefined;
  const result: Result = {
    plan,
    ...(evaluation && { table: evaluation.table }),
    isBetter: evaluation !== undefined && isBetter(evaluation),
    series: shownSeries(series, plan, evaluation?.forecasts ?? [], ahead),
    notes: [...texts, ...notes.map(({ text }) => text)],
    facts: factsOf(forecaster, elapsed),
    onnx: Uint8Array.from(forecaster.toOnnx()),
    ...(growing && { csv: growing.csv() }),
  };
  return { result, growing };
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
