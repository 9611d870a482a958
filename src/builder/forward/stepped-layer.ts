/**
 * A recurrent layer step by step in differentiable tfjs ops: for what the fused kernels of a backend do not cover. Slow,
 * and the same numbers.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { LayerAttributes } from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import type { LayerOptions } from '../recurrent/layers.js';

export interface SteppedLayer {
  /** `[batch, time, features]`, or `[time, batch, features]`. */
  readonly x: TfTensor;
  /** What x is multiplied by. */
  readonly mask?: TfTensor | undefined;
  /** int32 `[batch]` @default time */
  readonly lengths?: TfTensor | undefined;
  /** `[rows, features]`: what every step gets of x. */
  readonly weightIh: TfTensor;
  /** `[rows]`, added to that. */
  readonly bias: TfTensor;
}

/** From what the step gets of x, `[batch, rows]`, and the states before it to the states after it, `[batch, size]` each. */
export type CellStep = (ofX: TfTensor, states: readonly TfTensor[]) => readonly TfTensor[];

/** What a gate sees before it is activated, within the cell's bound. */
export function clipped(tf: Tf, x: TfTensor, { clip }: Pick<LayerOptions, 'clip'>): TfTensor {
  return clip === undefined ? x : tf.clipByValue(x, -clip, clip);
}

/** @param initial the cell's states before the first step; the first one is also the output of a step */
export function steppedLayer(
  tf: Tf,
  { x: given, mask, lengths, weightIh, bias }: SteppedLayer,
  { batchFirst, reverse, wantOutput }: LayerAttributes,
  initial: readonly TfTensor[],
  step: CellStep,
): { readonly output: TfTensor; readonly states: readonly TfTensor[] } {
  const masked = mask ? tf.mul(given, mask) : given;
  const whole = batchFirst ? tf.transpose(masked, [1, 0, 2]) : masked;
  const [time, batch, features] = whole.shape as [number, number, number]; // a layer's x is of rank 3
  const x = lengths ? zeroPastLength(tf, whole, lengths) : whole;
  const projected = tf.add(tf.matMul(tf.reshape(x, [time * batch, features]), weightIh, false, true), bias);
  const steps = unstack(tf, tf.reshape(projected, [time, batch, -1]));
  const outputs: TfTensor[] = new Array(time);
  let states = initial;
  const order = steps.map((_, i) => (reverse ? time - 1 - i : i));
  for (const t of order) {
    const next = step(steps[t] as TfTensor, states); // one for each step
    const [output] = next as [TfTensor, ...TfTensor[]]; // every cell has a state
    if (!lengths) {
      states = next;
      outputs[t] = output;
      continue;
    }
    const goesOn = tf.reshape(tf.greater(lengths, tf.scalar(t, 'int32')), [batch, 1]);
    states = states.map((before, i) => tf.where(goesOn, next[i] ?? before, before));
    outputs[t] = tf.where(goesOn, output, tf.zerosLike(output));
  }
  if (!wantOutput) return { output: tf.zeros([0]), states };
  const [only] = outputs;
  const output = only && time === 1 ? tf.expandDims(only, 0) : tf.stack(outputs);
  return { output: batchFirst ? tf.transpose(output, [1, 0, 2]) : output, states };
}

/** x `[time, batch, features]` with zeros beyond the end of each sequence, where anything may be. */
function zeroPastLength(tf: Tf, x: TfTensor, lengths: TfTensor): TfTensor {
  const [time, batch, features] = x.shape as [number, number, number]; // rank 3
  const steps = tf.expandDims(tf.range(0, time, 1, 'int32'), 1);
  const inside = tf.reshape(tf.less(steps, tf.reshape(lengths, [1, batch])), [time, batch, 1]);
  return tf.where(tf.tile(inside, [1, 1, features]), x, tf.zerosLike(x));
}

/** The entries along the first dimension; tfjs 4.22 cannot differentiate an unstack of one entry. */
export function unstack(tf: Tf, tensor: TfTensor): TfTensor[] {
  return tensor.shape[0] === 1 ? [tf.squeeze(tensor, [0])] : tf.unstack(tensor);
}
