/** How a decoder learns to write, of translations and captions. */
import type { Network } from '../builder/network.js';
import { sequenceAccuracy, tokenAccuracy } from '../builder/train/class-metrics.js';
import { crossEntropy } from '../builder/train/cross-entropy.js';
import { LstmOnnxError } from '../errors.js';
import type { EncoderDecoder } from '../sequences/encoder-decoder.js';
import type { AttentionKind } from '../sequences/encoder-decoder-options.js';
import { type FitUntilStopped, fitUntilStopped } from './fit-until-stopped.js';
import { fitOptionsOf, type Learning } from './learning.js';
import type { TokenSide } from './pair-tokens.js';

export interface WritingOptions extends Learning {
  readonly embeddingDim: number;
  readonly attention: AttentionKind;
  /** Whether the encoder reads from both ends. */
  readonly bidirectional: boolean;
  /** The part of the probability that other tokens than the right one are to have. */
  readonly labelSmoothing: number;
  /** How many sequences a beam search keeps. */
  readonly beam: number;
  /** Told of what was found and done, in sentences. */
  readonly onNote: (text: string) => void;
}

type Samples = ReturnType<EncoderDecoder['samples']>;

/** Trains with the targets as what is read before each step. */
export async function fitWriting(
  model: EncoderDecoder,
  samples: Samples,
  validation: Samples,
  options: WritingOptions,
): Promise<FitUntilStopped & { readonly network: Network }> {
  const network = model.training();
  const { labelSmoothing } = options;
  const { parameters, history, backend } = await fitUntilStopped(network, samples, {
    ...fitOptionsOf(options),
    loss: crossEntropy({ ignoreIndex: -100, labelSmoothing }),
    metrics: [tokenAccuracy, sequenceAccuracy],
    validation,
  });
  return { network, parameters, history, backend };
}

export function networkOptions(options: WritingOptions) {
  const { cell, hiddenSize, numLayers, dropout, attention, bidirectional } = options;
  return { cell, hiddenSize, numLayers, dropout, attention, bidirectional };
}

/** The start and end tokens of a side that is written. */
export function endsOf({ vocabulary: { special } }: TokenSide): {
  readonly start: number;
  readonly end: number;
} {
  const { start, end } = special;
  if (start !== undefined && end !== undefined) return { start, end };
  throw new LstmOnnxError('E_INTERNAL', 'The vocabulary of the targets has no start and end.');
}
