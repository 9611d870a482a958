/** Quantiles of the standard normal distribution and of Student's t, in double precision. */

/** A distribution with all that is not said step by step. */
export type Distribution =
  | { readonly kind: 'gaussian' }
  /** Degrees of freedom, the same for all steps. */
  | { readonly kind: 'studentT'; readonly df: number };

/** The quantiles of the standard form of a distribution. */
export function standardQuantiles(distribution: Distribution, levels: readonly number[]): number[] {
  return levels.map((level) =>
    distribution.kind === 'gaussian' ? normalQuantile(level) : studentTQuantile(level, distribution.df),
  );
}

/** Wichura's algorithm AS 241 (1988), PPND16: quotients of polynomials, the constant first, for the middle and both parts of a tail. */
const MIDDLE = [
  [
    ...[3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946],
    ...[45921.95393154987, 67265.7709270087, 33430.57558358813, 2509.0809287301227],
  ],
  [
    ...[1, 42.31333070160091, 687.1870074920579, 5394.196021424751],
    ...[21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852546],
  ],
] as const;
const NEAR = [
  [
    ...[1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045],
    ...[1.2704582524523684, 0.2417807251774506, 0.022723844989269184, 0.0007745450142783414],
  ],
  [
    ...[1, 2.053191626637759, 1.6763848301838038, 0.6897673349851],
    ...[0.14810397642748008, 0.015198666563616457, 0.0005475938084995345, 1.0507500716444169e-9],
  ],
] as const;
const FAR = [
  [
    ...[6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487],
    ...[0.026532189526576124, 0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7],
  ],
  [
    ...[1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615],
    ...[0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15],
  ],
] as const;

type Coefficients = readonly number[];

function quotient([over, under]: readonly [Coefficients, Coefficients], x: number): number {
  const polynomial = (coefficients: Coefficients) =>
    coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
  return polynomial(over) / polynomial(under);
}

/** Where the standard normal distribution has the part `level` below. @param level between 0 and 1 */
export function normalQuantile(level: number): number {
  const middle = level - 0.5;
  if (Math.abs(middle) <= 0.425) return middle * quotient(MIDDLE, 0.425 ** 2 - middle * middle);
  const depth = Math.sqrt(-Math.log(Math.min(level, 1 - level)));
  return Math.sign(middle) * (depth <= 5 ? quotient(NEAR, depth - 1.6) : quotient(FAR, depth - 5));
}

/** Where Student's t has the part `level` below. @param level between 0 and 1 @param df degrees of freedom, above 0 */
export function studentTQuantile(level: number, df: number): number {
  const tail = Math.min(level, 1 - level);
  if (tail === 0.5) return 0;
  let [low, high] = [0, 1];
  while (tailOf(high, df) > tail) [low, high] = [high, high * 2];
  // By halves: the tail falls with t, and 60 halves leave nothing of a double's digits.
  for (let i = 0; i < 60; i++) {
    const between = (low + high) / 2;
    if (tailOf(between, df) > tail) low = between;
    else high = between;
  }
  return (Math.sign(level - 0.5) * (low + high)) / 2;
}

/**
 * The tail of Student's t behind `t` of at least 0: `I(df / (df + t^2); df / 2, 1 / 2) / 2`, with the regularized incomplete beta
 * function I (Abramowitz & Stegun 26.7.1).
 */
function tailOf(t: number, df: number): number {
  const a = df / 2;
  // The gamma functions of I as one ratio: gamma(a + 1/2) / (gamma(a) * gamma(1/2)).
  const factor = Math.exp(logGammaRatio(a) - a * Math.log1p((t * t) / df)) / Math.sqrt(Math.PI);
  const x = df / (df + t * t);
  const rest = t / Math.sqrt(df + t * t);
  // Of x and 1 - x the fraction converges fast for the one that is on its side.
  if (x < (a + 1) / (a + 2.5)) return (factor * rest * betaFraction(x, a, 0.5)) / (2 * a);
  return 0.5 - factor * rest * betaFraction(rest * rest, 0.5, a);
}

/** The continued fraction of the incomplete beta function by Lentz's method (Press et al., Numerical Recipes, 6.4). */
function betaFraction(x: number, a: number, b: number): number {
  const notZero = (value: number) => (Math.abs(value) < 1e-300 ? 1e-300 : value);
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m <= 10_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return value;
}

/**
 * `log(gamma(z + 1/2) / gamma(z))`: ten steps up, where the series of `logGammaRatio` in `train/forecast-losses.ts` is right to 1e-12.
 */
function logGammaRatio(z: number): number {
  let below = 0;
  for (let k = 0; k < 10; k++) below += Math.log1p(0.5 / (z + k));
  const far = z + 10;
  const square = far * far;
  const series = (-1 / 8 + (1 / 192 + (-1 / 640 + 17 / 14_336 / square) / square) / square) / far;
  return 0.5 * Math.log(far) + series - below;
}
