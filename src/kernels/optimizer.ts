// Optimizer steps over the numbers of one parameter, in place, in the order of PyTorch's operations. Buffers hold whole
// vectors; what lies beyond a parameter is computed along and never read.

/**
 * Adam and AdamW. `shrink` multiplies the parameter before the step (AdamW's decay), `decay` times the parameter is
 * added to the gradient (Adam's); `scale` is what clipping leaves of the gradient. `added1` and `added2` are 1 - beta1
 * and 1 - beta2, which lose digits when they are subtracted in float32.
 */
export function adamStep(count: i32, parameter: usize, gradient: usize, mean: usize, square: usize, scale: f32, shrink: f32, decay: f32, added1: f32, beta2: f32, added2: f32, rootCorrection: f32, eps: f32, stepSize: f32): void {
  const end = parameter + ((<usize>count + 3) & ~3) * 4;
  const keep = f32x4.splat(beta2), take1 = f32x4.splat(added1), take2 = f32x4.splat(added2);
  const epsilon = f32x4.splat(eps), root = f32x4.splat(rootCorrection), size = f32x4.splat(stepSize);
  // pairs
  while (parameter < end) {
    let p = v128.load(parameter);
    const g = f32x4.add(f32x4.mul(v128.load(gradient), f32x4.splat(scale)), f32x4.mul(p, f32x4.splat(decay)));
    p = f32x4.mul(p, f32x4.splat(shrink));
    let m = v128.load(mean);
    m = f32x4.add(m, f32x4.mul(f32x4.sub(g, m), take1));
    const v = f32x4.add(f32x4.mul(v128.load(square), keep), f32x4.mul(f32x4.mul(g, take2), g));
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(v), root), epsilon);
    v128.store(mean, m);
    v128.store(square, v);
    v128.store(parameter, f32x4.sub(p, f32x4.mul(f32x4.div(m, denominator), size)));
    parameter += 16; gradient += 16; mean += 16; square += 16;
  }
}

/** SGD; `buffer` is 0 without momentum. `kept` times the buffer and `added` times the gradient make the new buffer. */
export function sgdStep(count: i32, parameter: usize, gradient: usize, buffer: usize, scale: f32, decay: f32, kept: f32, added: f32, nesterov: bool, lr: f32): void {
  const end = parameter + ((<usize>count + 3) & ~3) * 4;
  while (parameter < end) {
    const p = v128.load(parameter);
    let g = f32x4.add(f32x4.mul(v128.load(gradient), f32x4.splat(scale)), f32x4.mul(p, f32x4.splat(decay)));
    if (buffer) {
      const b = f32x4.add(f32x4.mul(v128.load(buffer), f32x4.splat(kept)), f32x4.mul(g, f32x4.splat(added)));
      v128.store(buffer, b);
      g = nesterov ? f32x4.add(g, f32x4.mul(b, f32x4.splat(kept))) : b;
      buffer += 16;
    }
    v128.store(parameter, f32x4.sub(p, f32x4.mul(g, f32x4.splat(lr))));
    parameter += 16; gradient += 16;
  }
}

/** The sum of squares, in double precision. */
export function squaredNorm(count: i32, at: usize): f64 {
  const end = at + (<usize>count << 2);
  let low = f64x2.splat(0), high = f64x2.splat(0);
  for (; at + 16 <= end; at += 16) {
    const a = f64x2.promote_low_f32x4(v128.load64_zero(at)), b = f64x2.promote_low_f32x4(v128.load64_zero(at + 8));
    low = f64x2.add(low, f64x2.mul(a, a));
    high = f64x2.add(high, f64x2.mul(b, b));
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; at < end; at += 4) sum += <f64>load<f32>(at) * <f64>load<f32>(at);
  return sum;
}
