/** Commands to copy into a shell: the one that makes a forecast again, and the one that goes on with its model. */
import { type ForecastSettings, forecastSettings, readingSettings } from './forecast-settings.js';
import { shellWord } from './resume-command.js';
import { optionWords } from './setting-options.js';

/** Every setting is said, those of a file for `--config`, too. */
export function forecastCommand(settings: ForecastSettings): string {
  return ['lstm-onnx train forecast', ...optionWords(settings, forecastSettings)].join(' ');
}

/** How a CSV file is written, which a model does not say: `predict` has to be told it again. */
const asWritten = readingSettings.pick({
  dateFormat: true,
  decimal: true,
  separator: true,
  missing: true,
  fill: true,
  duplicates: true,
  sort: true,
});

/** @param model the path of the model file */
export function predictCommandFor(model: string, settings: ForecastSettings): string {
  const words = ['lstm-onnx predict', shellWord(model), '--csv FILE', ...optionWords(settings, asWritten)];
  return words.join(' ');
}
