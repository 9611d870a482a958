/** The command that makes a forecast again, to copy into a shell. */
import { shellWord } from './resume-command.js';

const names = [
  'csv',
  'time',
  'target',
  'unit',
  'features',
  'known',
  'group',
  'date-format',
  'time-zone',
  'separator',
  'decimal',
  'frequency',
  'missing',
  'fill',
  'duplicates',
  'window',
  'horizon',
  'quantiles',
  'epochs',
  'seed',
  'cell',
  'hidden-size',
  'backend',
  'output',
] as const;

type Given = Readonly<Record<(typeof names)[number], string | number | undefined>> & {
  readonly sort: boolean;
};

export function forecastCommand(given: Given): string {
  const options = names.flatMap((name) => {
    const value = given[name];
    const isDefault = name === 'decimal' && value === '.';
    return value === undefined || isDefault ? [] : [`--${name}`, shellWord(String(value))];
  });
  return ['lstm-onnx train forecast', ...options, ...(given.sort ? ['--sort'] : [])].join(' ');
}
