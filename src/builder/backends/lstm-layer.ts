/**
 * One direction of one LSTM layer as a single tfjs op with its own gradient. Three kernels carry it; each tfjs backend
 * brings its own or gets the composed ones (`composed-lstm.ts`).
 */
import type { NamedAttrMap, Tensor as TfTensor } from '@tensorflow/tfjs';
import { steppedLstm } from './stepped-lstm.js';
import type { Tf } from './tf.js';

export const lstmLayerKernel = 'LstmLayer';
export const lstmLayerGradKernel = 'LstmLayerGrad';
export const lstmLayerInputGradKernel = 'LstmLayerInputGrad';

/** What the layer takes; gates in PyTorch's order i, f, g, o; S is `hidden`, or `projected` with a projection. */
export interface LstmLayerArguments {
  /** `[batch, time, features]`, or `[time, batch, features]`. */
  readonly x: TfTensor;
  /** `[batch, S]` @default zeros */
  readonly h0?: TfTensor | undefined;
  /** `[batch, hidden]` @default zeros */
  readonly c0?: TfTensor | undefined;
  /** `[4 * hidden, features]` */
  readonly weightIh: TfTensor;
  /** `[4 * hidden, S]` */
  readonly weightHh: TfTensor;
  /** `[4 * hidden]` @default zeros */
  readonly bias?: TfTensor | undefined;
  /** `[4 * hidden]`, added to `bias`. @default zeros */
  readonly biasHh?: TfTensor | undefined;
  /** `[projected, hidden]`, what h is multiplied by. @default no projection */
  readonly weightHr?: TfTensor | undefined;
  /** int32 `[batch]`: the steps of each sequence, 1 to time. After them states stay and the output is zero. @default time */
  readonly lengths?: TfTensor | undefined;
  /** What x is multiplied by, with its shape: a dropout mask. No gradient is given for it. */
  readonly mask?: TfTensor | undefined;
}

/**
 * Inputs of `LstmLayer`: those arguments, empty tensors for the missing ones. Only backends that say so
 * ({@link hasWholeLstm}) get two biases or none, missing states, projections, lengths or masks.
 */
export type LstmLayerInputs = { readonly [K in keyof LstmLayerArguments]-?: TfTensor };

/** Attributes of all three kernels. */
export interface LstmLayerAttributes {
  /** Whether x and output are `[batch, time, ...]`. */
  readonly batchFirst: boolean;
  /** Whether to go through time from the end. */
  readonly reverse: boolean;
  /** Whether the output of every step is wanted; where it is not, the output is empty. */
  readonly wantOutput: boolean;
  /** Whether there will be a backward pass; where not, nothing is saved for it. */
  readonly training: boolean;
}

/**
 * Outputs of `LstmLayer`: output with the first two dimensions of x, `[..., S]`; h and c after the last step read,
 * `[batch, S]` and `[batch, hidden]`; and what the backend saves for its backward pass, gates and cells, in a form of its own.
 */
export type LstmLayerOutputs = [output: TfTensor, h: TfTensor, c: TfTensor, gates: TfTensor, cells: TfTensor];

/** Inputs of `LstmLayerGrad`: those of the forward pass, what it saved, and the gradients of its results. */
export interface LstmLayerGradInputs extends Omit<LstmLayerInputs, 'bias' | 'biasHh'> {
  readonly gates: TfTensor;
  readonly cells: TfTensor;
  readonly dOutput: TfTensor;
  readonly dH: TfTensor;
  readonly dC: TfTensor;
}

/**
 * Outputs of `LstmLayerGrad`: the gradients of the gates before their activation, in the backend's own form, and those
 * of all inputs but x, lengths and mask; empty for missing inputs.
 */
export type LstmLayerGradOutputs = [
  dGates: TfTensor,
  dH0: TfTensor,
  dC0: TfTensor,
  dWeightIh: TfTensor,
  dWeightHh: TfTensor,
  dBias: TfTensor,
  dWeightHr: TfTensor,
];

/** Inputs of `LstmLayerInputGrad`, which gives the gradient of x; it runs only where that is wanted. */
export interface LstmLayerInputGradInputs {
  readonly x: TfTensor;
  readonly weightIh: TfTensor;
  readonly gates: TfTensor;
  readonly dGates: TfTensor;
}

