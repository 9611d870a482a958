/** The activations that no cell of ONNX's has; pages load their part of the engine only for a model that has one. */
import type { ActivationFacts } from './activation-facts.js';

export const more = {} as const satisfies Readonly<Record<string, ActivationFacts>>;
