/**
 * The LSTM layer's kernels composed of tfjs ops, for any backend: the input projection of all time steps in one
 * product, and backpropagation through time written out (Hochreiter & Schmidhuber 1997; Gers et al. 2000). With
 * z = W_ih x_t + W_hh h_{t-1} + b = [i f g o] before activation:
 *
 *     c_t = σ(f) c_{t-1} + σ(i) tanh(g)        h_t = σ(o) tanh(c_t)
 *
 * Factors are transposed before a product, not by it: tfjs' wasm backend is fast for plain products alone.
 */
import type { NamedTensorInfoMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import type { LayerAttributes } from './lstm-layer.js';
import {
  type LstmLayerGradInputs,
  type LstmLayerGradOutputs,
  type LstmLayerInputGradInputs,
  type LstmLayerInputs,
  type LstmLayerOutputs,
  registerLstmKernels,
} from './plain-lstm.js';
import type { Tf } from './tf.js';

/** Gives a backend the composed kernels, unless it has its own. */
export function registerComposedLstm(tf: Tf, backendName: string): void {
  // The infos are the tensors given to runKernel, by the names of the kernel's contract.
  const given = (inputs: NamedTensorInfoMap) => tensorsOf(tf, inputs) as never;
  registerLstmKernels(tf, backendName, {
    forward: (inputs, attributes) => forward(tf, given(inputs), attributes),
    backward: (inputs, attributes) => backward(tf, given(inputs), attributes),
    inputGradient: (inputs, attributes) => inputGradient(tf, given(inputs), attributes),
  });
}

/** tfjs hands a kernel bare infos; its ops want tensors, made here over the same data. */
function tensorsOf(tf: Tf, inputs: NamedTensorInfoMap): Record<string, TfTensor> {
  return Object.fromEntries(
    Object.entries(inputs).flatMap(([name, info]) => {
      if (!info) return [];
      return [[name, info instanceof tf.Tensor ? info : tf.engine().makeTensorFromTensorInfo(info)]];
    }),
  );
}

/** The steps in the order in which they are read. */
function stepOrder(time: number, reverse: boolean): number[] {
  const steps = Array.from({ length: time }, (_, t) => t);
  return reverse ? steps.reverse() : steps;
}

/** Between the caller's layout and time first, in which this file computes. */
function swapped(tf: Tf, tensor: TfTensor, batchFirst: boolean): TfTensor {
  return batchFirst ? tf.transpose(tensor, [1, 0, 2]) : tf.clone(tensor);
}

function forward(tf: Tf, inputs: LstmLayerInputs, attributes: LayerAttributes): LstmLayerOutputs {
  const { h0, c0, weightIh, weightHh, bias } = inputs;
  const { batchFirst, reverse, wantOutput, training } = attributes;
  const x = swapped(tf, inputs.x, batchFirst);
  const [time = 0, batch = 0, features = 0] = x.shape;
  const hidden = h0.shape[1] ?? 0;
  const rows = tf.reshape(x, [time * batch, features]);
  const projected = tf.add(tf.matMul(rows, tf.transpose(weightIh)), bias);
  const recurrent = tf.transpose(weightHh);
  const steps = tf.unstack(tf.reshape(projected, [time, batch, 4 * hidden]));
  const outputs: TfTensor[] = new Array(time);
  const gates: TfTensor[] = new Array(time);
  const cells: TfTensor[] = new Array(time);
  let h = h0;
  let c = c0;
  for (const t of stepOrder(time, reverse)) {
    const z = tf.add(steps[t] as TfTensor, tf.matMul(h, recurrent));
    const [zInputForget, zCandidate, zOutput] = tf.split(
      z,
      [2 * hidden, hidden, hidden],
      1,
    ) as Three<TfTensor>;
    const inputForget = tf.sigmoid(zInputForget);
    const candidate = tf.tanh(zCandidate);
    const outputGate = tf.sigmoid(zOutput);
    const [input, forget] = tf.split(inputForget, 2, 1) as Two<TfTensor>;
    c = tf.add(tf.mul(forget, c), tf.mul(input, candidate));
    h = tf.mul(outputGate, tf.tanh(c));
    outputs[t] = h;
    cells[t] = c;
    gates[t] = tf.concat([inputForget, candidate, outputGate], 1);
  }
  const nothing = () => tf.zeros([0]);
  const output = tf.stack(outputs);
  // The last h and c are also entries of the stacks; clones own their results.
  return [
    wantOutput ? swapped(tf, output, batchFirst) : nothing(),
    tf.clone(h),
    tf.clone(c),
    training ? tf.stack(gates) : nothing(),
    // The backward pass reads the outputs too, time-first, whether or not the caller wants them.
    training ? tf.concat([output, tf.stack(cells)], 2) : nothing(),
  ];
}

/**
 * From the last step read to the first, with all factors that do not depend on the incoming gradient computed for
 * every step at once.
 */
function backward(
  tf: Tf,
  inputs: LstmLayerGradInputs,
  { batchFirst, reverse, wantOutput }: LayerAttributes,
): LstmLayerGradOutputs {
  const { h0, c0, weightHh, gates, dH, dC } = inputs;
  const x = swapped(tf, inputs.x, batchFirst);
  const [output, cells] = tf.split(inputs.cells, 2, 2) as Two<TfTensor>;
  const [time = 0, batch = 0, hidden = 0] = output.shape;
  const features = x.shape[2] ?? 0;
  const before = (first: TfTensor, all: TfTensor) => previous(tf, first, all, reverse);

  const [input, forget, candidate, outputGate] = tf.split(gates, 4, 2) as Four<TfTensor>;
  const one = tf.scalar(1);
  const slope = (sigmoid: TfTensor) => tf.mul(sigmoid, tf.sub(one, sigmoid));
  const tanhCells = tf.tanh(cells);
  const outputFactor = tf.unstack(tf.mul(tanhCells, slope(outputGate)));
  const cellFactor = tf.unstack(tf.mul(outputGate, tf.sub(one, tf.square(tanhCells))));
  const gateFactors = tf.unstack(
    tf.concat(
      [
        tf.mul(candidate, slope(input)),
        tf.mul(before(c0, cells), slope(forget)),
        tf.mul(input, tf.sub(one, tf.square(candidate))),
      ],
      2,
    ),
  );
  const forgets = tf.unstack(forget);
  const dOutputs = wantOutput ? tf.unstack(swapped(tf, inputs.dOutput, batchFirst)) : [];
  const dGates: TfTensor[] = new Array(time);
  let dh = dH;
  let dc = dC;
  for (const t of stepOrder(time, !reverse)) {
    const dOutput = dOutputs[t];
    if (dOutput) dh = tf.add(dh, dOutput);
    dc = tf.add(dc, tf.mul(dh, cellFactor[t] as TfTensor));
    const dInputForgetCandidate = tf.mul(tf.concat([dc, dc, dc], 1), gateFactors[t] as TfTensor);
    const dz = tf.concat([dInputForgetCandidate, tf.mul(dh, outputFactor[t] as TfTensor)], 1);
    dGates[t] = dz;
    dh = tf.matMul(dz, weightHh);
    dc = tf.mul(dc, forgets[t] as TfTensor);
  }

  const stacked = tf.stack(dGates);
  const rows = tf.reshape(stacked, [time * batch, 4 * hidden]);
  const columns = tf.transpose(rows);
  const against = (tensor: TfTensor, width: number) =>
    tf.matMul(columns, tf.reshape(tensor, [time * batch, width]));
  const dWeightIh = against(x, features);
  const dWeightHh = against(before(h0, output), hidden);
  return [stacked, tf.clone(dh), tf.clone(dc), dWeightIh, dWeightHh, tf.sum(rows, 0)];
}

/** From the gates' gradients `[time, batch, 4 * hidden]` to that of x. */
function inputGradient(
  tf: Tf,
  { dGates, weightIh, x }: LstmLayerInputGradInputs,
  { batchFirst }: LayerAttributes,
): TfTensor {
  const [time = 0, batch = 0, gates = 0] = dGates.shape;
  const rows = tf.matMul(tf.reshape(dGates, [time * batch, gates]), weightIh);
  return swapped(tf, tf.reshape(rows, [time, batch, x.shape[2] ?? 0]), batchFirst);
}

/** The value each step found: `first` where reading begins, then what the step before left. */
function previous(tf: Tf, first: TfTensor, all: TfTensor, reverse: boolean): TfTensor {
  const [time = 0, batch = 0, hidden = 0] = all.shape;
  const start = tf.reshape(first, [1, batch, hidden]);
  if (time === 1) return start;
  const rest = tf.slice(all, [reverse ? 1 : 0, 0, 0], [time - 1, batch, hidden]);
  return tf.concat(reverse ? [rest, start] : [start, rest], 0);
}

type Two<T> = [T, T];
type Three<T> = [T, T, T];
type Four<T> = [T, T, T, T];
