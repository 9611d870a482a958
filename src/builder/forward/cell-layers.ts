/** One direction of one layer of each cell on tfjs: by the backend's own kernel where it has one, else step by step. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import { ownLayers } from '../backends/own-layers.js';
import { type LayerAttributes, sumOfBiases } from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import type { OpOptions } from '../ops/index.js';
import type { RecurrentName } from '../recurrent/cells.js';
import { isTorchCell, torchNonlinearity } from '../recurrent/own-cell.js';
import { gruStep } from './gru-step.js';
import { lstmLayer } from './lstm-layer.js';
import { rnnStep } from './rnn-step.js';
import { steppedLayer } from './stepped-layer.js';

export interface LayerInputs {
  /** `[batch, time, features]` or time-first. */
  readonly x: TfTensor;
  /** What x is multiplied by: a dropout mask. */
  readonly mask: TfTensor | undefined;
  /** int32 `[batch]` */
  readonly lengths: TfTensor | undefined;
  /** Each of the cell's states `[batch, size]`; zeros where undefined. */
  readonly initial: readonly (TfTensor | undefined)[];
  /** By PyTorch's name without the layer: `weight_ih`. */
  parameter(name: string): TfTensor;
}

export interface LayerOutputs {
  /** Of every step; empty where it is not wanted. */
  readonly output: TfTensor;
  /** Each of the cell's states after the last step read. */
  readonly states: readonly TfTensor[];
}

type CellLayer<K extends RecurrentName> = (
  tf: Tf,
  inputs: LayerInputs,
  attributes: LayerAttributes,
  options: OpOptions[K],
) => LayerOutputs;

const lstm: CellLayer<'lstm'> = (tf, { x, mask, lengths, initial, parameter }, attributes, options) => {
  const { bias, projSize = 0, peepholes = false } = options;
  const [h0, c0] = initial;
  const when = (there: boolean, name: string) => (there ? parameter(name) : undefined);
  const layer = {
    x,
    mask,
    h0,
    c0,
    lengths,
    weightIh: parameter('weight_ih'),
    weightHh: parameter('weight_hh'),
    bias: when(bias, 'bias_ih'),
    biasHh: when(bias, 'bias_hh'),
    weightHr: when(projSize > 0, 'weight_hr'),
    peephole: when(peepholes, 'weight_peephole'),
  };
  const { output, h, c } = lstmLayer(
    tf,
    layer,
    attributes,
    isTorchCell('lstm', options) ? undefined : options,
  );
  return { output, states: [h, c] };
};

const gru: CellLayer<'gru'> = (tf, { x, mask, lengths, initial, parameter }, attributes, options) => {
  const [weightIh, weightHh] = [parameter('weight_ih'), parameter('weight_hh')];
  const { hiddenSize, batchFirst, bias } = options;
  const own = ownLayers(tf);
  if (own.gruLayer && isTorchCell('gru', options)) {
    const biases = bias ? { bias: parameter('bias_ih'), biasHh: parameter('bias_hh') } : {};
    const layer = { x, mask, lengths, h0: initial[0], weightIh, weightHh, ...biases };
    const { output, h } = own.gruLayer(layer, attributes);
    return { output, states: [h] };
  }
  const none = tf.zeros([3 * hiddenSize]);
  const biasIh = bias ? parameter('bias_ih') : none;
  const biasHh = bias ? parameter('bias_hh') : none;
  const h0 = initial[0] ?? tf.zeros([dim(x.shape, batchFirst ? 0 : 1), hiddenSize]);
  const step = gruStep(tf, { weightHh, biasHh }, options);
  return steppedLayer(tf, { x, mask, lengths, weightIh, bias: biasIh }, attributes, [h0], step);
};

const rnn: CellLayer<'rnn'> = (tf, { x, mask, lengths, initial, parameter }, attributes, options) => {
  const [weightIh, weightHh] = [parameter('weight_ih'), parameter('weight_hh')];
  const { hiddenSize, batchFirst, bias } = options;
  const biases = bias ? { bias: parameter('bias_ih'), biasHh: parameter('bias_hh') } : {};
  const own = ownLayers(tf);
  const nonlinearity = torchNonlinearity(options);
  if (own.rnnLayer && nonlinearity && isTorchCell('rnn', options)) {
    const layer = { x, mask, lengths, h0: initial[0], weightIh, weightHh, ...biases };
    const { output, h } = own.rnnLayer(layer, { ...attributes, nonlinearity });
    return { output, states: [h] };
  }
  const h0 = initial[0] ?? tf.zeros([dim(x.shape, batchFirst ? 0 : 1), hiddenSize]);
  const sums = sumOfBiases(tf, { weightHh, ...biases });
  const step = rnnStep(tf, weightHh, options);
  return steppedLayer(tf, { x, mask, lengths, weightIh, bias: sums }, attributes, [h0], step);
};

export const cellLayers: { readonly [K in RecurrentName]: CellLayer<K> } = { gru, lstm, rnn };
