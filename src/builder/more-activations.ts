/** The activations that no cell of ONNX's has; pages load their part of the engine only for a model that has one. */
import type { ActivationFacts } from './activation-facts.js';

export const more = {
  /** beta x above 0, else alpha beta (e^x - 1) */
  selu: {
    onnx: 'Selu',
    alpha: 1.6732632423543772,
    beta: 1.0507009873554805,
    attributes: { beta: 'gamma' },
    pytorch: { selu: {} },
    keras: { selu: {} },
  },
  mish: {
    onnx: 'Mish',
    since: 18,
    formula: ['Mul', 'x', ['Tanh', ['Softplus', 'x']]],
    pytorch: { mish: {} },
    keras: { mish: {} },
  },
  /** x max(0, min(1, x / 6 + 1 / 2)) */
  hardSwish: { onnx: 'HardSwish', pytorch: { hardSwish: {} }, keras: { hard_swish: {}, hard_silu: {} } },
} as const satisfies Readonly<Record<string, ActivationFacts>>;
