// Four float32 lanes at a time: multiply-add, and the activations of the gates.

/** a * b + c: rounded once where the engine has relaxed SIMD, twice elsewhere. */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

// The coefficients stand in memory: V8 loads a vector faster than it builds one from a constant.
const coefficients = memory.data<f32>([
  7.90531110763549805, 7.90531110763549805, 7.90531110763549805, 7.90531110763549805,
  -7.90531110763549805, -7.90531110763549805, -7.90531110763549805, -7.90531110763549805,
  -2.76076847742355e-16, -2.76076847742355e-16, -2.76076847742355e-16, -2.76076847742355e-16,
  2.00018790482477e-13, 2.00018790482477e-13, 2.00018790482477e-13, 2.00018790482477e-13,
  -8.60467152213735e-11, -8.60467152213735e-11, -8.60467152213735e-11, -8.60467152213735e-11,
  5.12229709037114e-08, 5.12229709037114e-08, 5.12229709037114e-08, 5.12229709037114e-08,
  1.48572235717979e-05, 1.48572235717979e-05, 1.48572235717979e-05, 1.48572235717979e-05,
  6.37261928875436e-04, 6.37261928875436e-04, 6.37261928875436e-04, 6.37261928875436e-04,
  4.89352455891786e-03, 4.89352455891786e-03, 4.89352455891786e-03, 4.89352455891786e-03,
  1.19825839466702e-06, 1.19825839466702e-06, 1.19825839466702e-06, 1.19825839466702e-06,
  1.18534705686654e-04, 1.18534705686654e-04, 1.18534705686654e-04, 1.18534705686654e-04,
  2.26843463243900e-03, 2.26843463243900e-03, 2.26843463243900e-03, 2.26843463243900e-03,
  4.89352518554385e-03, 4.89352518554385e-03, 4.89352518554385e-03, 4.89352518554385e-03,
  0.5, 0.5, 0.5, 0.5,
], 16);

@inline
function coefficient(i: usize): v128 {
  return v128.load(coefficients + i * 16);
}

/** tanh as a quotient of polynomials on [-7.9, 7.9], beyond which it is 1 in float32; off by 4e-7 at most. */
@inline
export function tanh4(value: v128): v128 {
  // In this order of operands NaN stays NaN.
  const x = f32x4.pmin(f32x4.pmax(value, coefficient(1)), coefficient(0));
  const square = f32x4.mul(x, x);
  let p = madd(square, coefficient(2), coefficient(3));
  p = madd(square, p, coefficient(4));
  p = madd(square, p, coefficient(5));
  p = madd(square, p, coefficient(6));
  p = madd(square, p, coefficient(7));
  p = madd(square, p, coefficient(8));
  p = f32x4.mul(x, p);
  let q = madd(square, coefficient(9), coefficient(10));
  q = madd(square, q, coefficient(11));
  q = madd(square, q, coefficient(12));
  return f32x4.div(p, q);
}

/** The sigmoid of 2x: 0.5 + 0.5 tanh(x). Whoever packs the weights has halved x. */
@inline
export function sigmoidOfDouble4(half: v128): v128 {
  return madd(coefficient(13), tanh4(half), coefficient(13));
}

/**
 * Zero for what is smaller than 1e-30. A gradient that fades over many steps ends in denormal numbers, with which a
 * processor computes a hundred times slower. NaN stays NaN.
 */
@inline
export function flushed4(value: v128): v128 {
  return v128.andnot(value, f32x4.lt(f32x4.abs(value), f32x4.splat(1e-30)));
}
