/** `lstm-onnx train`: one command for each thing to train, with options of its own. */
import type { Argv, CommandModule } from 'yargs';
import type { GlobalOptions } from './global-options.js';
import type { CliIo, Output } from './output.js';
import { captionTask } from './train-caption.js';
import { classifyTask } from './train-classify.js';
import { forecastTask } from './train-forecast.js';
import { generateTask } from './train-generate.js';
import { trainMnistCommand } from './train-mnist.js';
import { tagTask } from './train-tag.js';
import { trainTaskCommand } from './train-task.js';
import { translateTask } from './train-translate.js';
import { UsageError } from './usage-error.js';

/** What there is to train. */
export const trainNames: readonly string[] = [
  'mnist',
  'forecast',
  'classify',
  'tag',
  'translate',
  'caption',
  'generate',
];

export const trainCommand = (output: Output, io: CliIo): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'train',
  describe:
    'Train a network and write it: on MNIST digits, a forecast of the series in a CSV file, classes of texts, tags of tokens, translations, captions of images, or a text to write on',
  builder: (yargs): Argv<GlobalOptions> =>
    yargs
      .command(trainMnistCommand(output, io))
      .command(trainTaskCommand(forecastTask, output, io))
      .command(trainTaskCommand(generateTask, output, io))
      .command(trainTaskCommand(translateTask, output, io))
      .command(trainTaskCommand(classifyTask, output, io))
      .command(trainTaskCommand(tagTask, output, io))
      .command(trainTaskCommand(captionTask, output, io))
      .demandCommand(1, `Name what to train: ${trainNames.join(', ')}.`)
      .middleware(({ _: [, name] }) => {
        if (name !== undefined && !trainNames.includes(String(name))) {
          throw new UsageError(`train does not know ${name}; it trains ${trainNames.join(', ')}.`);
        }
      }, true)
      .example('$0 train mnist --epochs 2 -o out', 'Two epochs; writes out/model.safetensors')
      .example(
        '$0 train forecast --csv sales.csv --target sold',
        'Writes out/model.onnx and out/forecast.csv',
      ),
  // yargs asks for one of the commands before it comes here.
  handler: () => {},
});
