/** From series to a trained forecast and a word on how good it is: some of the data is held back to tell that. */
import { wrongArgument } from '../arguments.js';
import { checkSeriesSet, type SeriesSet } from '../data/table/series.js';
import { type DataNote, expectWhole } from '../data/table/table.js';
import { checkOptionNames } from '../option-names.js';
import { evaluatedTraining } from './evaluated-training.js';
import { type ForecastOptions, forecastOptionsIn, planForecast } from './forecast-options.js';
import { type ForecastTraining, meantTrainingOptions, trainingOptionNames } from './forecast-training.js';
import type { ForecastEvaluation } from './forecaster.js';
import { type TrainedForecaster, trainForecaster } from './train-forecaster.js';

export interface EvaluatedTrainingOptions extends ForecastOptions, ForecastTraining {
  /** The most forecasts of the past that tell how good the model is; fewer, or none, where there are too few rows. @default 5 */
  readonly origins?: number;
}

export interface EvaluatedForecaster {
  readonly forecaster: TrainedForecaster;
  /** Undefined where there are too few rows to hold some back. */
  readonly evaluation: ForecastEvaluation | undefined;
  /** What was found rather than said, and what was left out; each note once. */
  readonly notes: readonly DataNote[];
}

/**
 * Trains a forecast on all but the last steps of series, and tells how good its forecasts of these are.
 *
 * The steps that are held back are those of `origins` horizons, one behind the other.
 *
 * @param set series as `seriesOf` or `forecastSeries` gives, up to now
 * @throws as `trainForecaster`
 */
export async function trainAndEvaluate(
  set: SeriesSet,
  options: EvaluatedTrainingOptions,
): Promise<EvaluatedForecaster> {
  checkSeriesSet('trainAndEvaluate', set);
  const names = { ...trainingOptionNames, origins: true } as const;
  checkOptionNames('trainAndEvaluate', options ?? null, names, meantTrainingOptions);
  const { origins: most = 5, onNote, ...given } = options;
  expectWhole('trainAndEvaluate', { origins: most }, 1);
  if (onNote !== undefined && typeof onNote !== 'function') {
    throw wrongArgument('trainAndEvaluate: onNote', onNote, 'a function');
  }
  const notes = new Map<string, DataNote>();
  const tell = (found: readonly DataNote[]) => {
    for (const note of found.filter(({ text }) => !notes.has(text))) {
      notes.set(note.text, note);
      onNote?.(note);
    }
  };
  // The calendar is that of what is trained on.
  const { plan, notes: found } = planForecast(set, { ...forecastOptionsIn(given), calendar: [] });
  tell(found);
  const held = evaluatedTraining(set, plan, { origins: most, validation: given.validation });
  tell(held.notes);
  const { window, horizon, season } = plan;
  const settled = { ...given, window, horizon, season };
  tell(planForecast(held.training, forecastOptionsIn(settled)).notes);
  const forecaster = await trainForecaster(held.training, { ...settled, onNote: (note) => tell([note]) });
  tell(forecaster.notes);
  const evaluation = held.origins > 0 ? await forecaster.evaluate(set, { origins: held.origins }) : undefined;
  tell(evaluation?.notes ?? []);
  return { forecaster, evaluation, notes: [...notes.values()] };
}
