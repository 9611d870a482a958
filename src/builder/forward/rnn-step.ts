/** A step of an RNN in differentiable tfjs ops. https://onnx.ai/onnx/operators/onnx__RNN.html */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Activation } from '../activations.js';
import type { Tf } from '../backends/tf.js';
import { activate } from './activations.js';
import type { CellStep } from './stepped-layer.js';

interface RnnCell {
  readonly clip?: number | undefined;
  readonly activations?: Readonly<Record<'hidden', Activation>> | undefined;
}

/** @param weightHh `[hidden, hidden]` */
export function rnnStep(tf: Tf, weightHh: TfTensor, { clip, activations }: RnnCell): CellStep {
  const { hidden = { name: 'tanh' } } = activations ?? {};
  return (ofX, [h]) => {
    const sum = tf.add(ofX, tf.matMul(h as TfTensor, weightHh, false, true)); // an RNN has a state
    return [activate(tf, clip === undefined ? sum : tf.clipByValue(sum, -clip, clip), hidden)];
  };
}
