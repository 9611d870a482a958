// An RNN has no gates; its row of gates is h before the activation.
import { flushed4, tanhOfHalf4 } from './vector';

/** Activates a row in place; that is the hidden state of the next step, too. */
export function rnnGates(units: i32, gates: usize, h: usize, relu: bool): void {
  const end = gates + <usize>units * 4;
  for (; gates < end; gates += 16) {
    const z = v128.load(gates);
    // In this order of operands NaN stays NaN.
    const next = relu ? f32x4.pmax(z, f32x4.splat(0)) : tanhOfHalf4(z);
    v128.store(gates, next);
    v128.store(h, next);
    h += 16;
  }
}

/** The activated row becomes its gradient before activation. */
export function rnnGradients(units: i32, gates: usize, dh: usize, relu: bool): void {
  const end = gates + <usize>units * 4;
  for (; gates < end; gates += 16) {
    const h = v128.load(gates), whole = v128.load(dh);
    const through = relu
      ? v128.andnot(whole, f32x4.le(h, f32x4.splat(0)))
      : f32x4.mul(whole, f32x4.sub(f32x4.splat(1), f32x4.mul(h, h)));
    v128.store(gates, flushed4(through));
    dh += 16;
  }
}
