/** From a source to the states that the decoder starts from, and to what it attends to. */
import {
  type Codes,
  embed,
  type Floats,
  type LayerStates,
  type Lengths,
  layer,
  permuted,
  recurrent,
  reshape,
  widened,
} from '../builder/floats.js';
import { relu } from '../builder/ops/activations.js';
import { conv2d } from '../builder/ops/convolution.js';
import { dropout } from '../builder/ops/dropout.js';
import { maxPool2d } from '../builder/ops/pool.js';
import { float32, int32, type TensorType, type Value } from '../builder/tensor.js';
import { keysOf, type Memory } from './attention-forms.js';
import type { EncoderDecoderPlan, ImageSource } from './encoder-decoder-options.js';

export interface Encoded {
  /** `[numLayers, batch, hiddenSize]` each. */
  readonly states: LayerStates;
  /** Undefined without attention. */
  readonly memory: Memory | undefined;
}

/** The values of a source, by the names of {@link sourceInputs}. */
export interface SourceValues {
  readonly source: Value;
  readonly lengths?: Lengths | undefined;
}

/** The inputs that a source takes. */
export function sourceInputs({ source }: EncoderDecoderPlan): Readonly<Record<string, TensorType>> {
  if ('image' in source) return { source: float32('batch', ...source.image) };
  const steps = 'vocabulary' in source ? int32('batch', 'time') : float32('batch', 'time', source.features);
  return { source: steps, lengths: int32('batch') };
}

/**
 * @param firstStep runs the decoder's layers on the image as their first step, `[batch, 1, embeddingDim]`, and gives their states
 */
export function encoded(
  plan: EncoderDecoderPlan,
  { source, lengths }: SourceValues,
  firstStep: (step: Floats) => LayerStates,
): Encoded {
  const from = plan.source;
  if ('vocabulary' in from) {
    const { vocabulary, embeddingDim } = from;
    return read(
      plan,
      dropped(embed('encoder.embedding', source as Codes, vocabulary, embeddingDim), plan),
      lengths,
    );
  }
  if ('features' in from) return read(plan, source as Floats, lengths);
  const image = convolved(from, source as Floats);
  const [, channels, height, width] = image.shape as readonly ['batch', number, number, number];
  if (from.as === 'columns') {
    const columns = reshape(permuted(image, [0, 3, 1, 2]), ['batch', width, channels * height]);
    return read(plan, columns, undefined);
  }
  const flat = reshape(image, ['batch', channels * height * width]);
  if (from.as === 'step') {
    const step = layer('encoder.image', flat, plan.target.embeddingDim);
    return { states: firstStep(widened(step, 1)), memory: undefined };
  }
  const { numLayers, hiddenSize, cell } = plan;
  const state = (name: 'h' | 'c') => {
    const rows = layer(`bridge.${name}`, flat, numLayers * hiddenSize);
    return permuted(reshape(rows, ['batch', numLayers, hiddenSize]), [1, 0, 2]);
  };
  return { states: { h: state('h'), ...(cell === 'lstm' ? { c: state('c') } : {}) }, memory: undefined };
}

/** Zeroed in training. */
export function dropped(x: Floats, { dropout: rate }: EncoderDecoderPlan): Floats {
  return rate > 0 ? dropout(x, rate) : x;
}

function read(plan: EncoderDecoderPlan, steps: Floats, lengths: Lengths | undefined): Encoded {
  const { cell, hiddenSize, numLayers, dropout, bidirectional, attention } = plan;
  const sizes = { cell, hiddenSize, numLayers, dropout, bidirectional, lengths };
  const { output, states } = recurrent('encoder.rnn', steps, sizes);
  return {
    states: bidirectional ? bridged(states, plan) : states,
    memory:
      attention === 'none'
        ? undefined
        : { values: output, keys: keysOf(attention, output, hiddenSize), lengths },
  };
}

/** One state for each layer of those of both directions, which PyTorch has one after the other. */
function bridged(states: LayerStates, { numLayers, hiddenSize }: EncoderDecoderPlan): LayerStates {
  const bridge = (name: string, state: Floats) => {
    const pairs = permuted(reshape(state, [numLayers, 2, 'batch', hiddenSize]), [0, 2, 1, 3]);
    return layer(`bridge.${name}`, reshape(pairs, [numLayers, 'batch', 2 * hiddenSize]), hiddenSize);
  };
  return { h: bridge('h', states.h), ...(states.c ? { c: bridge('c', states.c) } : {}) };
}

/** `[batch, channels, height, width]` */
function convolved({ conv = [], image }: ImageSource, source: Floats): Floats {
  const shape = image.length === 2 ? [1, ...image] : image;
  let x = (image.length === 2 ? reshape(source, ['batch', ...shape]) : source) as Value<
    'float32',
    readonly ['batch', number, number, number]
  >;
  for (const [i, outChannels] of conv.entries()) {
    x = maxPool2d(relu(conv2d(`encoder.conv${i}`, x, { outChannels, kernelSize: 3, padding: 1 })), {
      kernelSize: 2,
    }) as unknown as typeof x;
  }
  return x;
}
