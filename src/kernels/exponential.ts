// e^x and the logarithm in double precision, by polynomials: those of the standard library come with tables, which were
// more than half of what a page downloads of this module.

const log2e: f64 = 1.4426950408889634;
// ln 2 in two parts, the first so short that its multiples are exact.
const ln2High: f64 = 6.93147180369123816490e-1;
const ln2Low: f64 = 1.90821492927058770002e-10;
/** Below, e^x is smaller than any normal number. */
const lowest: f64 = -708;

/** e^x for x up to 0, off by 3e-16 of it at most; 0 below -708. NaN stays NaN. */
export function exp(x: f64): f64 {
  if (x < lowest) return 0;
  if (x != x) return x;
  const k = nearest(x * log2e);
  const r = x - k * ln2High - k * ln2Low;
  // Taylor's series: r is at most 0.35, so that the next term is below 1e-17.
  let p: f64 = 1.0 / 6227020800;
  p = p * r + 1.0 / 479001600;
  p = p * r + 1.0 / 39916800;
  p = p * r + 1.0 / 3628800;
  p = p * r + 1.0 / 362880;
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  return p * powerOfTwo(<i64>k);
}

/** The logarithm of x from 1 on, off by 1e-15 at most where x is below 2^20. NaN stays NaN. */
export function log(x: f64): f64 {
  if (x != x) return x;
  // x = 2^k y with y around 1, and log y = 2 artanh s.
  let k = <i64>(reinterpret<u64>(x) >> 52) - 1023;
  let y = x / powerOfTwo(k);
  if (y > 1.4142135623730951) {
    y *= 0.5;
    k++;
  }
  const s = (y - 1) / (y + 1);
  const square = s * s;
  let p: f64 = 0;
  for (let n = 21; n > 0; n -= 2) p = p * square + 1.0 / <f64>n;
  return 2 * s * p + <f64>k * ln2Low + <f64>k * ln2High;
}

@inline
function powerOfTwo(exponent: i64): f64 {
  return reinterpret<f64>((exponent + 1023) << 52);
}
