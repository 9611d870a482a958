/** `lstm-onnx train forecast`: from a CSV file to a forecast, and how good it is. */
import type { SeriesSet } from '../data/table/series.js';
import { type EvaluatedForecaster, trainAndEvaluate } from '../forecast/train-and-evaluate.js';
import { forecastCommand, predictCommandFor } from './forecast-command.js';
import { forecastTable, type RunSettings } from './forecast-config.js';
import { contentsOf, filesIn } from './forecast-files.js';
import {
  type forecastSettings,
  planSettings,
  type ReadingSettings,
  readingSettings,
  trainingSettings,
} from './forecast-settings.js';
import { readSeries } from './read-series.js';
import { scoreJson } from './score-json.js';
import type { TrainContext, TrainTask } from './train-task.js';

export const forecastTask: TrainTask<typeof forecastSettings.shape, RunSettings> = {
  table: forecastTable,
  describe: 'Train a forecast of the series in a CSV file and tell how good it is',
  groups: {
    'The file:': readingSettings,
    'The forecast:': planSettings,
    'The training:': trainingSettings,
  },
  examples: [
    ['forecast --csv sales.csv --target sold', 'The next season, from what is found'],
    [
      "forecast --csv stocks.csv --group symbol --target price --date-format 'MMM D YYYY'",
      'One model of several series',
    ],
    ['forecast --config forecast.json --epochs 5', 'The options of a file, but one'],
  ],
  inputs: ({ csv }) => [csv],
  files: filesIn,
  async train(settings, context) {
    const { say, notes } = context;
    const read = await readSeries(settings, settings, say);
    const { forecaster, evaluation } = await train(read.series, settings, context);
    const files = filesIn(settings.output);
    const command = forecastCommand(settings);
    return {
      score: evaluation && { lines: evaluation.table.lines, json: scoreJson(evaluation) },
      contents: () => contentsOf({ forecaster, evaluation, read, command, notes }, files, settings, say),
      next: `with more rows, next: ${predictCommandFor(files.onnx, settings)}`,
    };
  },
};

/** Trains on what is before the forecasts by which the model is judged, and judges it. */
async function train(
  series: SeriesSet,
  settings: RunSettings,
  { signal, say, onStep, onEpoch, trained }: TrainContext,
): Promise<EvaluatedForecaster> {
  const outcome = await trainAndEvaluate(series, {
    ...trainingOptions(settings),
    ...{ signal, onStep, onEpoch, onNote: ({ text }: { text: string }) => say(text) },
  });
  trained(outcome.forecaster);
  return outcome;
}

/** What is left when the file, its reading and the output are taken away. */
function trainingOptions(settings: RunSettings) {
  const names = ['output', ...Object.keys(readingSettings.shape).filter((name) => name !== 'timeZone')];
  const others = Object.entries(settings).filter(([name]) => !names.includes(name));
  return Object.fromEntries(others) as Omit<
    RunSettings,
    'output' | Exclude<keyof ReadingSettings, 'timeZone'>
  >;
}
