/** Whether a cell is PyTorch's, which the kernels have, or one of those that ONNX and Keras add. */
import { isObject } from '../../arguments.js';
import { mustHave } from '../../must-get.js';
import type { CellActivation } from '../activations.js';
import { type ActivationRole, cellOf, type RecurrentName } from './cells.js';
import type { LayerOptions } from './layers.js';

/**
 * The activations that make a cell another than PyTorch's: undefined where each is the one that it has there by default, or
 * where none is given.
 */
export function ownActivations<T extends LayerOptions['activations']>(
  kind: RecurrentName,
  activations: T,
): T | undefined {
  const isDefault = ([role, name]: readonly [ActivationRole, string]) => {
    // Whoever calls a cell without types may give anything: the op's schema judges that, so it must stay.
    const given: unknown = activations?.[role];
    return given === undefined || (isObject(given) && given.name === name && Object.keys(given).length === 1);
  };
  return cellOf(kind).activations.every(isDefault) ? undefined : activations;
}

/** The activation in a place of a cell. */
export function activationOf(
  kind: RecurrentName,
  { activations }: Pick<LayerOptions, 'activations'>,
  role: ActivationRole,
): CellActivation {
  const own = cellOf(kind).activations.find(([place]) => place === role);
  return activations?.[role] ?? { name: mustHave(own, `The activation of ${role} of ${kind}`)[1] };
}

/** The nonlinearity of an RNN, where it is one that PyTorch has. */
export function torchNonlinearity({
  activations,
}: Pick<LayerOptions, 'activations'>): 'tanh' | 'relu' | undefined {
  const { name } = activations?.hidden ?? { name: 'tanh' };
  return name === 'tanh' || name === 'relu' ? name : undefined;
}

/** Whether a layer has no more than PyTorch's modules have. */
export function isTorchCell(kind: RecurrentName, options: LayerOptions): boolean {
  const { peepholes = false, clip, inputForget = false, resetAfter = true, activations } = options;
  if (peepholes || clip !== undefined || inputForget || !resetAfter) return false;
  return kind === 'rnn' ? torchNonlinearity(options) !== undefined : !ownActivations(kind, activations);
}
