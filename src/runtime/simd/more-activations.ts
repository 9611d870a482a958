/** What the activations of `builder/more-activations.ts` compute, of one number. */
import type { more as rows } from '../../builder/more-activations.js';

type Scalar = (x: number) => number;

export const more: Readonly<Record<keyof typeof rows, (alpha: number, beta: number) => Scalar>> = {
  selu: (alpha, beta) => (x) => beta * (x < 0 ? alpha * Math.expm1(x) : x),
  mish: () => (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  hardSwish: () => (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1),
};
