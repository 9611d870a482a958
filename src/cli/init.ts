/** `lstm-onnx init`: a first version of what a person then finishes, a network or the options of a forecast. */
import type { Argv, CommandModule } from 'yargs';
import type { GlobalOptions } from './global-options.js';
import { initForecastCommand } from './init-forecast.js';
import { initNetworkCommand } from './init-network.js';
import type { Output } from './output.js';
import { UsageError } from './usage-error.js';

export const initCommand = (output: Output): CommandModule<GlobalOptions, GlobalOptions> => ({
  command: 'init',
  describe: 'Draft the network of weights, or the options of a forecast, to be finished by hand',
  builder: (yargs): Argv<GlobalOptions> =>
    yargs
      .command(initNetworkCommand(output))
      .command(initForecastCommand(output))
      .middleware(({ _: [, name] }) => {
        if (name !== undefined && name !== 'forecast') {
          throw new UsageError(
            `init does not know ${name}; it drafts a network (--from FILE) or a forecast.`,
          );
        }
      }, true),
  // One of the two handles it.
  handler: () => {},
});
