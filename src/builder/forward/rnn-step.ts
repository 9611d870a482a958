/** A step of an RNN in differentiable tfjs ops. https://onnx.ai/onnx/operators/onnx__RNN.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from '../backends/tf.js';
import type { OpOptions } from '../ops/index.js';
import { activationOf } from '../recurrent/own-cell.js';
import { activate } from './activations.js';
import { type CellStep, clipped } from './stepped-layer.js';

/** @param weightHh `[hidden, hidden]` */
export function rnnStep(tf: Tf, weightHh: TfTensor, options: OpOptions['rnn']): CellStep {
  const hidden = activationOf('rnn', options, 'hidden');
  return (ofX, [h]) => {
    const sum = tf.add(ofX, tf.matMul(h as TfTensor, weightHh, false, true)); // an RNN has a state
    return [activate(tf, clipped(tf, sum, options), hidden)];
  };
}
