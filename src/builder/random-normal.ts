/**
 * `normal_` on 16 entries as PyTorch's x86 build computes it, to the last bit: the Box-Muller transform over the
 * single-precision logarithm, sine and cosine of Cephes (S. Moshier, `logf.c`, `sinf.c`) in fused multiply-adds.
 * https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/cpu/avx_mathfun.h
 *
 * PyTorch without AVX2 (ARM) takes the C library's functions instead and differs in the last bits.
 */

const { fround } = Math;
/** One float32, and the same as its bits. */
const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/**
 * `a * b + c` rounded once to float32. The product is exact in double; only a double sum that falls on the middle
 * between two float32 numbers could round otherwise than the processor does.
 */
const fma = (a: number, b: number, c: number): number => fround(a * b + c);

/** The polynomial of `x` with float32 coefficients, the highest power first. */
const polynomial = (x: number, coefficients: readonly number[]): number =>
  coefficients.reduce((sum, coefficient) => fma(sum, x, coefficient));

const floats = (...values: number[]): readonly number[] => values.map(fround);
const logarithm = floats(
  ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1],
  ...[-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
);
const [ln2Low, ln2High, sqrtHalf] = [fround(-2.1219444e-4), 0.693359375, fround(Math.SQRT1_2)];
const sine = floats(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const cosine = floats(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
/** -π/4 in three parts, so that the rest of a reduction keeps its last bits. */
const quarterTurn = floats(-0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8);
const octantsPerRadian = fround(4 / Math.PI);

/** Natural logarithm of a normal positive float32: x = m 2^e with m from √½ to √2. */
function log(x: number): number {
  float[0] = x;
  const raw = bits[0] ?? 0;
  bits[0] = (raw & 0x807fffff) | 0x3f000000;
  const half = float[0]; // the mantissa as a number from 0.5 to 1
  const small = half < sqrtHalf;
  const exponent = (raw >> 23) - 126 - (small ? 1 : 0);
  const m = fround(half - 1) + (small ? half : 0);
  const square = fround(m * m);
  const tail = fma(fround(polynomial(m, logarithm) * m), square, fround(exponent * ln2Low));
  return fma(exponent, ln2High, fround(m + fma(-square, 0.5, tail)));
}

/** Sine and cosine of a float32 of at least 0: reduced to an octant, by a polynomial for either. */
function sinCos(x: number): [sin: number, cos: number] {
  const octant = (Math.trunc(fround(x * octantsPerRadian)) + 1) & ~1;
  const r = quarterTurn.reduce((rest, part) => fma(octant, part, rest), x);
  const z = fround(r * r);
  const cosTail = fround(polynomial(z, cosine) * z);
  const cos = fround(fma(cosTail, z, -fround(z * 0.5)) + 1);
  const sin = fma(fround(polynomial(z, sine) * z), r, r);
  const [s, c] = octant & 2 ? [cos, sin] : [sin, cos];
  return [octant & 4 ? -s : s, (octant + 2) & 4 ? -c : c];
}

/** Sixteen uniform entries from `start` become normal ones: eight radii and eight angles make eight pairs. */
export function normalBlock(values: Float32Array, start: number, mean: number, std: number): void {
  for (let j = start; j < start + 8; j++) {
    const radius = fround(Math.sqrt(fround(-2 * log(fround(1 - (values[j] ?? 0))))));
    const [sin, cos] = sinCos(fround(fround(2 * Math.PI) * (values[j + 8] ?? 0)));
    values[j] = fma(fround(radius * cos), fround(std), fround(mean));
    values[j + 8] = fma(fround(radius * sin), fround(std), fround(mean));
  }
}
