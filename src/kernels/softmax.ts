// softmax, row by row.
import { exp } from './exponential';

/** softmax of each row, in place or elsewhere. */
export function softmax(rows: i32, classes: i32, logits: usize, to: usize): void {
  const rowBytes = <usize>classes * 4;
  for (let r = 0; r < rows; r++) {
    let largest = load<f32>(logits);
    for (let k = 1; k < classes; k++) largest = max(largest, load<f32>(logits + <usize>k * 4));
    let total: f64 = 0;
    for (let k = 0; k < classes; k++) {
      const power = exp(<f64>load<f32>(logits + <usize>k * 4) - largest);
      total += power;
      store<f32>(to + <usize>k * 4, <f32>power);
    }
    for (let k = 0; k < classes; k++) {
      store<f32>(to + <usize>k * 4, <f32>(<f64>load<f32>(to + <usize>k * 4) / total));
    }
    logits += rowBytes;
    to += rowBytes;
  }
}
