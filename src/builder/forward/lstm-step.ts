/**
 * An LSTM layer step by step in differentiable tfjs ops: what the fused kernels of a backend do not cover. Slow, and
 * the same numbers.
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { LstmLayerArguments, LstmLayerResults } from '../backends/lstm-layer.js';
import { type LayerAttributes, sumOfBiases } from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import type { LayerOptions } from '../recurrent/layers.js';
import { activationOf } from '../recurrent/own-cell.js';
import { activate } from './activations.js';
import { type CellStep, clipped, steppedLayer } from './stepped-layer.js';

/** ONNX's extensions to the PyTorch cell. */
export type LstmCell = Pick<LayerOptions, 'clip' | 'inputForget' | 'activations'>;

/** One of the directions of `lstm-layer.ts`. */
export function steppedLstm(
  tf: Tf,
  layer: LstmLayerArguments,
  attributes: LayerAttributes,
  cell: LstmCell = {},
): LstmLayerResults {
  const { weightHh, weightHr, peephole } = layer;
  const [rows, size] = weightHh.shape as [number, number]; // a matrix
  const batch = layer.x.shape[attributes.batchFirst ? 0 : 1] as number; // x is of rank 3
  const initial = [layer.h0 ?? tf.zeros([batch, size]), layer.c0 ?? tf.zeros([batch, rows / 4])];
  const step: CellStep = (ofX, [h, c]) => {
    const z = tf.add(ofX, tf.matMul(h as TfTensor, weightHh, false, true));
    const { nextC, full } = cellStep(tf, z, c as TfTensor, peephole, cell);
    return [weightHr ? tf.matMul(full, weightHr, false, true) : full, nextC];
  };
  const given = { ...layer, bias: sumOfBiases(tf, layer) };
  const { output, states } = steppedLayer(tf, given, attributes, initial, step);
  const [h, c] = states as [TfTensor, TfTensor]; // those of an LSTM
  return { output, h, c };
}

/** One step: what the gates see of x, h and the biases, and the cell before; gives the cell after and o tanh(c). */
function cellStep(
  tf: Tf,
  z: TfTensor,
  c: TfTensor,
  peephole: TfTensor | undefined,
  own: LstmCell,
): { nextC: TfTensor; full: TfTensor } {
  const [zi, zf, zg, zo] = tf.split(z, 4, 1) as [TfTensor, TfTensor, TfTensor, TfTensor];
  const [pi, pf, po] = peephole ? tf.split(peephole, 3) : [];
  const seen = (value: TfTensor, weight: TfTensor | undefined, of: TfTensor) => {
    return clipped(tf, weight ? tf.add(value, tf.mul(weight, of)) : value, own);
  };
  const gate = (value: TfTensor, weight: TfTensor | undefined, of: TfTensor) =>
    activate(tf, seen(value, weight, of), activationOf('lstm', own, 'gates'));
  const i = gate(zi, pi, c);
  const f = own.inputForget ? tf.sub(1, i) : gate(zf, pf, c);
  const candidate = activate(tf, seen(zg, undefined, c), activationOf('lstm', own, 'cell'));
  const nextC = tf.add(tf.mul(f, c), tf.mul(i, candidate));
  // The output gate sees the cell after the step.
  const shown = activate(tf, nextC, activationOf('lstm', own, 'hidden'));
  return { nextC, full: tf.mul(gate(zo, po, nextC), shown) };
}
