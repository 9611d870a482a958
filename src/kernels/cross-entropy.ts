// The cross-entropy of logits against class numbers with its gradient, row by row.
import { exp, log } from './exponential';

/**
 * The mean over the rows of -log softmax(logits)[target]; the gradient of that mean goes to `gradient`.
 *
 * @param logits [rows, classes]
 * @param targets int32, one a row, from 0 to classes - 1
 */
export function crossEntropy(rows: i32, classes: i32, logits: usize, targets: usize, gradient: usize): f64 {
  const share: f64 = 1 / <f64>rows;
  const rowBytes = <usize>classes * 4;
  let loss: f64 = 0;
  for (let r = 0; r < rows; r++) {
    let largest = load<f32>(logits);
    for (let k = 1; k < classes; k++) largest = max(largest, load<f32>(logits + <usize>k * 4));
    let total: f64 = 0;
    for (let k = 0; k < classes; k++) {
      const at = <usize>k * 4;
      const power = exp(<f64>load<f32>(logits + at) - largest);
      total += power;
      store<f32>(gradient + at, <f32>power);
    }
    const target = <usize>load<i32>(targets) * 4;
    loss += log(total) + largest - load<f32>(logits + target);
    for (let k = 0; k < classes; k++) {
      const at = <usize>k * 4;
      store<f32>(gradient + at, <f32>(<f64>load<f32>(gradient + at) / total * share));
    }
    store<f32>(gradient + target, <f32>(<f64>load<f32>(gradient + target) - share));
    logits += rowBytes;
    gradient += rowBytes;
    targets += 4;
  }
  return loss * share;
}
