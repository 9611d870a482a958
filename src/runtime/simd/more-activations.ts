/** What the activations of `builder/more-activations.ts` compute, of one number. */
import type { more as rows } from '../../builder/more-activations.js';

type Scalar = (x: number) => number;

/** Where the least is above the most, the most. */
function between(least: number, most: number): Scalar {
  return (x) => Math.min(Math.max(x, least), most);
}

/** The error function, to 1e-9: its series (https://dlmf.nist.gov/7.6#E2). */
function erf(x: number): number {
  if (Math.abs(x) > 4.5) return Math.sign(x);
  const square = x * x;
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-10 * Math.abs(sum); n++) {
    term *= square / (n + 0.5);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
}

export const more: Readonly<Record<keyof typeof rows, (alpha: number, beta: number) => Scalar>> = {
  selu: (alpha, beta) => (x) => beta * (x < 0 ? alpha * Math.expm1(x) : x),
  mish: () => (x) => x * Math.tanh(Math.log1p(Math.exp(x))),
  gelu: () => (x) => (x / 2) * (1 + erf(x * Math.SQRT1_2)),
  geluTanh: () => (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (alpha) => (x) => x / (1 + Math.exp(-alpha * x)),
  celu: (alpha) => (x) => (x < 0 ? alpha * Math.expm1(x / alpha) : x),
  clip: between,
  hardtanh: between,
  logSigmoid: () => (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  tanhshrink: () => (x) => x - Math.tanh(x),
  exp: () => Math.exp,
  log: () => Math.log,
  sqrt: () => Math.sqrt,
  abs: () => Math.abs,
  neg: () => (x) => -x,
  reciprocal: () => (x) => 1 / x,
  erf: () => erf,
  pow: (alpha) => (x) => x ** alpha,
  hardSwish: () => (x) => x * Math.min(Math.max(x / 6 + 0.5, 0), 1),
};
