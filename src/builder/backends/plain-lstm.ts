/**
 * The LSTM layer of backends without one of their own, plain: no projection, all sequences of one length. Three kernels
 * carry it; a backend may bring its own: tensorflow does.
 */
import type { NamedAttrMap, NamedTensorInfoMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import type { LstmLayerArguments, LstmLayerResults } from './lstm-layer.js';
import { type LayerAttributes, sumOfBiases } from './recurrent-layer.js';
import type { Tf } from './tf.js';

export const lstmLayerKernel = 'LstmLayer';
export const lstmLayerGradKernel = 'LstmLayerGrad';
export const lstmLayerInputGradKernel = 'LstmLayerInputGrad';

/** Inputs of `LstmLayer`; gates in PyTorch's order i, f, g, o. */
export interface LstmLayerInputs {
  /** `[batch, time, features]`, or `[time, batch, features]`. */
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
 * Outputs of `LstmLayer`: output with the first two dimensions of x, `[..., hidden]`; h and c after the last step read,
 * `[batch, hidden]`; and what the backend saves for its backward pass, gates and cells, in a form of its own.
 */
export type LstmLayerOutputs = [output: TfTensor, h: TfTensor, c: TfTensor, gates: TfTensor, cells: TfTensor];

/** Inputs of `LstmLayerGrad`: those of the forward pass, what it saved, and the gradients of its results. */
export interface LstmLayerGradInputs extends Omit<LstmLayerInputs, 'bias'> {
  readonly gates: TfTensor;
  readonly cells: TfTensor;
  readonly dOutput: TfTensor;
  readonly dH: TfTensor;
  readonly dC: TfTensor;
}

/**
 * Outputs of `LstmLayerGrad`: the gradients of the gates before their activation, in the backend's own form, and those
 * of all inputs but x.
 */
export type LstmLayerGradOutputs = [
  dGates: TfTensor,
  dH0: TfTensor,
  dC0: TfTensor,
  dWeightIh: TfTensor,
  dWeightHh: TfTensor,
  dBias: TfTensor,
];

/** Inputs of `LstmLayerInputGrad`, which gives the gradient of x; it runs only where that is wanted. */
export interface LstmLayerInputGradInputs {
  readonly x: TfTensor;
  readonly weightIh: TfTensor;
  readonly gates: TfTensor;
  readonly dGates: TfTensor;
}

/** One of the directions of `forward/lstm-layer.ts`, of a layer without projection and lengths. */
export function plainLstm(tf: Tf, layer: LstmLayerArguments, attributes: LayerAttributes): LstmLayerResults {
  const { x, weightIh, weightHh, mask } = layer;
  const [batch, hidden] = [dim(x.shape, attributes.batchFirst ? 0 : 1), dim(weightHh.shape, 1)];
  const inputs: LstmLayerInputs = {
    x: mask ? tf.mul(x, mask) : x,
    h0: layer.h0 ?? tf.zeros([batch, hidden]),
    c0: layer.c0 ?? tf.zeros([batch, hidden]),
    weightIh,
    weightHh,
    bias: sumOfBiases(tf, layer),
  };
  const results = tf.engine().runKernel(lstmLayerKernel, { ...inputs }, { ...attributes });
  const [output, h, c] = results as LstmLayerOutputs; // the kernel's contract
  return { output, h, c };
}

/** The attributes that {@link plainLstm} gave. */
function layerAttributes(attributes: NamedAttrMap | undefined): LayerAttributes {
  const is = (name: keyof LayerAttributes) => attributes?.[name] === true;
  return {
    batchFirst: is('batchFirst'),
    reverse: is('reverse'),
    wantOutput: is('wantOutput'),
    training: is('training'),
  };
}

/** What the kernels compute: of each, the inputs by their names, the attributes, and the backend that runs them. */
export interface PlainLstmKernels {
  forward(inputs: NamedTensorInfoMap, attributes: LayerAttributes, backend: unknown): LstmLayerOutputs;
  backward(inputs: NamedTensorInfoMap, attributes: LayerAttributes, backend: unknown): LstmLayerGradOutputs;
  inputGradient(inputs: NamedTensorInfoMap, attributes: LayerAttributes, backend: unknown): TfTensor;
}

/** Whether the current backend has the kernels. */
export function hasLstmKernels(tf: Tf): boolean {
  return tf.getKernel(lstmLayerKernel, tf.getBackend()) !== undefined;
}

/** Gives a backend the kernels, but for those that it has, and tells tfjs how to differentiate the layer. */
export function registerLstmKernels(
  tf: Tf,
  backendName: string,
  { forward, backward, inputGradient }: PlainLstmKernels,
): void {
  registerLstmLayerGradient(tf);
  const kernels = [
    [lstmLayerKernel, forward],
    [lstmLayerGradKernel, backward],
    [lstmLayerInputGradKernel, inputGradient],
  ] as const;
  for (const [kernelName, compute] of kernels) {
    if (tf.getKernel(kernelName, backendName)) continue;
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) =>
        tf.tidy(() => compute(inputs, layerAttributes(attrs), backend)),
    });
  }
}

/** Tells tfjs how to differentiate the layer; once for all backends. */
function registerLstmLayerGradient(tf: Tf): void {
  if (tf.getGradient(lstmLayerKernel)) return;
  tf.registerGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['x', 'h0', 'c0', 'weightIh', 'weightHh'],
    outputsToSave: [false, false, false, true, true],
    gradFunc(dy, saved, attributes) {
      // tfjs hands over what was saved in the order named above, and a gradient for each of the five outputs.
      const [x, h0, c0, weightIh, weightHh, gates, cells] = saved as Seven<TfTensor>;
      const [dOutput, dH, dC] = dy as LstmLayerOutputs;
      const inputs: LstmLayerGradInputs = { x, h0, c0, weightIh, weightHh, gates, cells, dOutput, dH, dC };
      const results = tf.engine().runKernel(lstmLayerGradKernel, { ...inputs }, attributes);
      const [dGates, dH0, dC0, dWeightIh, dWeightHh, dBias] = results as LstmLayerGradOutputs;
      const forInput: LstmLayerInputGradInputs = { x, weightIh, gates, dGates };
      return {
        x: () => tf.engine().runKernel<TfTensor>(lstmLayerInputGradKernel, { ...forInput }, attributes),
        h0: () => dH0,
        c0: () => dC0,
        weightIh: () => dWeightIh,
        weightHh: () => dWeightHh,
        bias: () => dBias,
      };
    },
  });
}

type Seven<T> = [T, T, T, T, T, T, T];
