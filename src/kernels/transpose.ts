// Four numbers of four rows, as four columns of a panel.

/** @param row bytes from one row to the next */
@inline
export function setTransposed4(from: usize, row: usize, to: usize): void {
  transpose4(from, row, to, f32x4.splat(1), false);
}

/** Adds them, each times a factor. */
@inline
export function addTransposed4(from: usize, row: usize, to: usize, factor: v128): void {
  transpose4(from, row, to, factor, true);
}

@inline
function transpose4(from: usize, row: usize, to: usize, factor: v128, adds: bool): void {
  const a = v128.load(from), b = v128.load(from + row), c = v128.load(from + 2 * row), d = v128.load(from + 3 * row);
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  put(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5), factor, adds);
  put(to + 32, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), factor, adds);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  put(to + 64, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5), factor, adds);
  put(to + 96, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7), factor, adds);
}

@inline
function put(to: usize, value: v128, factor: v128, adds: bool): void {
  v128.store(to, adds ? f32x4.add(v128.load(to), f32x4.mul(value, factor)) : value);
}
