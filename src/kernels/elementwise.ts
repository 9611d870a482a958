// What goes through large tensors number by number, and sums of their channels. NaN stays NaN in all of them.

/** The larger of x and 0. */
export function rectify(count: i32, x: usize, y: usize): void {
  const end = x + (<usize>count << 2);
  // pairs
  while (x + 16 <= end) {
    v128.store(y, f32x4.max(v128.load(x), f32x4.splat(0)));
    x += 16; y += 16;
  }
  for (; x < end; x += 4, y += 4) store<f32>(y, max(load<f32>(x), 0));
}

/** 1 where x is above 0, else `below`. */
export function step(count: i32, x: usize, below: f32, y: usize): void {
  const end = x + (<usize>count << 2), zero = f32x4.splat(0), one = f32x4.splat(1), other = f32x4.splat(below);
  for (; x + 16 <= end; x += 16, y += 16) {
    const value = v128.load(x);
    const chosen = v128.bitselect(one, other, f32x4.gt(value, zero));
    v128.store(y, v128.bitselect(chosen, value, f32x4.eq(value, value)));
  }
  for (; x < end; x += 4, y += 4) {
    const value = load<f32>(x);
    store<f32>(y, value > 0 ? 1 : value <= 0 ? below : value);
  }
}

export function add(count: i32, a: usize, b: usize, y: usize): void {
  const end = a + (<usize>count << 2);
  // pairs
  while (a + 16 <= end) {
    v128.store(y, f32x4.add(v128.load(a), v128.load(b)));
    a += 16; b += 16; y += 16;
  }
  for (; a < end; a += 4, b += 4, y += 4) store<f32>(y, load<f32>(a) + load<f32>(b));
}

export function multiply(count: i32, a: usize, b: usize, y: usize): void {
  const end = a + (<usize>count << 2);
  // pairs
  while (a + 16 <= end) {
    v128.store(y, f32x4.mul(v128.load(a), v128.load(b)));
    a += 16; b += 16; y += 16;
  }
  for (; a < end; a += 4, b += 4, y += 4) store<f32>(y, load<f32>(a) * load<f32>(b));
}

export function subtract(count: i32, a: usize, b: usize, y: usize): void {
  const end = a + (<usize>count << 2);
  // pairs
  while (a + 16 <= end) {
    v128.store(y, f32x4.sub(v128.load(a), v128.load(b)));
    a += 16; b += 16; y += 16;
  }
  for (; a < end; a += 4, b += 4, y += 4) store<f32>(y, load<f32>(a) - load<f32>(b));
}

export function divide(count: i32, a: usize, b: usize, y: usize): void {
  const end = a + (<usize>count << 2);
  // pairs
  while (a + 16 <= end) {
    v128.store(y, f32x4.div(v128.load(a), v128.load(b)));
    a += 16; b += 16; y += 16;
  }
  for (; a < end; a += 4, b += 4, y += 4) store<f32>(y, load<f32>(a) / load<f32>(b));
}

/** The sum of each channel of y [batch, channels, windows], in double precision until the end. */
export function channelSums(batch: i32, channels: i32, windows: i32, y: usize, sums: usize): void {
  const bytes = <usize>windows << 2;
  for (let channel = 0; channel < channels; channel++) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let rest: f64 = 0;
    for (let b = 0; b < batch; b++) {
      let at = y + <usize>(b * channels + channel) * bytes;
      const end = at + bytes;
      for (; at + 16 <= end; at += 16) {
        low = f64x2.add(low, f64x2.promote_low_f32x4(v128.load64_zero(at)));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.load64_zero(at + 8)));
      }
      for (; at < end; at += 4) rest += <f64>load<f32>(at);
    }
    const both = f64x2.add(low, high);
    store<f32>(sums + (<usize>channel << 2), <f32>(f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1) + rest));
  }
}
