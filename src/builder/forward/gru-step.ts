/** A step of a GRU in differentiable tfjs ops. https://onnx.ai/onnx/operators/onnx__GRU.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Activation } from '../activations.js';
import type { Tf } from '../backends/tf.js';
import { activate } from './activations.js';
import type { CellStep } from './stepped-layer.js';

interface GruCell {
  readonly resetAfter: boolean;
  readonly clip?: number | undefined;
  readonly activations?: Readonly<Record<'gates' | 'hidden', Activation>> | undefined;
}

/** What h is multiplied by and what is added: `[3 * hidden, hidden]` and `[3 * hidden]`, rows of r, z, n. */
interface OfH {
  readonly weightHh: TfTensor;
  readonly biasHh: TfTensor;
}

export function gruStep(tf: Tf, ofH: OfH, { resetAfter, clip, activations }: GruCell): CellStep {
  const { gates = { name: 'sigmoid' }, hidden = { name: 'tanh' } } = activations ?? {};
  const clipped = (x: TfTensor) => (clip === undefined ? x : tf.clipByValue(x, -clip, clip));
  const products = (resetAfter ? resetAfterProduct : resetBeforeProduct)(tf, ofH);
  return (ofX, [h]) => {
    const before = h as TfTensor; // a GRU has a state
    const { hr, hz, nOf } = products(before);
    const [xr, xz, xn] = thirds(tf, ofX, 1);
    const r = activate(tf, clipped(tf.add(xr, hr)), gates);
    const z = activate(tf, clipped(tf.add(xz, hz)), gates);
    const n = activate(tf, clipped(tf.add(xn, nOf(r))), hidden);
    return [tf.add(tf.mul(tf.sub(1, z), n), tf.mul(z, before))];
  };
}

/** What h gives r and z, and what it gives n once r is known. */
type Products = (h: TfTensor) => {
  readonly hr: TfTensor;
  readonly hz: TfTensor;
  nOf(r: TfTensor): TfTensor;
};

/** One product for all three. */
function resetAfterProduct(tf: Tf, { weightHh, biasHh }: OfH): Products {
  return (h) => {
    const [hr, hz, hn] = thirds(tf, tf.add(tf.matMul(h, weightHh, false, true), biasHh), 1);
    return { hr, hz, nOf: (r) => tf.mul(r, hn) };
  };
}

/** One product for r and z; that of n waits for r. */
function resetBeforeProduct(tf: Tf, { weightHh, biasHh }: OfH): Products {
  const [weightOfGates, weightOfN] = twoThirdsAndOne(tf, weightHh);
  const [biasOfGates, biasOfN] = twoThirdsAndOne(tf, biasHh);
  return (h) => {
    const ofGates = tf.add(tf.matMul(h, weightOfGates, false, true), biasOfGates);
    const [hr, hz] = tf.split(ofGates, 2, 1) as [TfTensor, TfTensor]; // as many as asked for
    return { hr, hz, nOf: (r) => tf.add(tf.matMul(tf.mul(r, h), weightOfN, false, true), biasOfN) };
  };
}

/** The rows of r and z, and those of n. */
function twoThirdsAndOne(tf: Tf, tensor: TfTensor): [TfTensor, TfTensor] {
  const rows = dim(tensor.shape, 0);
  return tf.split(tensor, [(2 * rows) / 3, rows / 3], 0) as [TfTensor, TfTensor]; // as many as asked for
}

/** The blocks of r, z and n along an axis. */
function thirds(tf: Tf, tensor: TfTensor, axis: number): [TfTensor, TfTensor, TfTensor] {
  return tf.split(tensor, 3, axis) as [TfTensor, TfTensor, TfTensor]; // as many as asked for
}
