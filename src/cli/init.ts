/** `lstm-onnx init`: a first version of what a person then finishes, a network or the options of a training. */
import type { Argv, CommandModule } from 'yargs';
import type { GlobalOptions } from './global-options.js';
import { captionInit } from './init-caption.js';
import { classifyInit } from './init-classify.js';
import { forecastInit } from './init-forecast.js';
import { generateInit } from './init-generate.js';
import { initNetworkCommand } from './init-network.js';
import { tagInit } from './init-tag.js';
import { initTaskCommand } from './init-task.js';
import { translateInit } from './init-translate.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

/** What options can be drafted of. */
export const initNames: readonly string[] = [
  forecastInit,
  classifyInit,
  generateInit,
  translateInit,
  captionInit,
  tagInit,
].map(({ table }) => table.name);

export const initCommand = (output: Output): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'init',
  describe: 'Draft the network of weights, or the options of a training, to be finished by hand',
  builder: (yargs): Argv<GlobalOptions> =>
    yargs
      .command(initNetworkCommand(output))
      .command(initTaskCommand(forecastInit, output))
      .command(initTaskCommand(classifyInit, output))
      .command(initTaskCommand(generateInit, output))
      .command(initTaskCommand(translateInit, output))
      .command(initTaskCommand(tagInit, output))
      .command(initTaskCommand(captionInit, output))
      .middleware(({ _: [, name] }) => {
        if (name !== undefined && !initNames.includes(String(name))) {
          throw new UsageError(
            `init does not know ${name}; it drafts a network (--from FILE), or the options of ${initNames.join(', ')}.`,
          );
        }
      }, true),
  // One of the commands handles it.
  handler: () => {},
});
