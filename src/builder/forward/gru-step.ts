/** A step of a GRU in differentiable tfjs ops. https://onnx.ai/onnx/operators/onnx__GRU.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { Tf } from '../backends/tf.js';
import type { OpOptions } from '../ops/index.js';
import { activationOf } from '../recurrent/own-cell.js';
import { activate } from './activations.js';
import { type CellStep, clipped } from './stepped-layer.js';

/** What h is multiplied by and what is added: `[3 * hidden, hidden]` and `[3 * hidden]`, rows of r, z, n. */
interface OfH {
  readonly weightHh: TfTensor;
  readonly biasHh: TfTensor;
}

export function gruStep(tf: Tf, ofH: OfH, options: OpOptions['gru']): CellStep {
  const [gates, hidden] = [activationOf('gru', options, 'gates'), activationOf('gru', options, 'hidden')];
  const products = (options.resetAfter ? resetAfterProduct : resetBeforeProduct)(tf, ofH);
  return (ofX, [h]) => {
    const before = h as TfTensor; // a GRU has a state
    const { hr, hz, nOf } = products(before);
    const [xr, xz, xn] = thirds(tf, ofX, 1);
    const r = activate(tf, clipped(tf, tf.add(xr, hr), options), gates);
    const z = activate(tf, clipped(tf, tf.add(xz, hz), options), gates);
    const n = activate(tf, clipped(tf, tf.add(xn, nOf(r)), options), hidden);
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
