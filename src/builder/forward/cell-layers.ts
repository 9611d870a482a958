/** The directions of one layer of each cell on tfjs: by the backend's own kernel where it has one, else step by step. */
import type { Tensor as TfTensor } from '@tensorflow/tfjs';
import { dim } from '../../nd-array.js';
import { ownLayers } from '../backends/own-layers.js';
import {
  type LayerAttributes,
  type RecurrentLayerResults,
  sumOfBiases,
} from '../backends/recurrent-layer.js';
import type { Tf } from '../backends/tf.js';
import type { OpOptions } from '../ops/index.js';
import type { RecurrentName } from '../recurrent/cells.js';
import { isTorchCell, torchNonlinearity } from '../recurrent/own-cell.js';
import { gruStep } from './gru-step.js';
import { lstmDirections } from './lstm-layer.js';
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

export interface LayerDirection {
  readonly inputs: LayerInputs;
  readonly attributes: LayerAttributes;
}

/** Gives the outputs of each of the directions, which have the same x, mask and lengths. */
type CellLayer<K extends RecurrentName> = (
  tf: Tf,
  directions: readonly LayerDirection[],
  options: OpOptions[K],
) => readonly LayerOutputs[];

const lstm: CellLayer<'lstm'> = (tf, directions, options) => {
  const { bias, projSize = 0, peepholes = false } = options;
  const layers = directions.map(({ inputs: { x, mask, lengths, initial, parameter }, attributes }) => {
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
    return { layer, attributes };
  });
  const cell = isTorchCell('lstm', options) ? undefined : options;
  return lstmDirections(tf, layers, cell).map(({ output, h, c }) => ({ output, states: [h, c] }));
};

/** What a layer of one state takes. */
function oneState({ x, mask, lengths, initial, parameter }: LayerInputs, bias: boolean) {
  // Nothing is spread here, since that makes a new hidden class per step in V8.
  return {
    x,
    mask,
    lengths,
    h0: initial[0],
    weightIh: parameter('weight_ih'),
    weightHh: parameter('weight_hh'),
    bias: bias ? parameter('bias_ih') : undefined,
    biasHh: bias ? parameter('bias_hh') : undefined,
  };
}

function ofOneState({ output, h }: RecurrentLayerResults): LayerOutputs {
  return { output, states: [h] };
}

function zeroState(tf: Tf, x: TfTensor, { batchFirst, hiddenSize }: OpOptions['gru' | 'rnn']): TfTensor {
  return tf.zeros([dim(x.shape, batchFirst ? 0 : 1), hiddenSize]);
}

const gru: CellLayer<'gru'> = (tf, directions, options) => {
  const { bias, hiddenSize } = options;
  const layers = directions.map(({ inputs, attributes }) => ({ layer: oneState(inputs, bias), attributes }));
  const own = isTorchCell('gru', options) ? ownLayers(tf).gruDirections : undefined;
  if (own) return own(layers).map(ofOneState);
  return layers.map(({ layer, attributes }) => {
    const none = tf.zeros([3 * hiddenSize]);
    const { x, mask, lengths, weightIh, weightHh, bias: biasIh = none, biasHh = none } = layer;
    const step = gruStep(tf, { weightHh, biasHh }, options);
    const h0 = layer.h0 ?? zeroState(tf, x, options);
    return steppedLayer(tf, { x, mask, lengths, weightIh, bias: biasIh }, attributes, [h0], step);
  });
};

const rnn: CellLayer<'rnn'> = (tf, directions, options) => {
  const layers = directions.map(({ inputs, attributes }) => ({
    layer: oneState(inputs, options.bias),
    attributes,
  }));
  const nonlinearity = torchNonlinearity(options);
  const own = isTorchCell('rnn', options) ? ownLayers(tf).rnnDirections : undefined;
  if (own && nonlinearity) {
    return own(layers, nonlinearity).map(ofOneState);
  }
  return layers.map(({ layer, attributes }) => {
    const { x, mask, lengths, weightIh } = layer;
    const step = rnnStep(tf, layer.weightHh, options);
    const h0 = layer.h0 ?? zeroState(tf, x, options);
    return steppedLayer(
      tf,
      { x, mask, lengths, weightIh, bias: sumOfBiases(tf, layer) },
      attributes,
      [h0],
      step,
    );
  });
};

export const cellLayers: { readonly [K in RecurrentName]: CellLayer<K> } = { gru, lstm, rnn };
