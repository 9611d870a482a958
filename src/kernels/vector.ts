// Four float32 lanes at a time: multiply-add, and the activations of the gates.

/** a * b + c: rounded once where the engine has relaxed SIMD, twice elsewhere. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// The constants stand in memory: V8 loads a vector faster than it builds one from a constant.
const constants = memory.data<f32>([
  -88, -88, -88, -88,
  89, 89, 89, 89,
  40, 40, 40, 40,
  // log2 e, and 1.5 * 2^23: a number added to that is rounded to an integer, which the lowest bits hold.
  1.44269504, 1.44269504, 1.44269504, 1.44269504,
  12582912, 12582912, 12582912, 12582912,
  // -ln 2 in two parts, the first so short that its multiples are exact.
  -0.693359375, -0.693359375, -0.693359375, -0.693359375,
  2.12194440e-4, 2.12194440e-4, 2.12194440e-4, 2.12194440e-4,
  1.39463006e-3, 1.39463006e-3, 1.39463006e-3, 1.39463006e-3,
  8.36651865e-3, 8.36651865e-3, 8.36651865e-3, 8.36651865e-3,
  4.16662879e-2, 4.16662879e-2, 4.16662879e-2, 4.16662879e-2,
  1.66665435e-1, 1.66665435e-1, 1.66665435e-1, 1.66665435e-1,
  0.5, 0.5, 0.5, 0.5,
  1, 1, 1, 1,
  2, 2, 2, 2,
], 16);

@inline
function constant(i: usize): v128 {
  if (FOR_WIDE) return v128.load32_splat(constants + i * 16);
  return v128.load(constants + i * 16);
}

/** The integer nearest to x / ln 2, in the lowest bits of a large number. */
@inline
function shiftedPower(x: v128): v128 {
  return madd(x, constant(3), constant(4));
}

/** 2^k of what {@link shiftedPower} gave for k from -127, which counts as 0, to 128, which is infinite. */
@inline
function powerOfTwo(shifted: v128): v128 {
  return i32x4.add(i32x4.shl(shifted, 23), constant(12));
}

/** x - k ln 2, at most 0.35 from 0. */
@inline
function remainder(x: v128, shifted: v128): v128 {
  const k = f32x4.sub(shifted, constant(4));
  return madd(k, constant(6), madd(k, constant(5), x));
}

/** (e^r - 1 - r) / r^2 for such a remainder: a polynomial that makes e^r - 1 off by 1.8e-8 of it at most. */
@inline
function series(r: v128): v128 {
  let p = madd(r, constant(7), constant(8));
  p = madd(r, p, constant(9));
  p = madd(r, p, constant(10));
  return madd(r, p, constant(11));
}

// In this order of operands NaN stays NaN: the larger of a value and a bound is the value unless it is less.

/**
 * The sigmoid of -x: 1 / (1 + e^x), off by 3e-7 of itself at most where that is a normal number; exactly 1 for x below
 * -17.4 and exactly 0 above 88.4. Whoever packs the weights has turned the sign of x.
 */
@inline
export function sigmoidOfNegative4(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(0)), constant(1));
  const one = constant(12);
  const shifted = shiftedPower(x);
  const r = remainder(x, shifted);
  const power = f32x4.mul(powerOfTwo(shifted), madd(r, madd(r, series(r), one), one));
  return f32x4.div(one, f32x4.add(one, power));
}

/**
 * tanh of x / 2: (e^x - 1) / (e^x + 1), off by 3e-7 of itself at most; exactly -1 and 1 beyond 18.1. Whoever packs the
 * weights has doubled x.
 */
@inline
export function tanhOfHalf4(value: v128): v128 {
  const x = f32x4.pmin(f32x4.pmax(value, constant(0)), constant(2));
  const shifted = shiftedPower(x);
  const r = remainder(x, shifted);
  const power = powerOfTwo(shifted);
  const less = madd(power, madd(f32x4.mul(r, r), series(r), r), f32x4.sub(power, constant(12)));
  return f32x4.div(less, f32x4.add(less, constant(13)));
}

/**
 * Zero for what is smaller than 1e-30. A gradient that fades over many steps ends in denormal numbers, with which a
 * processor computes a hundred times slower. NaN stays NaN.
 */
@inline
export function flushed4(value: v128): v128 {
  return v128.andnot(value, f32x4.lt(f32x4.abs(value), f32x4.splat(1e-30)));
}
