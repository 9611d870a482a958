/**
 * One direction of one LSTM layer as a single tfjs op with its own gradient. Two kernels carry it, `LstmLayer` and
 * `LstmLayerGrad`; each tfjs backend brings its own or gets the composed ones (`composed-lstm.ts`).
 */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import type { Tf } from './tf.js';

export const lstmLayerKernel = 'LstmLayer';
export const lstmLayerGradKernel = 'LstmLayerGrad';

/** Inputs of `LstmLayer`; gates in PyTorch's order i, f, g, o. */
export interface LstmLayerInputs {
  /** `[time, batch, features]` */
  readonly x: TfTensor;
  /** `[batch, hidden]` */
  readonly h0: TfTensor;
  /** `[batch, hidden]` */
  readonly c0: TfTensor;
  /** `[4 * hidden, features]` */
  readonly weightIh: TfTensor;
  /** `[4 * hidden, hidden]` */
  readonly weightHh: TfTensor;
  /** `[4 * hidden]`, the sum of both bias vectors. */
  readonly bias: TfTensor;
}

/**
 * Outputs of `LstmLayer`: output `[time, batch, hidden]`; h and c after the last step read, `[batch, hidden]`; and, for
 * the backward pass, the activated gates `[time, batch, 4 * hidden]` and the cell states `[time, batch, hidden]`.
 */
export type LstmLayerOutputs = [output: TfTensor, h: TfTensor, c: TfTensor, gates: TfTensor, cells: TfTensor];

/** Inputs of `LstmLayerGrad`: those of the forward pass, what it saved, and the gradients of its results. */
export interface LstmLayerGradInputs extends Omit<LstmLayerInputs, 'bias' | 'weightIh'> {
  readonly output: TfTensor;
  readonly gates: TfTensor;
  readonly cells: TfTensor;
  readonly dOutput: TfTensor;
  readonly dH: TfTensor;
  readonly dC: TfTensor;
}

/**
 * Outputs of `LstmLayerGrad`: the gradients of the gates before their activation `[time, batch, 4 * hidden]` (from
 * which the gradient of x follows by one product, where it is wanted), and those of the other inputs.
 */
export type LstmLayerGradOutputs = [
  dGates: TfTensor,
  dH0: TfTensor,
  dC0: TfTensor,
  dWeightIh: TfTensor,
  dWeightHh: TfTensor,
  dBias: TfTensor,
];

/**
 * Runs the layer on the current backend.
 *
 * @param reverse whether to go through time from the end
 * @returns the output at every step, and h and c after the last step read
 */
export function lstmLayer(
  tf: Tf,
  inputs: LstmLayerInputs,
  reverse: boolean,
): { output: TfTensor; h: TfTensor; c: TfTensor } {
  const results = tf.engine().runKernel(lstmLayerKernel, { ...inputs }, { reverse });
  const [output, h, c] = results as LstmLayerOutputs; // the kernel's contract
  return { output, h, c };
}

/** Tells tfjs how to differentiate the layer; once for all backends. */
export function registerLstmLayerGradient(tf: Tf): void {
  if (tf.getGradient(lstmLayerKernel)) return;
  tf.registerGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['x', 'h0', 'c0', 'weightIh', 'weightHh'],
    outputsToSave: [true, false, false, true, true],
    gradFunc(dy, saved, attributes) {
      // tfjs hands over what was saved in the order named above, and a gradient for each of the five outputs.
      const [x, h0, c0, weightIh, weightHh, output, gates, cells] = saved as Eight<TfTensor>;
      const [dOutput, dH, dC] = dy as LstmLayerOutputs;
      const inputs: LstmLayerGradInputs = { x, h0, c0, weightHh, output, gates, cells, dOutput, dH, dC };
      const results = tf.engine().runKernel(lstmLayerGradKernel, { ...inputs }, attributes);
      const [dGates, dH0, dC0, dWeightIh, dWeightHh, dBias] = results as LstmLayerGradOutputs;
      return {
        x: () => {
          const rows = tf.reshape(dGates, [-1, weightIh.shape[0] ?? 1]);
          return tf.reshape(tf.matMul(rows, weightIh), x.shape);
        },
        h0: () => dH0,
        c0: () => dC0,
        weightIh: () => dWeightIh,
        weightHh: () => dWeightHh,
        bias: () => dBias,
      };
    },
  });
}

type Eight<T> = [T, T, T, T, T, T, T, T];
