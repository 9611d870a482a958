/** A step of a GRU in differentiable tfjs ops. https://onnx.ai/onnx/operators/onnx__GRU.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Activation } from '../activations.js';
import { activate } from '../forward/activations.js';
import type { CellStep } from './stepped-layer.js';
import type { Tf } from './tf.js';

interface GruCell {
  readonly resetAfter: boolean;
  readonly clip?: number | undefined;
  readonly activations?: Readonly<Record<'gates' | 'hidden', Activation>> | undefined;
}

/** @param weights `[3 * hidden, hidden]` and `[3 * hidden]`, rows of r, z, n */
export function gruStep(
  tf: Tf,
  { weightHh, biasHh }: { readonly weightHh: TfTensor; readonly biasHh: TfTensor },
  { resetAfter, clip, activations }: GruCell,
): CellStep {
  const { gates = { name: 'sigmoid' }, hidden = { name: 'tanh' } } = activations ?? {};
  const clipped = (x: TfTensor) => (clip === undefined ? x : tf.clipByValue(x, -clip, clip));
  const weightsOfN = resetAfter ? undefined : thirds(tf, weightHh, 0)[2];
  const [, , biasN] = thirds(tf, biasHh, 0);
  return (ofX, [h]) => {
    const before = h as TfTensor; // a GRU has a state
    const ofH = tf.add(tf.matMul(before, weightHh, false, true), biasHh);
    const [xr, xz, xn] = thirds(tf, ofX, 1);
    const [hr, hz, hn] = thirds(tf, ofH, 1);
    const r = activate(tf, clipped(tf.add(xr, hr)), gates);
    const z = activate(tf, clipped(tf.add(xz, hz)), gates);
    const reset = weightsOfN
      ? tf.add(tf.matMul(tf.mul(r, before), weightsOfN, false, true), biasN)
      : tf.mul(r, hn);
    const n = activate(tf, clipped(tf.add(xn, reset)), hidden);
    return [tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, before))];
  };
}

/** The blocks of r, z and n along an axis. */
function thirds(tf: Tf, tensor: TfTensor, axis: number): [TfTensor, TfTensor, TfTensor] {
  return tf.split(tensor, 3, axis) as [TfTensor, TfTensor, TfTensor]; // as many as asked for
}
