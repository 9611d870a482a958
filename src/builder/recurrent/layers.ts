/** Layers and directions of a recurrent op, whatever its cell. */
import { counted } from '../../counted.js';
import { LstmOnnxError } from '../../errors.js';
import { dim, sizeOf } from '../../nd-array.js';
import type { CellActivation } from '../activations.js';
import { formatShape } from '../shape.js';
import { type ActivationRole, cellOf, type RecurrentName } from './cells.js';

/** The options of every cell; those that a cell does not have are absent. */
export interface LayerOptions {
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly bidirectional: boolean;
  readonly bias: boolean;
  readonly dropout: number;
  readonly batchFirst: boolean;
  readonly reverse?: boolean | undefined;
  readonly learnedState?: boolean | undefined;
  readonly projSize?: number | undefined;
  readonly peepholes?: boolean | undefined;
  readonly clip?: number | undefined;
  readonly inputForget?: boolean | undefined;
  readonly resetAfter?: boolean | undefined;
  readonly activations?: Readonly<Partial<Record<ActivationRole, CellActivation>>> | undefined;
}

/** Features of h, the first state: `hiddenSize`, or what it is projected to. */
export function stateSize({ projSize, hiddenSize }: Pick<LayerOptions, 'hiddenSize' | 'projSize'>): number {
  return projSize || hiddenSize;
}

/** The features of each of a cell's states. */
export function stateSizes(
  kind: RecurrentName,
  options: Pick<LayerOptions, 'hiddenSize' | 'projSize'>,
): number[] {
  return cellOf(kind).states.map((_, i) => (i === 0 ? stateSize(options) : options.hiddenSize));
}

export interface LayerDirection {
  readonly layer: number;
  readonly reverse: boolean;
  /** The end of PyTorch's parameter names: `_l0`, `_l0_reverse`. */
  readonly suffix: string;
}

/** Every direction of every layer, in the order of PyTorch's parameters and of the states' first dimension. */
export function layerDirections(options: LayerOptions): LayerDirection[] {
  const directions = options.bidirectional ? [false, true] : [options.reverse === true];
  return Array.from({ length: options.numLayers }, (_, layer) =>
    directions.map((reverse) => ({
      layer,
      reverse,
      suffix: `_l${layer}${reverse && options.bidirectional ? '_reverse' : ''}`,
    })),
  ).flat();
}

/** The sizes of x that it has whatever its features. @throws E_SHAPE_MISMATCH for an x without entries */
export function batchAndTime(
  kind: RecurrentName,
  shape: readonly number[],
  { batchFirst }: LayerOptions,
): { batch: number; time: number } {
  if (sizeOf(shape) === 0) {
    throw new LstmOnnxError(
      'E_SHAPE_MISMATCH',
      `${kind}: x is ${formatShape(shape)}; there is nothing to read.`,
    );
  }
  const [first, second] = [dim(shape, 0), dim(shape, 1)];
  return batchFirst ? { batch: first, time: second } : { batch: second, time: first };
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
  const why =
    wrong === 0
      ? 'a sequence that begins with a state, given or learned, has a step, as pack_padded_sequence of PyTorch has it'
      : `x has ${counted(time, 'step')}`;
  throw new LstmOnnxError('E_INVALID_OPTION', `lengths has ${wrong}; ${why}, so give ${fewest} to ${time}.`);
}
