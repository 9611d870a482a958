/** `lstm-onnx predict`: the forecast of a model file that `train forecast` wrote, from a CSV file. */
import type { CommandModule } from 'yargs';
import { tableToCsv } from '../data/table/table-to-csv.js';
import { LstmOnnxError, reworded } from '../errors.js';
import { writeFileAtomic } from '../files/write.js';
import { forecasterOf } from '../forecast/forecast-metadata.js';
import type { Forecaster } from '../forecast/forecaster.js';
import { Model } from '../runtime/node.js';
import type { Provider } from '../runtime/providers.js';
import { readingSettings } from './forecast-settings.js';
import type { GlobalOptions } from './global-options.js';
import { providers } from './option-values.js';
import { type Output, STDOUT } from './output.js';
import { readSeries } from './read-series.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { shellWord } from './resume-command.js';
import { givenSettings, withSettings } from './setting-options.js';
import { tableJson } from './table-json.js';

interface PredictArguments extends GlobalOptions {
  csv: unknown;
  model: string;
  provider: Provider | undefined;
  output: string | undefined;
}

export const predictCommand = ({ print, say }: Output): CommandModule<GlobalOptions, PredictArguments> => ({
  command: 'predict <model>',
  describe: 'Forecast the series in a CSV file by a model of train forecast',
  builder: (yargs) =>
    withSettings(
      yargs.positional('model', { type: 'string', demandOption: true, describe: 'The .onnx file' }),
      readingSettings,
      'The file:',
    )
      .demandOption('csv')
      .option('provider', {
        type: 'string',
        choices: providers,
        requiresArg: true,
        describe: 'What runs the model [default: cuda where it runs, else cpu]',
      })
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        describe: 'The CSV file for the forecast; - for stdout [default: -]',
      })
      .example('$0 predict out/model.onnx --csv sales.csv', 'Print the next steps behind the last row')
      .example('$0 predict out/model.onnx --csv sales.csv -o next.csv', 'Write them'),
  async handler(args) {
    const { json } = args;
    const output = args.output === STDOUT ? undefined : args.output;
    const settings = { csv: String(args.csv), ...givenSettings(args, readingSettings) };
    const written = settings.decimal === undefined ? {} : { decimal: settings.decimal };
    if (output !== undefined) await refuseOverwriting(output, [settings.csv, args.model]);
    await using model = await Model.load(
      args.model,
      args.provider === undefined ? {} : { providers: [args.provider] },
    );
    const forecaster = forecasterIn(model, args.model);
    const { plan } = forecaster;
    const { series, ahead } = await readSeries(settings, plan, say, plan);
    const { set: wanted, notes } = forecaster.seriesToForecast(series, ahead);
    for (const { text } of notes) say(text);
    // Without any, the error says what is missing.
    const forecasts = await forecaster.forecast(wanted.series.length > 0 ? wanted : series, ahead);
    say(`ran on ${model.providers.running}`);
    const table = forecaster.table(forecasts);
    if (output !== undefined) {
      await writeFileAtomic(output, tableToCsv(table, written));
      print(json ? JSON.stringify({ file: output, rows: table.rows }) : output);
    } else if (json) for (const line of tableJson(table)) print(line);
    else for (const line of tableToCsv(table, written).trimEnd().split('\n')) print(line);
  },
});

/** @throws E_INVALID_FILE for a model of something else, with the command that runs it */
function forecasterIn(model: Model, path: string): Forecaster {
  try {
    return forecasterOf(model);
  } catch (error) {
    if (!(error instanceof LstmOnnxError)) throw error;
    throw reworded(
      error,
      `${path}: ${error.message} On the command line: lstm-onnx train forecast writes such a file; lstm-onnx run ${shellWord(path)} --input NAME=FILE runs any other.`,
    );
  }
}
