/** From a long text to a trained language model: a network that says which token comes next. */

import { type Codes, embed, type Floats, layer, recurrent } from '../builder/floats.js';
import { defineNetwork, type Network } from '../builder/network.js';
import { dropout } from '../builder/ops/dropout.js';
import type { StateDict } from '../builder/parameters.js';
import { int32 } from '../builder/tensor.js';
import { crossEntropy } from '../builder/train/cross-entropy.js';
import type { FitResult } from '../builder/train/fit.js';
import type { EpochLog } from '../builder/train/logs.js';
import { encodeText } from '../data/text/encode-text.js';
import { textStream } from '../data/text/text-stream.js';
import { type Vocabulary, vocabulary } from '../data/text/vocabulary.js';
import { LstmOnnxError } from '../errors.js';
import { exportOnnx } from '../export/export.js';
import { fitUntilStopped } from './fit-until-stopped.js';
import {
  type LanguageModelOptions,
  type LanguageModelPlan,
  languageModelPlan,
  textPlan,
} from './language-model-plan.js';
import { fitOptionsOfStreams } from './learning.js';
import { taskMetadata } from './task-metadata.js';
import { textParts } from './text-parts.js';

/** Fewer tokens in a part tell nothing. */
const FEWEST_TOKENS = 20;

/** The text as tokens of the vocabulary, in parts that follow one another. */
export interface LanguageModelText {
  readonly vocabulary: Vocabulary;
  readonly plan: LanguageModelPlan;
  readonly train: Int32Array;
  readonly validation: Int32Array;
  readonly test: Int32Array;
}

export interface TrainedLanguageModel {
  readonly network: Network;
  /** Those of the best epoch. */
  readonly parameters: StateDict;
  readonly history: readonly EpochLog[];
  /** Undefined where a signal ended training before its time. */
  readonly backend: FitResult['backend'] | undefined;
  /** The model file, with the vocabulary; its states are inputs and outputs. */
  toOnnx(): Uint8Array;
}

/**
 * Cuts a text into its parts and makes the vocabulary of the first one. What the options leave open follows from its size.
 *
 * @throws E_INVALID_OPTION for a text that is too short to hold parts of it back, and what `vocabulary` throws
 */
export function languageModelText(text: string, options: LanguageModelOptions = {}): LanguageModelText {
  const { tokens, lowercase, minCount, maxSize, validation, test } = textPlan(options);
  if (validation + test >= 1) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `validation is ${validation} and test ${test}, which leaves nothing to learn from; give less.`,
    );
  }
  const parts = textParts(text, validation, test);
  // Of an empty part there is no vocabulary.
  if (parts.train.trim() === '') throw tooShort(text);
  const words = vocabulary([parts.train], { tokens, lowercase, minCount, maxSize });
  const train = encodeText(words, parts.train);
  const held = { validation: encodeText(words, parts.validation), test: encodeText(words, parts.test) };
  if ([train, held.validation, held.test].some(({ length }) => length < FEWEST_TOKENS)) throw tooShort(text);
  return { vocabulary: words, plan: languageModelPlan(options, train.length), train, ...held };
}

function tooShort(text: string): LstmOnnxError {
  return new LstmOnnxError(
    'E_INVALID_OPTION',
    `The text has ${text.length} characters, of which too few are left for a part to validate or test on; each takes ` +
      `${FEWEST_TOKENS} tokens at least. Give a longer text.`,
  );
}

function languageModelNetwork(plan: LanguageModelPlan, size: number): Network {
  const { cell, hiddenSize, numLayers, embeddingDim, dropout: rate } = plan;
  const dropped = (x: Floats) => (rate > 0 ? dropout(x, rate) : x);
  return defineNetwork({ tokens: int32('batch', 'time') }, ({ tokens }) => {
    const x = dropped(embed('embedding', tokens as Codes, size, embeddingDim));
    const { output } = recurrent('rnn', x, { cell, hiddenSize, numLayers, dropout: rate });
    return { logits: layer('fc', dropped(output), size) };
  });
}

/**
 * Trains on the first part of the text, read as streams side by side; the second part tells the best epoch. A signal that comes behind the
 * first epoch ends training with the best one so far.
 *
 * @throws the signal's reason before the end of the first epoch, and what `fit` throws
 */
export async function trainLanguageModel(text: LanguageModelText): Promise<TrainedLanguageModel> {
  const { vocabulary: words, plan } = text;
  const network = languageModelNetwork(plan, words.tokens.length);
  const { batchSize, steps } = plan;
  const streams = Math.min(batchSize, Math.max(1, Math.floor(text.validation.length / (2 * steps))));
  const { parameters, history, backend } = await fitUntilStopped(
    network,
    textStream(text.train, { batchSize, steps }),
    {
      ...fitOptionsOfStreams(plan),
      loss: crossEntropy,
      validation: textStream(text.validation, { batchSize: streams, steps }),
    },
  );
  return {
    ...{ network, parameters, history, backend },
    toOnnx: () =>
      exportOnnx(network, parameters, {
        states: true,
        vocabularies: { tokens: words },
        metadata: taskMetadata('generate', {}),
      }),
  };
}
