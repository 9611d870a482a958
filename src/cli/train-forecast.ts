/** `lstm-onnx train forecast`: from a CSV file to a forecast, and how good it is. */
import { rm } from 'node:fs/promises';
import type { ArgumentsCamelCase, CommandModule } from 'yargs';
import { backendNames } from '../builder/backends/backend-names.js';
import { counted } from '../counted.js';
import type { SeriesSet } from '../data/table/series.js';
import { lockFolder } from '../files/lock.js';
import { ensureWritableDirectory, writeFilesAtomic } from '../files/write.js';
import { type EvaluatedForecaster, trainAndEvaluate } from '../forecast/train-and-evaluate.js';
import { forecastCommand } from './forecast-command.js';
import { contentsOf, filesIn, once } from './forecast-files.js';
import type { GlobalOptions } from './global-options.js';
import { type CliIo, formatDuration, type Output } from './output.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { shellWord } from './resume-command.js';
import { scoreJson } from './score-json.js';
import { listed, readSeries, type SeriesArguments, withSeriesOptions } from './series-options.js';
import { Stopped, stopOnSignal } from './stop.js';
import { type TrainingProgress, trainingProgress } from './training-progress.js';
import { UsageError } from './usage-error.js';

interface ForecastArguments extends GlobalOptions, SeriesArguments {
  target: string;
  unit: string | undefined;
  features: string | undefined;
  known: string | undefined;
  window: number | undefined;
  horizon: number | undefined;
  quantiles: string | undefined;
  epochs: number;
  seed: number;
  cell: 'lstm' | 'gru';
  'hidden-size': number;
  backend: string;
  output: string;
}

export const trainForecastCommand = (
  output: Output,
  io: CliIo,
): CommandModule<GlobalOptions, ForecastArguments> => ({
  command: 'forecast',
  describe: 'Train a forecast of the series in a CSV file and tell how good it is',
  builder: (yargs) =>
    withSeriesOptions(yargs)
      .option('target', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'The column to forecast',
      })
      .option('unit', {
        type: 'string',
        requiresArg: true,
        describe: 'What the target is counted in, such as ppm: the model file and the report say it',
      })
      .option('features', {
        type: 'string',
        requiresArg: true,
        describe: 'Further columns, a,b, of which the past is known',
      })
      .option('known', {
        type: 'string',
        requiresArg: true,
        describe: 'Columns that are known ahead: rows at the end of the file, without a target, have them',
      })
      .option('window', {
        type: 'number',
        requiresArg: true,
        describe: 'Steps that are seen [default: two seasons, at least twice the horizon]',
      })
      .option('horizon', {
        type: 'number',
        requiresArg: true,
        describe: 'Steps that are forecast [default: a season]',
      })
      .option('quantiles', {
        type: 'string',
        requiresArg: true,
        describe: 'Between 0 and 1, ascending [default: 0.1,0.5,0.9]',
      })
      .option('epochs', {
        type: 'number',
        requiresArg: true,
        default: 60,
        describe: 'The most passes over the data; fewer where the last part is forecast no better',
      })
      .option('seed', {
        type: 'number',
        requiresArg: true,
        default: 0,
        describe: 'Of the first parameters and the order',
      })
      .option('cell', {
        type: 'string',
        requiresArg: true,
        choices: ['lstm', 'gru'] as const,
        default: 'lstm' as const,
        describe: 'The recurrent layer',
      })
      .option('hidden-size', {
        type: 'number',
        requiresArg: true,
        default: 32,
        describe: 'Features of the hidden state, up to 1,024',
      })
      .option('backend', {
        type: 'string',
        requiresArg: true,
        default: 'auto',
        describe: `tfjs backend: ${backendNames}`,
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        default: 'out',
        describe: 'Folder for model.onnx, model.safetensors, forecast.csv and report.html',
      })
      .example('$0 train forecast --csv sales.csv --target sold', 'The next season, from what is found')
      .example(
        "$0 train forecast --csv stocks.csv --group symbol --target price --date-format 'MMM D YYYY'",
        'One model of several series',
      ),
  handler: (args) => trainForecast(args, output, io),
});

