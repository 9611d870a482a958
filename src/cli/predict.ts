/** `lstm-onnx predict`: what a model of `train` makes of data that it has not seen. */
import type { CommandModule } from 'yargs';
import * as z from 'zod';
import { csvText } from '../data/table/table-to-csv.js';
import { LstmOnnxError } from '../errors.js';
import { writeFileAtomic } from '../files/write.js';
import type { Provider } from '../runtime/providers.js';
import type { GlobalOptions } from './global-options.js';
import { type OpenModels, openModels } from './open-models.js';
import { providers } from './option-values.js';
import { type Output, STDOUT } from './output.js';
import { type Predictor, type PredictRequest, predictors } from './predictors.js';
import { recordSettings } from './record-settings.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { shellWord } from './resume-command.js';
import { optionName, withSettings } from './setting-options.js';
import { tableJson } from './table-json.js';
import { UsageError } from './usage-error.js';

interface PredictArguments extends GlobalOptions {
  model: string;
  texts: readonly string[] | undefined;
  csv?: unknown;
  data: string | undefined;
  provider: Provider | undefined;
  output: string | undefined;
}

/** How the file of any task is read. */
const fileSettings = recordSettings.extend({
  missing: recordSettings.shape.missing.describe(
    'Texts of cells without a value, such as NA [default: empty cells; of forecasts also NA, NaN, null, - and the like]',
  ),
});

/** Without those of the file: yargs would list an option twice that it is given twice. */
function ownSettings({ shape }: z.ZodObject<Readonly<Record<string, z.ZodType>>>) {
  return z.strictObject(
    Object.fromEntries(Object.entries(shape).filter(([name]) => !(name in fileSettings.shape))),
  );
}

export const predictCommand = ({ print, say }: Output): CommandModule<GlobalOptions, PredictArguments> => ({
  command: 'predict <model> [texts..]',
  describe: 'Predict by a model of train: forecasts of series, or what texts are',
  builder(yargs) {
    for (const { options } of predictors)
      if (options) withSettings(yargs, ownSettings(options[1]), options[0]);
    withSettings(yargs, fileSettings, 'The file:');
    return yargs
      .positional('model', {
        type: 'string',
        demandOption: true,
        describe: 'The .onnx file, or the folder that train wrote',
      })
      .positional('texts', {
        type: 'string',
        array: true,
        describe: 'Of models of texts: the texts themselves; of captions: PNG pictures',
      })
      .option('data', {
        type: 'string',
        requiresArg: true,
        describe: 'Of models of texts: the CSV or JSON lines file of the texts',
      })
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
        describe: 'The CSV file for what is predicted; - for stdout [default: -]',
      })
      .example('$0 predict out/model.onnx --csv sales.csv', 'Print the next steps after the last row')
      .example('$0 predict out/model.onnx --csv sales.csv -o next.csv', 'Write them')
      .example('$0 predict out "a text" "another one"', 'What a model of texts says of these');
  },
  async handler(args) {
    const { json, model: path, data } = args;
    const output = args.output === STDOUT ? undefined : args.output;
    await using models = await openModels(path, args.provider);
    const texts = (args.texts ?? []).map(String);
    // A text may be the path of a picture.
    const inputs = [args.csv, data, ...texts].filter((file) => typeof file === 'string');
    if (output !== undefined) await refuseOverwriting(output, [...inputs, ...models.paths]);
    const request = { argv: { ...args }, path, texts, data };
    const predictor = predictorOf(models, path);
    refuseOtherOptions(predictor, request);
    const { table, decimal } = await predictor.predict(models, request, say);
    say(`ran on ${models.running}`);
    const csv = () => csvText(table, decimal === undefined ? {} : { decimal });
    if (output !== undefined) {
      await writeFileAtomic(output, csv());
      print(json ? JSON.stringify({ file: output, rows: table.rows }) : output);
    } else for (const line of json ? tableJson(table) : csv().trimEnd().split('\n')) print(line);
  },
});

/** @throws E_INVALID_FILE for a model of no task, with the command that runs it */
function predictorOf({ metadata }: OpenModels, path: string): Predictor {
  const found = predictors.find((predictor) => predictor.fits(metadata));
  if (found) return found;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `${path} says in its metadata no task that predict knows. On the command line: lstm-onnx train writes such files; lstm-onnx run ${shellWord(path)} --input NAME=FILE runs any other.`,
  );
}

const settingNames = ({ options }: Predictor): string[] => (options ? Object.keys(options[1].shape) : []);

/** @throws UsageError for an option of models of other tasks, which would do nothing */
function refuseOtherOptions(predictor: Predictor, { argv, path }: PredictRequest): void {
  // Without options there is nothing that it predicts, and it says so itself.
  if (!predictor.options) return;
  const [heading] = predictor.options;
  const taken = new Set([
    ...settingNames(predictor),
    ...(predictor.shares ?? []),
    ...Object.keys(recordSettings.shape),
  ]);
  const other = predictors
    .flatMap(settingNames)
    .find((name) => !taken.has(name) && argv[optionName(name)] !== undefined);
  if (other === undefined) return;
  throw new UsageError(
    `--${optionName(other)} has no effect with ${path}: what it takes is under '${heading}' in the help.`,
  );
}
