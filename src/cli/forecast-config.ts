/** The settings of a run of `train forecast`. */
import { defaults, type ForecastSettings, forecastSettings } from './forecast-settings.js';
import type { SettingTable } from './settings.js';
import { UsageError } from './usage-error.js';

/** All settings of a run; those that depend on the data may be left out. */
export type RunSettings = ForecastSettings & {
  readonly [Name in keyof typeof defaults]: NonNullable<ForecastSettings[Name]>;
};

export const forecastTable: SettingTable<typeof forecastSettings.shape, RunSettings> = {
  name: 'forecast',
  schema: forecastSettings,
  paths: ['csv', 'output'],
  example: '{ "csv": "sales.csv", "target": "sold" }',
  complete({ csv, target, ...others }, missing) {
    if (csv === undefined) throw missing('csv');
    if (target === undefined) throw missing('target');
    if (others.group?.includes(target)) {
      throw new UsageError(`--target and --group both name ${target}; a series is told apart by another.`);
    }
    return { ...defaults, csv, target, ...others };
  },
};