async function trainForecast(
  args: ArgumentsCamelCase<ForecastArguments>,
  { print, say }: Output,
  { stderr, signals }: CliIo,
): Promise<void> {
  const options = optionsOf(args);
  const files = filesIn(args.output);
  for (const file of Object.values(files)) await refuseOverwriting(file, [args.csv]);
  await ensureWritableDirectory(args.output);
  await using _lock = await lockFolder(args.output);
  const { sayOnce, said } = once(say);
  const read = await readSeries(args, { ...options, static: [] }, sayOnce);
  using stop = stopOnSignal(signals, () => {
    progress.stop();
    say('stopping after this step; a second signal ends the process at once');
  });
  const progress = trainingProgress(args.epochs, stderr);
  try {
    const { forecaster, evaluation } = await train(read.series, args, {
      ...{ options, progress, signal: stop.signal, say: sayOnce },
    });
    stop.signal.throwIfAborted();
    if (evaluation) {
      const lines = args.json ? [scoreJson(evaluation)] : evaluation.table.lines;
      for (const line of lines) print(line);
    }
    const contents = await contentsOf(
      { forecaster, evaluation, read, command: forecastCommand(args), notes: said },
      files,
      args,
      sayOnce,
    );
    stop.signal.throwIfAborted();
    // That of an earlier run is of another model.
    if (!contents.some(([file]) => file === files.csv)) await rm(files.csv, { force: true });
    await writeFilesAtomic(contents);
    const written = contents.map(([file]) => file);
    if (args.json) print(JSON.stringify({ event: 'done', files: written }));
    else {
      const next = `lstm-onnx predict ${shellWord(files.onnx)} --csv FILE`;
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

type GivenOptions = ReturnType<typeof optionsOf>;

/** @throws UsageError for values that no forecast takes */
function optionsOf(args: ArgumentsCamelCase<ForecastArguments>) {
  if (args.hiddenSize > 1024) {
    throw new UsageError(`--hidden-size is ${args.hiddenSize}; a forecast takes up to 1,024.`);
  }
  if (listed(args.group).includes(args.target)) {
    throw new UsageError(`--target and --group both name ${args.target}; a series is told apart by another.`);
  }
  const quantiles = quantilesOf(args.quantiles);
  return {
    ...{ target: args.target, features: listed(args.features), known: listed(args.known) },
    ...(args.unit !== undefined && { unit: args.unit }),
    ...(args.timeZone !== undefined && { timeZone: args.timeZone }),
    ...(args.window !== undefined && { window: args.window }),
    ...(args.horizon !== undefined && { horizon: args.horizon }),
    ...(quantiles && { quantiles }),
  };
}

interface TrainingOf {
  readonly options: GivenOptions;
  readonly progress: TrainingProgress;
  readonly signal: AbortSignal;
  readonly say: Output['say'];
}

/** Trains on what is before the forecasts by which the model is judged, and judges it. */
async function train(
  series: SeriesSet,
  args: ArgumentsCamelCase<ForecastArguments>,
  { options, progress, signal, say }: TrainingOf,
): Promise<EvaluatedForecaster> {
  const started = performance.now();
  const trained = await trainAndEvaluate(series, {
    ...options,
    ...{ cell: args.cell, hiddenSize: args.hiddenSize, epochs: args.epochs, seed: args.seed },
    ...{ backend: args.backend, signal },
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
  say(`trained in ${took} on tfjs ${backend.name}, ${history.length} of ${counted(args.epochs, 'epoch')}`);
  return trained;
}

/** @throws UsageError for what are no numbers between 0 and 1 that ascend */
function quantilesOf(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const levels = listed(text).map((level) => (level === '' ? Number.NaN : Number(level)));
  if (levels.every((level, i) => level > (levels[i - 1] ?? 0) && level < 1)) return levels;
  throw new UsageError(
    `--quantiles is ${text}; give numbers between 0 and 1 in ascending order, such as 0.1,0.5,0.9.`,
  );
}
