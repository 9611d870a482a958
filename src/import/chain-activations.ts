/** Activations by PyTorch's names, as options put them between the modules of a state dict: `fc1,relu,fc2,sigmoid`. */
import { type ActivationName, type activations, hasOwnOp, namedBy } from '../builder/activations.js';
import type { Value } from '../builder/tensor.js';
import { LstmOnnxError } from '../errors.js';
import { mustGet } from '../must-get.js';

/** PyTorch's names in the table of activations. */
type ByName = {
  [K in ActivationName]: (typeof activations)[K] extends { readonly pytorch: infer Names }
    ? keyof Names
    : never;
}[ActivationName];

/** An activation that `ArchitectureOptions` may name. */
export type ChainActivation = ByName | 'softmax' | 'logSoftmax';

const byName = namedBy('pytorch');

/** The activations that `ArchitectureOptions` may name, with PyTorch's defaults; softmax and logSoftmax go along the last axis. */
export const chainActivations = [...byName.keys(), 'softmax', 'logSoftmax'] as readonly ChainActivation[]; // the table's keys

/** A part of a chain that is no module of the state dict. */
export interface ActivationStep {
  readonly activation: ChainActivation;
}

const byPlainName = new Map(chainActivations.map((name) => [name.toLowerCase(), name]));

/** The activation of that name, whatever its case, also as PyTorch's functions are called: `log_softmax`, `LeakyReLU`. */
export function activationNamed(name: string): ActivationStep | undefined {
  const activation = byPlainName.get(name.replaceAll(/[_-]/g, '').toLowerCase());
  return activation && { activation };
}

/** @throws E_INVALID_OPTION for a name of none */
export function expectActivation(name: string): ActivationStep {
  const found = activationNamed(name);
  if (found) return found;
  throw new LstmOnnxError(
    'E_INVALID_OPTION',
    `activation is '${name}'; expected one of ${chainActivations.join(', ')}.`,
  );
}

export function addActivation(x: Value, { activation }: ActivationStep): Value {
  if (activation === 'softmax' || activation === 'logSoftmax') {
    return x.graph.addOne(activation, undefined, { x }, { axis: -1 });
  }
  const named = mustGet(byName, activation, 'activation');
  return hasOwnOp(named.name)
    ? x.graph.addOne(named.name, undefined, { x }, {})
    : x.graph.addOne('activation', undefined, { x }, { ...named });
}

/** Whether a part of a chain is an activation and not a module. */
export const isActivation = (part: object): part is ActivationStep => 'activation' in part;

export function isModule<T extends object>(part: T | ActivationStep): part is T {
  return !isActivation(part);
}
