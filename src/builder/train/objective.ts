/** What training looks at: which output, which loss, which metrics. */
import { LstmOnnxError } from '../../errors.js';
import type { Network } from '../network.js';
import type { Loss } from './losses.js';
import type { Metric } from './metrics.js';

/** The names of a network's outputs. */
export type OutputName<N extends Network> = keyof N['outputs'] & string;

export interface Objective {
  readonly loss: Loss;
  readonly metrics: readonly Metric[];
  /** The network output that is compared with the targets. */
  readonly output: string;
}

/** The output asked for, or the network's only one. @throws E_UNKNOWN_NAME, E_INVALID_OPTION */
export function outputOf(network: Network, asked: string | undefined): string {
  const names = Object.keys(network.outputs);
  if (asked !== undefined && !names.includes(asked)) {
    throw new LstmOnnxError(
      'E_UNKNOWN_NAME',
      `The network has no output '${asked}'; its outputs are ${names.join(', ')}.`,
    );
  }
  const [only, ...others] = names;
  if (asked === undefined && others.length > 0) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The network has the outputs ${names.join(', ')}; say which one the targets belong to, as in { output: '${only}' }.`,
    );
  }
  return asked ?? only ?? '';
}