/** Whether the current backend's kernels take all of {@link LstmLayerInputs}. */
function hasWholeLstm(tf: Tf): boolean {
  return (tf.backend() as { readonly wholeLstm?: boolean }).wholeLstm === true;
}

/**
 * Runs the layer on the current backend.
 *
 * @returns the output at every step (empty when it is not wanted), and h and c after the last step read
 */
export function lstmLayer(
  tf: Tf,
  layer: LstmLayerArguments,
  attributes: LstmLayerAttributes,
): { output: TfTensor; h: TfTensor; c: TfTensor } {
  const whole = hasWholeLstm(tf);
  if (!whole && (layer.weightHr || layer.lengths)) return steppedLstm(tf, layer, attributes);
  const nothing = tf.zeros([0]);
  const [batch = 0, hidden = 0] = [layer.x.shape[attributes.batchFirst ? 0 : 1], layer.weightHh.shape[1]];
  const zeros = () => (whole ? nothing : tf.zeros([batch, hidden]));
  const { x, weightIh, weightHh, biasHh, mask } = layer;
  const bias = whole ? layer.bias : wholeBias(tf, layer);
  const inputs: LstmLayerInputs = {
    x: mask && !whole ? tf.mul(x, mask) : x,
    h0: layer.h0 ?? zeros(),
    c0: layer.c0 ?? zeros(),
    weightIh,
    weightHh,
    bias: bias ?? nothing,
    biasHh: biasHh && whole ? biasHh : nothing,
    weightHr: layer.weightHr ?? nothing,
    lengths: layer.lengths ?? nothing,
    mask: mask && whole ? mask : nothing,
  };
  const results = tf.engine().runKernel(lstmLayerKernel, { ...inputs }, { ...attributes });
  const [output, h, c] = results as LstmLayerOutputs; // the kernel's contract
  return { output, h, c };
}

/** Both bias vectors in one. */
export function wholeBias(tf: Tf, { bias, biasHh, weightHh }: LstmLayerArguments): TfTensor {
  if (bias && biasHh) return tf.add(bias, biasHh);
  return bias ?? biasHh ?? tf.zeros([weightHh.shape[0] ?? 0]);
}

/** The attributes that {@link lstmLayer} gave. */
export function layerAttributes(attributes: NamedAttrMap | undefined): LstmLayerAttributes {
  const is = (name: keyof LstmLayerAttributes) => attributes?.[name] === true;
  return {
    batchFirst: is('batchFirst'),
    reverse: is('reverse'),
    wantOutput: is('wantOutput'),
    training: is('training'),
  };
}

/** Tells tfjs how to differentiate the layer; once for all backends. */
export function registerLstmLayerGradient(tf: Tf): void {
  if (tf.getGradient(lstmLayerKernel)) return;
  tf.registerGradient({
    kernelName: lstmLayerKernel,
    inputsToSave: ['x', 'h0', 'c0', 'weightIh', 'weightHh', 'weightHr', 'lengths', 'mask'],
    outputsToSave: [false, false, false, true, true],
    gradFunc(dy, saved, attributes) {
      // tfjs hands over what was saved in the order named above, and a gradient for each of the five outputs.
      const [x, h0, c0, weightIh, weightHh, weightHr, lengths, mask, gates, cells] = saved as Ten<TfTensor>;
      const [dOutput, dH, dC] = dy as LstmLayerOutputs;
      const layer = { x, h0, c0, weightIh, weightHh, weightHr, lengths, mask };
      const inputs: LstmLayerGradInputs = { ...layer, gates, cells, dOutput, dH, dC };
      const results = tf.engine().runKernel(lstmLayerGradKernel, { ...inputs }, attributes);
      const [dGates, dH0, dC0, dWeightIh, dWeightHh, dBias, dWeightHr] = results as LstmLayerGradOutputs;
      const forInput: LstmLayerInputGradInputs = { x, weightIh, gates, dGates };
      return {
        x: () => tf.engine().runKernel<TfTensor>(lstmLayerInputGradKernel, { ...forInput }, attributes),
        h0: () => dH0,
        c0: () => dC0,
        weightIh: () => dWeightIh,
        weightHh: () => dWeightHh,
        bias: () => dBias,
        biasHh: () => dBias.clone(),
        weightHr: () => dWeightHr,
      };
    },
  });
}

type Ten<T> = [T, T, T, T, T, T, T, T, T, T];
