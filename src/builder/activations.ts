/**
 * The activations, for the gates of a cell and for any tensor: their ONNX operators, and ONNX's defaults for the constants
 * that they have. What each computes is in `forward/activations.ts` (tfjs) and `runtime/simd/activations.ts`.
 * https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
interface ActivationFacts {
  readonly onnx: string;
  readonly alpha?: number;
  readonly beta?: number;
  /** Whether ONNX has it only in the gates of a cell. */
  readonly inCellsOnly?: true;
}

export const activations = {
  sigmoid: { onnx: 'Sigmoid' },
  tanh: { onnx: 'Tanh' },
  relu: { onnx: 'Relu' },
  /** alpha x + beta */
  linear: { onnx: 'Affine', alpha: 1, beta: 0, inCellsOnly: true },
  leakyRelu: { onnx: 'LeakyRelu', alpha: 0.01 },
  thresholdedRelu: { onnx: 'ThresholdedRelu', alpha: 1 },
  /** alpha tanh(beta x) */
  scaledTanh: { onnx: 'ScaledTanh', alpha: 1, beta: 1, inCellsOnly: true },
  /** max(0, min(1, alpha x + beta)) */
  hardSigmoid: { onnx: 'HardSigmoid', alpha: 0.2, beta: 0.5 },
  elu: { onnx: 'Elu', alpha: 1 },
  softsign: { onnx: 'Softsign' },
  softplus: { onnx: 'Softplus' },
} as const satisfies Readonly<Record<string, ActivationFacts>>;

export type ActivationName = keyof typeof activations;

export const activationNames = Object.keys(activations) as [ActivationName, ...ActivationName[]]; // its own keys

export interface Activation {
  readonly name: ActivationName;
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
}

/** The facts about an activation. */
export function factsOf(name: ActivationName): ActivationFacts {
  return activations[name];
}

/** The constants that an activation has, with the defaults for those that are not given. */
export function constantsOf({ name, alpha, beta }: Activation): { alpha?: number; beta?: number } {
  const facts = factsOf(name);
  return {
    ...(facts.alpha === undefined ? {} : { alpha: alpha ?? facts.alpha }),
    ...(facts.beta === undefined ? {} : { beta: beta ?? facts.beta }),
  };
}
