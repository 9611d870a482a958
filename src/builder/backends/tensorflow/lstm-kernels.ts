/** The LSTM layer's three kernels on TensorFlow's block ops; see `../plain-lstm.ts` for what they take and give. */
import type { NamedTensorInfoMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import {
  type LstmLayerGradInputs,
  type LstmLayerGradOutputs,
  type LstmLayerInputGradInputs,
  type LstmLayerInputs,
  type LstmLayerOutputs,
  registerLstmKernels,
} from '../plain-lstm.js';
import type { LayerAttributes } from '../recurrent-layer.js';
import type { Tf } from '../tf.js';
import { blockLstm, blockLstmGrad, type TensorflowBackend } from './block-lstm.js';

/** Gives tfjs-node's backend the kernels, once. */
export function registerTensorflowLstm(tf: Tf, backendName: string): void {
  // The infos are the tensors given to runKernel, by the names of the kernel's contract.
  const given = (inputs: NamedTensorInfoMap) => inputs as never;
  registerLstmKernels(tf, backendName, {
    forward: (inputs, attributes, backend) =>
      forward(tf, backend as TensorflowBackend, given(inputs), attributes),
    backward: (inputs, attributes, backend) =>
      backward(tf, backend as TensorflowBackend, given(inputs), attributes),
    inputGradient: (inputs, attributes) => inputGradient(tf, given(inputs), attributes),
  });
}

/** Between the caller's layout and the one of the ops: time first, in the order in which it is read. */
function rearranged(tf: Tf, tensor: TfTensor, { batchFirst, reverse }: LayerAttributes): TfTensor {
  const timeFirst = batchFirst ? tf.transpose(tensor, [1, 0, 2]) : tensor;
  return reverse ? tf.reverse(timeFirst, 0) : timeFirst;
}

function restored(tf: Tf, tensor: TfTensor, { batchFirst, reverse }: LayerAttributes): TfTensor {
  const ordered = reverse ? tf.reverse(tensor, 0) : tensor;
  return batchFirst ? tf.transpose(ordered, [1, 0, 2]) : tf.clone(ordered);
}

/** PyTorch's two matrices as the one of the ops. */
function weightOf(tf: Tf, weightIh: TfTensor, weightHh: TfTensor): TfTensor {
  return tf.transpose(tf.concat([weightIh, weightHh], 1));
}

function forward(
  tf: Tf,
  backend: TensorflowBackend,
  inputs: LstmLayerInputs,
  attributes: LayerAttributes,
): LstmLayerOutputs {
  const { h0, c0, weightIh, weightHh, bias } = inputs;
  const x = rearranged(tf, inputs.x, attributes);
  const weight = weightOf(tf, weightIh, weightHh);
  const steps = blockLstm(tf, backend, { x, h0, c0, weight, bias });
  const { input, forget, candidate, output, cell, cellTanh, h } = steps;
  const nothing = () => tf.zeros([0]);
  const { training, wantOutput } = attributes;
  return [
    wantOutput ? restored(tf, h, attributes) : nothing(),
    lastStep(tf, h),
    lastStep(tf, cell),
    // One after the other along time, so that taking them apart copies nothing.
    training ? tf.concat([input, forget, candidate, output]) : nothing(),
    training ? tf.concat([cell, cellTanh, h]) : nothing(),
  ];
}

function lastStep(tf: Tf, steps: TfTensor): TfTensor {
  const [time = 0, batch = 0, hidden = 0] = steps.shape;
  return tf.reshape(tf.slice(steps, [time - 1, 0, 0], [1, batch, hidden]), [batch, hidden]);
}

/** A gradient that arrives at the last step alone. */
function atLastStep(tf: Tf, gradient: TfTensor, time: number): TfTensor {
  const [batch = 0, hidden = 0] = gradient.shape;
  const last = tf.reshape(gradient, [1, batch, hidden]);
  return time === 1 ? last : tf.concat([tf.zeros([time - 1, batch, hidden]), last]);
}

/** The gates' gradients stay inside the op, which gives the gradient of x: that is saved in their place. */
function backward(
  tf: Tf,
  backend: TensorflowBackend,
  inputs: LstmLayerGradInputs,
  attributes: LayerAttributes,
): LstmLayerGradOutputs {
  const { h0, c0, weightIh, weightHh, dH, dC } = inputs;
  const x = rearranged(tf, inputs.x, attributes);
  const [time = 0, , features = 0] = x.shape;
  const hidden = h0.shape[1] ?? 0;
  const weight = weightOf(tf, weightIh, weightHh);
  const bias = tf.zeros([4 * hidden]);
  const [input, forget, candidate, output] = tf.split(inputs.gates, 4) as Four<TfTensor>;
  const [cell, cellTanh, h] = tf.split(inputs.cells, 3) as Three<TfTensor>;
  const steps = { input, forget, candidate, output, cell, cellTanh, h };
  const dLast = atLastStep(tf, dH, time);
  const dSteps = attributes.wantOutput ? tf.add(dLast, rearranged(tf, inputs.dOutput, attributes)) : dLast;
  const layer = { x, h0, c0, weight, bias };
  const gradients = blockLstmGrad(tf, backend, layer, steps, atLastStep(tf, dC, time), dSteps);
  const [dWeightIh, dWeightHh] = tf.split(
    tf.transpose(gradients.weight),
    [features, hidden],
    1,
  ) as Two<TfTensor>;
  const { x: dx, h0: dH0, c0: dC0, bias: dBias } = gradients;
  return [dx, dH0, dC0, dWeightIh, dWeightHh, dBias];
}

function inputGradient(
  tf: Tf,
  { dGates: dx }: LstmLayerInputGradInputs,
  attributes: LayerAttributes,
): TfTensor {
  return restored(tf, dx, attributes);
}

type Two<T> = [T, T];
type Three<T> = [T, T, T];
type Four<T> = [T, T, T, T];
