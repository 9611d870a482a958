/**
 * An LSTM layer step by step in differentiable tfjs ops: what the fused kernels of a backend do not cover. Slow, and
 * the same numbers.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Activation } from '../activations.js';
import { activate } from '../forward/activations.js';
import type { LstmLayerArguments, LstmLayerAttributes, LstmLayerResults } from './lstm-layer.js';
import type { Tf } from './tf.js';

/** What ONNX can make another than in PyTorch's cell. */
export interface LstmCell {
  /** Bound on what the gates see before they are activated. */
  readonly clip?: number | undefined;
  /** Whether f = 1 - i. */
  readonly inputForget: boolean;
  readonly activations: Readonly<Record<'gates' | 'cell' | 'hidden', Activation>>;
}

export const pytorchActivations: LstmCell['activations'] = {
  gates: { name: 'sigmoid' },
  cell: { name: 'tanh' },
  hidden: { name: 'tanh' },
};

/** As `lstmLayer`. */
export function steppedLstm(
  tf: Tf,
  layer: LstmLayerArguments,
  { batchFirst, reverse, wantOutput }: LstmLayerAttributes,
  cell: LstmCell = { inputForget: false, activations: pytorchActivations },
): LstmLayerResults {
  const { weightIh, weightHh, weightHr, lengths } = layer;
  const bias = wholeBias(tf, layer);
  const masked = layer.mask ? tf.mul(layer.x, layer.mask) : layer.x;
  const whole = batchFirst ? tf.transpose(masked, [1, 0, 2]) : masked;
  const [time = 0, batch = 0, features = 0] = whole.shape;
  const x = lengths ? cut(tf, whole, lengths) : whole;
  const [states = 0] = weightHh.shape.slice(1);
  const hidden = (weightHh.shape[0] ?? 0) / 4;
  const projected = tf.add(tf.matMul(tf.reshape(x, [time * batch, features]), weightIh, false, true), bias);
  const steps = firstEntries(tf, tf.reshape(projected, [time, batch, 4 * hidden]));
  const outputs: TfTensor[] = new Array(time);
  let h = layer.h0 ?? tf.zeros([batch, states]);
  let c = layer.c0 ?? tf.zeros([batch, hidden]);
  const order = Array.from({ length: time }, (_, step) => (reverse ? time - 1 - step : step));
  for (const t of order) {
    const z = tf.add(steps[t] as TfTensor, tf.matMul(h, weightHh, false, true));
    const { nextC, full } = cellStep(tf, z, c, layer.peephole, cell);
    const nextH = weightHr ? tf.matMul(full, weightHr, false, true) : full;
    if (lengths) {
      const goesOn = tf.reshape(tf.greater(lengths, tf.scalar(t, 'int32')), [batch, 1]);
      c = tf.where(goesOn, nextC, c);
      h = tf.where(goesOn, nextH, h);
      outputs[t] = tf.where(goesOn, nextH, tf.zerosLike(nextH));
    } else {
      c = nextC;
      h = nextH;
      outputs[t] = nextH;
    }
  }
  if (!wantOutput) return { output: tf.zeros([0]), h, c };
  const [only] = outputs;
  const output = only && time === 1 ? tf.expandDims(only, 0) : tf.stack(outputs);
  return { output: batchFirst ? tf.transpose(output, [1, 0, 2]) : output, h, c };
}

/** One step: what the gates see of x, h and the biases, and the cell before; gives the cell after and o tanh(c). */
function cellStep(
  tf: Tf,
  z: TfTensor,
  c: TfTensor,
  peephole: TfTensor | undefined,
  { clip, inputForget, activations: { gates, cell, hidden } }: LstmCell,
): { nextC: TfTensor; full: TfTensor } {
  const [zi, zf, zg, zo] = tf.split(z, 4, 1) as [TfTensor, TfTensor, TfTensor, TfTensor];
  const [pi, pf, po] = peephole ? tf.split(peephole, 3) : [];
  const seen = (value: TfTensor, weight: TfTensor | undefined, of: TfTensor) => {
    const total = weight ? tf.add(value, tf.mul(weight, of)) : value;
    return clip === undefined ? total : tf.clipByValue(total, -clip, clip);
  };
  const gate = (value: TfTensor, weight: TfTensor | undefined, of: TfTensor) =>
    activate(tf, seen(value, weight, of), gates);
  const i = gate(zi, pi, c);
  const f = inputForget ? tf.sub(1, i) : gate(zf, pf, c);
  const candidate = activate(tf, seen(zg, undefined, c), cell);
  const nextC = tf.add(tf.mul(f, c), tf.mul(i, candidate));
  // The output gate sees the cell after the step.
  return { nextC, full: tf.mul(gate(zo, po, nextC), activate(tf, nextC, hidden)) };
}

/** x `[time, batch, features]` with zeros beyond the end of each sequence, where anything may be. */
function cut(tf: Tf, x: TfTensor, lengths: TfTensor): TfTensor {
  const [time = 0, batch = 0] = x.shape;
  const steps = tf.expandDims(tf.range(0, time, 1, 'int32'), 1);
  const inside = tf.reshape(tf.less(steps, tf.reshape(lengths, [1, batch])), [time, batch, 1]);
  return tf.where(tf.tile(inside, [1, 1, x.shape[2] ?? 1]), x, tf.zerosLike(x));
}

/** The entries along the first dimension; tfjs 4.22 cannot differentiate an unstack of one entry. */
export function firstEntries(tf: Tf, tensor: TfTensor): TfTensor[] {
  return tensor.shape[0] === 1 ? [tf.squeeze(tensor, [0])] : tf.unstack(tensor);
}

/** Both bias vectors in one. */
export function wholeBias(tf: Tf, { bias, biasHh, weightHh }: LstmLayerArguments): TfTensor {
  if (bias && biasHh) return tf.add(bias, biasHh);
  return bias ?? biasHh ?? tf.zeros([weightHh.shape[0] ?? 0]);
}
