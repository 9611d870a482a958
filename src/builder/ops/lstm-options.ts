/** What follows from an LSTM's options: its states, and the layers and directions. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import type { LstmOptions } from './option-schemas.js';

export type { LstmOptions };

/** Features of h: `hiddenSize`, or what it is projected to. */
export function stateSize({ projSize, hiddenSize }: LstmOptions): number {
  return projSize || hiddenSize;
}

export interface LstmLayerDirection {
  readonly layer: number;
  readonly reverse: boolean;
  /** The end of PyTorch's parameter names: `_l0`, `_l0_reverse`. */
  readonly suffix: string;
}

/** Every direction of every layer, in the order of PyTorch's parameters and of the states' first dimension. */
export function layerDirections(options: LstmOptions): LstmLayerDirection[] {
  const directions = options.bidirectional ? [false, true] : [options.reverse === true];
  return Array.from({ length: options.numLayers }, (_, layer) =>
    directions.map((reverse) => ({
      layer,
      reverse,
      suffix: `_l${layer}${reverse && options.bidirectional ? '_reverse' : ''}`,
    })),
  ).flat();
}

/**
 * A sequence without steps ends in the state that it began with.
 *
 * @param fewest steps of a sequence
 * @throws E_INVALID_OPTION for a sequence with more steps than x has, or with too few
 */
export function checkLengths(lengths: ArrayLike<number>, time: number, fewest = 0): void {
  const wrong = Array.from(lengths).find((length) => length < fewest || length > time);
  if (wrong === undefined) return;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `lengths has ${wrong}; x has ${counted(time, 'step')}, so give ${fewest} to ${time}.`,
  );
}
