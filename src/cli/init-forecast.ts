/** `lstm-onnx init forecast`: a file for `train forecast --config`, from a CSV file. */
import { draftForecast } from './draft-forecast.js';
import { forecastTable } from './forecast-config.js';
import { type forecastSettings, planSettings, readingSettings } from './forecast-settings.js';
import type { InitTask } from './init-task.js';

export const forecastInit: InitTask<typeof forecastSettings.shape> = {
  table: forecastTable,
  describe: 'Write the options of train forecast for a CSV file as JSON, with what is found in it',
  data: 'csv',
  groups: { 'The file:': readingSettings, 'The forecast:': planSettings },
  examples: [
    ['init forecast --csv sales.csv', 'forecast.json; what is to be decided is null in it'],
    ['train forecast --config forecast.json', 'Trains by it'],
  ],
  draft: ({ csv = '', ...given }) => draftForecast({ csv, ...given }),
};
