/**
 * An LSTM layer step by step in differentiable tfjs ops: what the fused kernels of a backend do not cover. Slow, and
 * the same numbers.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { LstmLayerArguments, LstmLayerAttributes, LstmLayerResults } from './lstm-layer.js';
import type { Tf } from './tf.js';

/** As `lstmLayer`. */
export function steppedLstm(
  tf: Tf,
  layer: LstmLayerArguments,
  { batchFirst, reverse, wantOutput }: LstmLayerAttributes,
): LstmLayerResults {
  const { weightIh, weightHh, weightHr, lengths } = layer;
  const bias = wholeBias(tf, layer);
  const masked = layer.mask ? tf.mul(layer.x, layer.mask) : layer.x;
  const x = batchFirst ? tf.transpose(masked, [1, 0, 2]) : masked;
  const [time = 0, batch = 0, features = 0] = x.shape;
  const [states = 0] = weightHh.shape.slice(1);
  const hidden = (weightHh.shape[0] ?? 0) / 4;
  const projected = tf.add(tf.matMul(tf.reshape(x, [time * batch, features]), weightIh, false, true), bias);
  const steps = split(tf, tf.reshape(projected, [time, batch, 4 * hidden]));
  const outputs: TfTensor[] = new Array(time);
  let h = layer.h0 ?? tf.zeros([batch, states]);
  let c = layer.c0 ?? tf.zeros([batch, hidden]);
  const order = Array.from({ length: time }, (_, step) => (reverse ? time - 1 - step : step));
  for (const t of order) {
    const z = tf.add(steps[t] as TfTensor, tf.matMul(h, weightHh, false, true));
    const [i, f, g, o] = tf.split(z, 4, 1) as [TfTensor, TfTensor, TfTensor, TfTensor];
    const nextC = tf.add(tf.mul(tf.sigmoid(f), c), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    const full = tf.mul(tf.sigmoid(o), tf.tanh(nextC));
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

/** The entries along the first dimension; tfjs 4.22 cannot differentiate an unstack of one entry. */
function split(tf: Tf, tensor: TfTensor): TfTensor[] {
  return tensor.shape[0] === 1 ? [tf.squeeze(tensor, [0])] : tf.unstack(tensor);
}

/** Both bias vectors in one. */
export function wholeBias(tf: Tf, { bias, biasHh, weightHh }: LstmLayerArguments): TfTensor {
  if (bias && biasHh) return tf.add(bias, biasHh);
  return bias ?? biasHh ?? tf.zeros([weightHh.shape[0] ?? 0]);
}
