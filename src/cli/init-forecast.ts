/** `lstm-onnx init forecast`: a file for `train forecast --config`, from a CSV file. */
import { dirname, relative } from 'node:path';
import type { CommandModule } from 'yargs';
import { counted } from '../counted.js';
import { writeFileAtomic } from '../files/write.js';
import { draftForecast } from './draft-forecast.js';
import { planSettings, readingSettings } from './forecast-settings.js';
import type { GlobalOptions } from './global-options.js';
import { type Output, STDOUT } from './output.js';
import { refuseOverwriting, refuseReplacing } from './refuse-overwriting.js';
import { shellWord } from './resume-command.js';
import { givenSettings, withSettings } from './setting-options.js';
import { UsageError } from './usage-error.js';

interface InitForecastArguments extends GlobalOptions {
  csv: unknown;
  output: string;
}

export const initForecastCommand = ({
  print,
  say,
}: Output): CommandModule<GlobalOptions, InitForecastArguments> => ({
  command: 'forecast',
  describe: 'Write the options of train forecast for a CSV file as JSON, with what is found in it',
  builder: (yargs) =>
    withSettings(withSettings(yargs, readingSettings, 'The file:'), planSettings, 'The forecast:')
      .demandOption('csv')
      .option('output', {
        alias: 'o',
        type: 'string',
        requiresArg: true,
        default: 'forecast.json',
        describe: 'The file to write; - prints it',
      })
      .example('$0 init forecast --csv sales.csv', 'forecast.json; what is to be decided is null in it')
      .example('$0 train forecast --config forecast.json', 'Trains by it'),
  async handler(args) {
    const { output, json } = args;
    if (output !== STDOUT && !/\.json$/i.test(output)) {
      throw new UsageError(`--output is ${output}; name a .json file, or - to print it.`);
    }
    const { csv = '', ...given } = {
      ...givenSettings(args, readingSettings),
      ...givenSettings(args, planSettings),
    };
    if (output !== STDOUT) {
      await refuseOverwriting(output, [csv]);
      await refuseReplacing(output);
    }
    const draft = await draftForecast({ csv, ...given });
    // Paths in the file begin at its own folder.
    const own = output === STDOUT ? csv : relative(dirname(output), csv).replaceAll('\\', '/');
    const text = JSON.stringify({ ...draft.toJson(), csv: own }, null, 2);
    if (output !== STDOUT) await writeFileAtomic(output, `${text}\n`);
    const { decisions } = draft;
    for (const note of draft.notes) say(note);
    if (!json) {
      for (const { option, values, why } of decisions) {
        say(`decide ${option}: ${values.map((value) => JSON.stringify(value)).join(' or ')}. ${why}`);
      }
    }
    if (output === STDOUT) for (const line of text.split('\n')) print(line);
    else if (json) print(JSON.stringify({ event: 'done', config: output, decisions }));
    else {
      print(output);
      const next = `lstm-onnx train forecast --config ${shellWord(output)}`;
      const open = `${counted(decisions.length, 'option')} to decide, null in the file`;
      say(decisions.length > 0 ? `${open}; then ${next}` : `next: ${next}`);
    }
  },
});
