/**
 * Attention of a decoder's steps to those of an encoder, after Luong et al. (2015), https://arxiv.org/abs/1508.04025: the step itself
 * asks, and what it finds is put beside it. Scores by a layer are those of Bahdanau et al. (2015), https://arxiv.org/abs/1409.0473.
 */

import {
  add,
  type Floats,
  joined,
  type Lengths,
  layer,
  product,
  softmaxOfSteps,
  swapped,
  tanhOf,
  widened,
} from '../builder/floats.js';
import { parameter } from '../builder/ops/parameter.js';
import type { AttentionKind } from './encoder-decoder-options.js';

/** What a decoder attends to. */
export interface Memory {
  /** The encoder's output, `[batch, time, features]`. */
  readonly values: Floats;
  /** What steps are found by, `[batch, time, hiddenSize]`; the values themselves where the product is taken with them. */
  readonly keys: Floats;
  /** Of the sequences; steps beyond have no weight. Undefined where all are of one length. */
  readonly lengths: Lengths | undefined;
}

/** What the encoder's steps are found by. */
export function keysOf(kind: AttentionKind, values: Floats, hiddenSize: number): Floats {
  return kind === 'dot' ? values : layer('attention.keys', values, hiddenSize, false);
}

export interface Attended {
  /** `[batch, steps, hiddenSize]` */
  readonly output: Floats;
  /** `[batch, time, steps]`; of each step they come to 1. */
  readonly weights: Floats;
}

/** @param steps the decoder's output, `[batch, steps, hiddenSize]` */
export function attend(kind: AttentionKind, steps: Floats, memory: Memory, hiddenSize: number): Attended {
  const weights = softmaxOfSteps(scoresOf(kind, steps, memory, hiddenSize), memory.lengths);
  const found = product(swapped(weights), memory.values);
  return { output: tanhOf(layer('attention.output', joined([found, steps]), hiddenSize, false)), weights };
}

/** How well each step of the encoder fits each of the decoder, `[batch, time, steps]`. */
function scoresOf(kind: AttentionKind, steps: Floats, { keys }: Memory, hiddenSize: number): Floats {
  if (kind !== 'additive') return product(keys, swapped(steps));
  const query = layer('attention.query', steps, hiddenSize, false);
  const bound = 1 / Math.sqrt(hiddenSize);
  const v = parameter('attention.v', [hiddenSize], { init: { kind: 'uniform', bound } });
  return product(tanhOf(add(widened(keys, 2), widened(query, 1))), v);
}
