/** A task that an encoder and a decoder learn in a moment: tokens in reverse. */
import type { StateDict } from '../../src/builder/parameters.js';
import { crossEntropy } from '../../src/builder/train/cross-entropy.js';
import { fit as train } from '../../src/builder/train/fit.js';
import { adam } from '../../src/builder/train/optimizers.js';
import { type EncoderDecoder, encoderDecoder } from '../../src/sequences/encoder-decoder.js';
import { seededNumbers } from '../seeded-numbers.js';

const START = 1;
const END = 2;
const VOCABULARY = 8;
export const STEPS = 6;

/** Tokens from 3 to 7. */
export function sources(count: number, seed: number): number[][] {
  const next = seededNumbers(seed);
  return Array.from({ length: count }, () => Array.from({ length: 1 + next(STEPS - 1) }, () => 3 + next(5)));
}

export const reversed = (lists: readonly (readonly number[])[]) => lists.map((tokens) => tokens.toReversed());

export function reversing(options: { readonly inputFeeding?: boolean } = {}): EncoderDecoder {
  return encoderDecoder({
    source: { vocabulary: VOCABULARY, embeddingDim: 12 },
    target: { vocabulary: VOCABULARY, start: START, end: END },
    hiddenSize: 32,
    bidirectional: true,
    ...options,
  });
}

export async function trained(
  model: EncoderDecoder,
  {
    steps,
    epochs,
    ...training
  }: { steps?: number; epochs: number; teacherForcing?: number; parameters?: StateDict },
): Promise<StateDict> {
  const { teacherForcing, parameters } = training;
  const known = sources(600, 1);
  const padded = steps === undefined ? {} : { steps };
  const network = model.training({ ...padded, ...(teacherForcing === undefined ? {} : { teacherForcing }) });
  const data = model.samples(known, reversed(known), padded);
  const result = await train(network, data, {
    loss: crossEntropy({ ignoreIndex: -100 }),
    optimizer: adam({ lr: 0.01 }),
    ...{ epochs, batchSize: 32, clipNorm: 1, backend: 'simd', seed: 3 },
    ...(parameters ? { parameters } : {}),
  });
  return result.parameters;
}
