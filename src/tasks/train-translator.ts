/** Trains an encoder and a decoder on pairs of texts, with parts held back to validate and to test. */
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { counted } from '../counted.js';
import type { TextPairs } from '../data/text/text-pairs.js';
import { type Tokenizer, tokensOf } from '../data/text/tokenizers.js';
import { LstmOnnxError } from '../errors.js';
import { type EncoderDecoderFiles, encoderDecoder } from '../sequences/encoder-decoder.js';
import type { FitUntilStopped } from './fit-until-stopped.js';
import { encodedPairs, sideOf, sideWords, type TokenSettings, type TokenSide } from './pair-tokens.js';
import { splitByKey } from './split-by-key.js';
import type { TranslatorPlan } from './translator.js';
import { translatorMetadata } from './translator-metadata.js';
import { endsOf, fitWriting, networkOptions, type WritingOptions } from './writing.js';

export interface TranslatorOptions extends WritingOptions, Omit<TokenSettings, 'tokens'> {
  readonly sourceTokens: Tokenizer;
  readonly targetTokens: Tokenizer;
  /** What the texts are called in the data, for the model file. */
  readonly columns: { readonly source: string; readonly target: string };
}

export interface TrainedTranslator {
  readonly plan: TranslatorPlan;
  readonly network: Network;
  readonly parameters: StateDict;
  readonly history: FitUntilStopped['history'];
  readonly backend: FitUntilStopped['backend'];
  /** The pairs to learn from, to validate and to test on. */
  readonly parts: { readonly train: TextPairs; readonly validation: TextPairs; readonly test: TextPairs };
  toOnnx(): EncoderDecoderFiles;
}

/** @throws E_INVALID_OPTION for too few pairs, and options that do not fit together; what `fit` throws */
export async function trainTranslator(
  pairs: TextPairs,
  options: TranslatorOptions,
): Promise<TrainedTranslator> {
  const { sourceTokens, targetTokens, columns, beam, onNote } = options;
  const parts = partsOf(pairs, options);
  const { train } = parts;
  const source = sideOf(train.sources, { ...options, tokens: sourceTokens }, false);
  const target = sideOf(train.targets, { ...options, tokens: targetTokens }, true);
  const sizeWords = (side: TokenSide) => `${sideWords(side)}, up to ${side.maxLength} in a text`;
  onNote(`sources: ${sizeWords(source)}; targets: ${sizeWords(target)}`);
  const plan: TranslatorPlan = {
    source: { ...source, column: columns.source },
    // With the end.
    target: { ...target, maxLength: target.maxLength + 1, column: columns.target },
    beam,
  };
  const model = encoderDecoder({
    source: { vocabulary: source.vocabulary.tokens.length, embeddingDim: options.embeddingDim },
    target: {
      vocabulary: target.vocabulary.tokens.length,
      ...endsOf(target),
      embeddingDim: options.embeddingDim,
    },
    ...networkOptions(options),
  });
  const samples = (part: TextPairs, name: string) => {
    const { sources, targets, left } = encodedPairs(part, source, target);
    if (left > 0) onNote(`${counted(left, 'pair')} too long, left out of the ${name} part`);
    if (sources.length > 0) return model.samples(sources, targets);
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `No pair of the ${name} part is as short as ${source.maxLength} and ${target.maxLength} tokens; give a larger maxLength.`,
    );
  };
  const fitted = await fitWriting(
    model,
    samples(train, 'training'),
    samples(parts.validation, 'validation'),
    options,
  );
  return {
    ...fitted,
    ...{ plan, parts },
    toOnnx: () =>
      model.toOnnx(fitted.parameters, {
        metadata: translatorMetadata(plan),
        vocabularies: { source: source.vocabulary, token: target.vocabulary },
      }),
  };
}

/** Equal sources, as the model reads them, are in one part. */
function partsOf(pairs: TextPairs, options: TranslatorOptions): TrainedTranslator['parts'] {
  const { sources, targets } = pairs;
  const keys = sources.map((text) => sourceKey(text, options));
  const { train, validation, test } = splitByKey(keys, options, 'source');
  const part = (indices: readonly number[]): TextPairs => ({
    sources: indices.map((i) => sources[i] ?? ''),
    targets: indices.map((i) => targets[i] ?? ''),
    notes: [],
  });
  const several = sources.length - new Set(keys).size;
  if (several > 0) {
    options.onNote(
      `${counted(sources.length, 'pair')} of ${counted(new Set(keys).size, 'different source')}; all pairs of a source are in one part`,
    );
  }
  return { train: part(train), validation: part(validation), test: part(test) };
}

/** One text for all sources that are the same tokens. */
function sourceKey(
  text: string,
  { sourceTokens, lowercase }: Pick<TranslatorOptions, 'sourceTokens' | 'lowercase'>,
): string {
  return tokensOf(sourceTokens, text, lowercase).join('\n');
}
