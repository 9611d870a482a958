/**
 * The activations, for the gates of a cell and for any tensor: what ONNX, PyTorch and Keras call them. What each computes is
 * in `forward/activations.ts` (tfjs) and `runtime/simd/activations.ts`.
 * https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
import type { ActivationConstants, ActivationFacts } from './activation-facts.js';
import { more } from './more-activations.js';

/** Those that ONNX has in the gates of a cell. */
const inCells = {
  relu: { onnx: 'Relu', pytorch: { relu: {} }, keras: { relu: {} } },
  tanh: { onnx: 'Tanh', pytorch: { tanh: {} }, keras: { tanh: {} } },
  sigmoid: { onnx: 'Sigmoid', pytorch: { sigmoid: {} }, keras: { sigmoid: {} } },
  linear: {
    onnx: 'Affine',
    formula: ['Add', ['Mul', 'x', 'alpha'], 'beta'],
    alpha: 1,
    beta: 0,
    keras: { linear: {} },
  },
  leakyRelu: {
    onnx: 'LeakyRelu',
    alpha: 0.01,
    pytorch: { leakyRelu: {} },
    keras: { leaky_relu: { alpha: 0.2 } },
  },
  thresholdedRelu: { onnx: 'ThresholdedRelu', alpha: 1 },
  scaledTanh: {
    onnx: 'ScaledTanh',
    formula: ['Mul', ['Tanh', ['Mul', 'x', 'beta']], 'alpha'],
    alpha: 1,
    beta: 1,
  },
  /** max(0, min(1, alpha x + beta)) */
  hardSigmoid: {
    onnx: 'HardSigmoid',
    alpha: 0.2,
    beta: 0.5,
    pytorch: { hardSigmoid: { alpha: 1 / 6 } },
    keras: { hard_sigmoid: { alpha: 1 / 6 } },
    keras2: { hard_sigmoid: {} },
  },
  elu: { onnx: 'Elu', alpha: 1, pytorch: { elu: {} }, keras: { elu: {} } },
  softsign: { onnx: 'Softsign', pytorch: { softsign: {} }, keras: { softsign: {} } },
  softplus: { onnx: 'Softplus', pytorch: { softplus: {} }, keras: { softplus: {} } },
} as const satisfies Readonly<Record<string, ActivationFacts>>;

export const activations = { ...inCells, ...more };

export type CellActivationName = keyof typeof inCells;
export type ActivationName = keyof typeof activations;

const namesOf = <K extends string>(rows: Readonly<Record<K, unknown>>) => Object.keys(rows) as [K, ...K[]]; // its own keys

export const cellActivationNames = namesOf(inCells);
export const activationNames = namesOf(activations);

export interface Activation<Name extends ActivationName = ActivationName> {
  readonly name: Name;
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
}

/** An activation in the gates of a cell. */
export type CellActivation = Activation<CellActivationName>;

/** The facts about an activation. */
export function factsOf(name: ActivationName): ActivationFacts {
  return activations[name];
}

/** What ONNX calls it in the gates of a cell. */
export function cellFunctionOf(name: CellActivationName): string {
  return inCells[name].onnx;
}

/** The constants that an activation has, with the defaults for those that are not given. */
export function constantsOf({ name, alpha, beta }: Activation): ActivationConstants {
  const facts = factsOf(name);
  return {
    ...(facts.alpha === undefined ? {} : { alpha: alpha ?? facts.alpha }),
    ...(facts.beta === undefined ? {} : { beta: beta ?? facts.beta }),
  };
}

/** Those with an op of their own. */
export function hasOwnOp(name: string): name is 'relu' | 'sigmoid' | 'tanh' {
  return name === 'relu' || name === 'sigmoid' || name === 'tanh';
}

/** Every name that a library has for an activation, and which one it is there. */
export function namedBy(library: 'pytorch' | 'keras' | 'keras2'): ReadonlyMap<string, Activation> {
  return new Map(
    activationNames.flatMap((name) =>
      Object.entries(factsOf(name)[library] ?? {}).map(([theirs, constants]) => [
        theirs,
        { name, ...constantsOf({ name, ...constants }) },
      ]),
    ),
  );
}
