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
  const end = to + (<usize>count << 2);
  // pairs
  while (to + 16 <= end) {
    v128.store(to, f32x4.mul(v128.load(a), v128.load(b)));
    to += 16; a += 16; b += 16;
  }
  for (; to < end; to += 4, a += 4, b += 4) store<f32>(to, load<f32>(a) * load<f32>(b));
}

/** to += from */
export function addRow(count: i32, to: usize, from: usize): void {
  const end = to + (<usize>count << 2);
  // pairs
  while (to + 16 <= end) {
    v128.store(to, f32x4.add(v128.load(to), v128.load(from)));
    to += 16; from += 16;
  }
  for (; to < end; to += 4, from += 4) store<f32>(to, load<f32>(to) + load<f32>(from));
}
