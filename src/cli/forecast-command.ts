/** The command that makes a forecast again, to copy into a shell. */
import { type ForecastSettings, forecastSettings } from './forecast-settings.js';
import { optionWords } from './setting-options.js';

/** Every setting is said, those of a file for `--config`, too. */
export function forecastCommand(settings: ForecastSettings): string {
  return ['lstm-onnx train forecast', ...optionWords(settings, forecastSettings)].join(' ');
}
