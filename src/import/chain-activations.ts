/** Activations by PyTorch's names, as options put them between the modules of a state dict: `fc1,relu,fc2,sigmoid`. */
import type { Value } from '../builder/tensor.js';
import { LstmOnnxError } from '../errors.js';

type Add = (x: Value) => Value;

/** With PyTorch's defaults; softmax and logSoftmax go along the last axis. */
const activations = {
  relu: (x) => x.graph.addOne('relu', undefined, { x }, {}),
  tanh: (x) => x.graph.addOne('tanh', undefined, { x }, {}),
  sigmoid: (x) => x.graph.addOne('sigmoid', undefined, { x }, {}),
  softmax: (x) => x.graph.addOne('softmax', undefined, { x }, { axis: -1 }),
  logSoftmax: (x) => x.graph.addOne('logSoftmax', undefined, { x }, { axis: -1 }),
  leakyRelu: (x) => x.graph.addOne('activation', undefined, { x }, { name: 'leakyRelu', alpha: 0.01 }),
  elu: (x) => x.graph.addOne('activation', undefined, { x }, { name: 'elu', alpha: 1 }),
  // PyTorch's slope; ONNX has 0.2.
  hardSigmoid: (x) =>
    x.graph.addOne('activation', undefined, { x }, { name: 'hardSigmoid', alpha: 1 / 6, beta: 0.5 }),
  softsign: (x) => x.graph.addOne('activation', undefined, { x }, { name: 'softsign' }),
  softplus: (x) => x.graph.addOne('activation', undefined, { x }, { name: 'softplus' }),
} as const satisfies Record<string, Add>;

/** An activation that `ArchitectureOptions` may name. */
export type ChainActivation = keyof typeof activations;

/** The activations that `ArchitectureOptions` may name, with PyTorch's defaults. */
export const chainActivations = Object.keys(activations) as readonly ChainActivation[]; // its own keys

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
  return activations[activation](x);
}

/** Whether a part of a chain is an activation and not a module. */
export const isActivation = (part: object): part is ActivationStep => 'activation' in part;

export function isModule<T extends object>(part: T | ActivationStep): part is T {
  return !isActivation(part);
}
