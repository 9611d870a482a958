// Rows of float32 numbers of any length.

@inline
export function padded8(size: i32): i32 {
  return (size + 7) & ~7;
}

@inline
export function copyFloats(to: usize, from: usize, count: i32): void {
  memory.copy(to, from, <usize>count << 2);
}

@inline
export function clearFloats(at: usize, count: i32): void {
  memory.fill(at, 0, <usize>count << 2);
}

export function fillFloats(at: usize, count: i32, value: f32): void {
  for (const end = at + (<usize>count << 2); at < end; at += 4) store<f32>(at, value);
}

/** to = a * b */
export function multiplyRow(count: i32, to: usize, a: usize, b: usize): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const at = <usize>k * 4;
    v128.store(to + at, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  }
  for (; k < count; k++) {
    const at = <usize>k * 4;
    store<f32>(to + at, load<f32>(a + at) * load<f32>(b + at));
  }
}

/** to += from */
export function addRow(count: i32, to: usize, from: usize): void {
  let k = 0;
  for (; k + 4 <= count; k += 4) {
    const at = <usize>k * 4;
    v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
  }
  for (; k < count; k++) {
    const at = <usize>k * 4;
    store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
  }
}
