/** `lstm-onnx predict` of a model of `train forecast`: the next steps of the series in a CSV file. */
import { LstmOnnxError, reworded } from '../errors.js';
import { forecasterOf, isForecast } from '../forecast/forecast-metadata.js';
import type { Forecaster } from '../forecast/forecaster.js';
import { readingSettings } from './forecast-settings.js';
import type { OpenModels } from './open-models.js';
import type { Predictor } from './predictors.js';
import { readSeries } from './read-series.js';
import { shellWord } from './resume-command.js';
import { givenSettings } from './setting-options.js';
import { UsageError } from './usage-error.js';

export const predictForecast: Predictor = {
  options: ['Forecasts:', readingSettings],
  fits: isForecast,
  async predict(models, { argv, path, texts, data }, say) {
    const { csv, ...given } = givenSettings(argv, readingSettings);
    if (csv === undefined || texts.length > 0 || data !== undefined) {
      throw new UsageError(`${path} forecasts series: give their file with --csv, and no texts or --data.`);
    }
    const settings = { csv, ...given };
    const forecaster = forecasterIn(models, path);
    const { plan } = forecaster;
    const { series, ahead } = await readSeries(settings, plan, say, plan);
    const { set: wanted, notes } = forecaster.seriesToForecast(series, ahead);
    for (const { text } of notes) say(text);
    // Without any, the error says what is missing.
    const forecasts = await forecaster.forecast(wanted.series.length > 0 ? wanted : series, ahead);
    const { decimal } = settings;
    return { table: forecaster.table(forecasts), ...(decimal !== undefined && { decimal }) };
  },
};

/** @throws E_INVALID_FILE for one that takes rows one by one */
function forecasterIn(models: OpenModels, path: string): Forecaster {
  try {
    return forecasterOf(models.kind === 'one' ? models.model : models.encoder);
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    throw reworded(
      error,
      `${path}: ${error.message} On the command line: lstm-onnx train forecast writes such a file; lstm-onnx run ${shellWord(path)} --input NAME=FILE runs any other.`,
    );
  }
}
