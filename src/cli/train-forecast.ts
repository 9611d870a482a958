/** `lstm-onnx train forecast`: from a CSV file to a forecast, and how good it is. */
import { rm } from 'node:fs/promises';
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs';
import { counted } from '../counted.js';
import type { SeriesSet } from '../data/table/series.js';
import { lockFolder } from '../files/lock.js';
import { ensureWritableDirectory, writeFilesAtomic } from '../files/write.js';
import { type EvaluatedForecaster, trainAndEvaluate } from '../forecast/train-and-evaluate.js';
import { formatDuration } from '../progress/duration.js';
import { type TrainingProgress, trainingProgress } from '../progress/training-progress.js';
import { forecastCommand, predictCommandFor } from './forecast-command.js';
import { type RunSettings, settingsOf } from './forecast-config.js';
import { contentsOf, filesIn, once } from './forecast-files.js';
import {
  planSettings,
  type ReadingSettings,
  readingSettings,
  trainingSettings,
} from './forecast-settings.js';
import type { GlobalOptions } from './global-options.js';
import { type CliIo, expectFolder, type Output } from './output.js';
import { readSeries } from './read-series.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { scoreJson } from './score-json.js';
import { withSettings } from './setting-options.js';
import { Stopped, stopOnSignal } from './stop.js';

interface ForecastArguments extends GlobalOptions {
  config: string | undefined;
}

export const trainForecastCommand = (
  output: Output,
  io: CliIo,
): CommandModule<GlobalOptions, ForecastArguments> => ({
  command: 'forecast',
  describe: 'Train a forecast of the series in a CSV file and tell how good it is',
  builder: (yargs) =>
    withForecastSettings(yargs)
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'A JSON file of these options, as lstm-onnx init forecast writes; those given here win',
      })
      .example('$0 train forecast --csv sales.csv --target sold', 'The next season, from what is found')
      .example(
        "$0 train forecast --csv stocks.csv --group symbol --target price --date-format 'MMM D YYYY'",
        'One model of several series',
      )
      .example('$0 train forecast --config forecast.json --epochs 5', 'The options of a file, but one'),
  handler: (args) => trainForecast(args, output, io),
});

function withForecastSettings<T>(yargs: Argv<T>): Argv<T> {
  const plan = withSettings(withSettings(yargs, readingSettings, 'The file:'), planSettings, 'The forecast:');
  return withSettings(plan, trainingSettings, 'The training:');
}

async function trainForecast(
  args: ArgumentsCamelCase<ForecastArguments>,
  { print, say }: Output,
  { stderr, signals }: CliIo,
): Promise<void> {
  const settings = await settingsOf(args, say);
  expectFolder(settings.output);
  const files = filesIn(settings.output);
  const inputs = [settings.csv, ...(args.config === undefined ? [] : [args.config])];
  for (const file of Object.values(files)) await refuseOverwriting(file, inputs);
  await ensureWritableDirectory(settings.output);
  await using _lock = await lockFolder(settings.output);
  const { sayOnce, said } = once(say);
  const read = await readSeries(settings, settings, sayOnce);
  using stop = stopOnSignal(signals, () => {
    progress.stop();
    say('stopping after this step; a second signal ends the process at once');
  });
  const progress = trainingProgress(settings.epochs, stderr);
  try {
    const { forecaster, evaluation } = await train(read.series, settings, {
      ...{ progress, signal: stop.signal, say: sayOnce },
    });
    stop.signal.throwIfAborted();
    if (evaluation) {
      const lines = args.json ? [scoreJson(evaluation)] : evaluation.table.lines;
      for (const line of lines) print(line);
    }
    const contents = await contentsOf(
      { forecaster, evaluation, read, command: forecastCommand(settings), notes: said },
      files,
      settings,
      sayOnce,
    );
    stop.signal.throwIfAborted();
    // That of an earlier run is of another model.
    if (!contents.some(([file]) => file === files.csv)) await rm(files.csv, { force: true });
    await writeFilesAtomic(contents);
    const written = contents.map(([file]) => file);
    if (args.json) print(JSON.stringify({ event: 'done', files: written }));
    else {
      const next = predictCommandFor(files.onnx, settings);
      say(`wrote ${written.join(', ')}; with more rows, next: ${next}`);
    }
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    const why = 'nothing is saved: the files are written when training has ended';
    throw new Stopped(error.signal, `${error.message}; ${why}`);
  } finally {
    progress.stop();
  }
}

interface TrainingOf {
  readonly progress: TrainingProgress;
  readonly signal: AbortSignal;
  readonly say: Output['say'];
}

/** Trains on what is before the forecasts by which the model is judged, and judges it. */
async function train(
  series: SeriesSet,
  settings: RunSettings,
  { progress, signal, say }: TrainingOf,
): Promise<EvaluatedForecaster> {
  const started = performance.now();
  const trained = await trainAndEvaluate(series, {
    ...trainingOptions(settings),
    signal,
    onNote: ({ text }) => {
      progress.stop();
      say(text);
    },
    onStep: (log) => progress.step(log),
    onEpoch: ({ log }) => progress.epoch(log),
  });
  progress.stop();
  const { backend, history } = trained.forecaster;
  if (backend.notice) say(backend.notice);
  const took = formatDuration(performance.now() - started);
  say(
    `trained in ${took} on tfjs ${backend.name}, ${history.length} of ${counted(settings.epochs, 'epoch')}`,
  );
  return trained;
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
