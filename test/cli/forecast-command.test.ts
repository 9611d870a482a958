import { expect, it } from 'vitest';
import { forecastCommand } from '../../src/cli/forecast-command.js';

const given = {
  ...{
    csv: 'my sales.csv',
    target: 'sold',
    features: undefined,
    known: undefined,
    time: undefined,
    unit: undefined,
    missing: undefined,
  },
  ...{ group: 'shop', separator: undefined, decimal: '.', frequency: undefined, fill: undefined },
  ...{ duplicates: undefined, window: 24, horizon: undefined, quantiles: undefined, epochs: 60, seed: 7 },
  ...{ cell: 'lstm', backend: 'auto', output: 'out', sort: false },
  ...{ 'date-format': 'MMM D YYYY', 'time-zone': undefined, 'hidden-size': 32 },
};

it('is the command with what was given, as a shell reads it', () => {
  expect(forecastCommand(given).replaceAll('"', "'")).toBe(
    "lstm-onnx train forecast --csv 'my sales.csv' --target sold --group shop --date-format 'MMM D YYYY' " +
      '--window 24 --epochs 60 --seed 7 --cell lstm --hidden-size 32 --backend auto --output out',
  );
  expect(forecastCommand({ ...given, decimal: ',', sort: true })).toMatch(/--decimal ,.* --sort$/);
});
