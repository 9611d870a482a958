/** From texts with tags to a trained tagger and its model file. */
import { encodeCheckpoint } from '../builder/checkpoint.js';
import type { Network } from '../builder/network.js';
import type { StateDict } from '../builder/parameters.js';
import { tokenAccuracy } from '../builder/train/class-metrics.js';
import { crfNll } from '../builder/train/crf-nll.js';
import { crossEntropy } from '../builder/train/cross-entropy.js';
import { masked } from '../builder/train/masked.js';
import { counted } from '../counted.js';
import { raggedDataset } from '../data/ragged-dataset.js';
import type { TaggedTexts } from '../data/text/tagged-texts.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { LstmOnnxError } from '../errors.js';
import { exportOnnx } from '../export/export.js';
import { brokenSpans, isBio } from '../tagging/bio.js';
import { type TagFacts, tagMetadata } from '../tagging/tag-facts.js';
import { WordEncoder, wordFeatures, wordVocabularies } from '../tagging/word-features.js';
import { type FitUntilStopped, fitUntilStopped } from './fit-until-stopped.js';
import { fitOptionsOf, type Learning } from './learning.js';
import { splitTagged, type TaggedPart, type TagSplit } from './split-tagged.js';
import { outputName, tagNetwork } from './tagger-network.js';

/** What is taken where nothing is said. */
export const taggerDefaults = {
  minCount: 2,
  maxVocabulary: 50_000,
  maxLength: 200,
  embeddingDim: 64,
  hiddenSize: 64,
  dropout: 0.3,
  lr: 0.01,
  patience: 4,
} as const;

/** Many texts need fewer passes over them, and take larger batches. */
export function taggerPace(texts: number): Pick<Learning, 'epochs' | 'batchSize'> {
  if (texts < 2000) return { epochs: 30, batchSize: 16 };
  return texts < 20_000 ? { epochs: 15, batchSize: 32 } : { epochs: 8, batchSize: 32 };
}

export interface TaggerLearning extends Learning {
  readonly embeddingDim: number;
  /** Whether a conditional random field learns which tags follow which. @default where there are at most 100 tags */
  readonly crf?: boolean;
  /** How often a word, or what is seen of it, comes at least; others are unknown. */
  readonly minCount: number;
  /** The most words of the vocabulary. */
  readonly maxVocabulary: number;
  /** The most words of a text in training; longer ones are learned in pieces. */
  readonly maxLength: number;
  /** Where the tokens were in the data, for the model file. */
  readonly columns: TagFacts['columns'];
  /** Is told what was found and done, in a sentence. */
  readonly onNote?: (text: string) => void;
}

export interface TrainedTagger {
  readonly network: Network;
  readonly parameters: StateDict;
  readonly labels: readonly string[];
  readonly vocabularies: Readonly<Record<string, Vocabulary>>;
  readonly crf: boolean;
  /** Whether the tags are BIO, and well-formed. */
  readonly bio: boolean;
  readonly split: TagSplit;
  readonly history: FitUntilStopped['history'];
  readonly backend: FitUntilStopped['backend'];
  /** The model file. */
  readonly onnx: Uint8Array;
  /** The checkpoint. */
  readonly checkpoint: Uint8Array;
}

/** A conditional random field takes time with the square of the tags. */
const MOST_CRF_TAGS = 100;

/** @throws E_INVALID_OPTION for too few texts, and for one tag alone */
export async function trainTagger(texts: TaggedTexts, learning: TaggerLearning): Promise<TrainedTagger> {
  const { labels } = texts;
  const say = learning.onNote ?? (() => {});
  if (labels.length < 2) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `All tokens have the tag '${labels[0]}': there is nothing to learn. Check which column has the tags.`,
    );
  }
  const split = splitTagged(texts, learning);
  if (split.repeated > 0) {
    say(
      `${counted(split.repeated, 'text')} repeated: equal texts are in one part, so that none is tested on that was learned.`,
    );
  }
  const crf = learning.crf ?? labels.length <= MOST_CRF_TAGS;
  if (learning.crf === undefined && !crf) {
    say(
      `There are ${labels.length} tags: each token's is found by itself (crf is off), since pairs of so many take long.`,
    );
  }
  const vocabularies = wordVocabularies(split.train.tokens, learning.minCount, learning.maxVocabulary);
  const encoder = new WordEncoder(wordFeatures, vocabularies);
  const features = wordFeatures.map((feature) => ({
    ...feature,
    size: vocabularies[feature.input]?.tokens.length ?? 0,
  }));
  const network = tagNetwork({ ...learning, crf, features, tags: labels.length });
  const pieces = inPieces(split.train, learning.maxLength);
  if (pieces.cut > 0) {
    say(`${counted(pieces.cut, 'text')} of more than ${learning.maxLength} tokens: learned in pieces.`);
  }
  const result = await fitUntilStopped(network, samplesOf(pieces, labels, encoder), {
    ...fitOptionsOf(learning),
    loss: masked(crf ? crfNll : crossEntropy, { lengths: 'lengths' }),
    metrics: [tokenAccuracy],
    earlyStopping: { patience: learning.patience, monitor: tokenAccuracy.name },
    validation: samplesOf(inPieces(split.validation, learning.maxLength), labels, encoder),
  });
  const { parameters, history, backend } = result;
  const bio = isBio(labels) && texts.tags.every((tags) => brokenSpans(tags) === 0);
  const metadata = tagMetadata({
    features: [...wordFeatures],
    output: outputName({ crf }),
    // Each by itself may be any tag.
    bio: bio && crf,
    columns: learning.columns,
  });
  const info = { labels, vocabularies };
  const onnx = exportOnnx(network, parameters, { ...info, metadata });
  const checkpoint = encodeCheckpoint({ network, parameters, info });
  return { network, parameters, labels, vocabularies, crf, bio, split, history, backend, onnx, checkpoint };
}

/** Texts of at most so many tokens each, and how many were longer. */
function inPieces({ tokens, tags }: TaggedPart, most: number): TaggedPart & { readonly cut: number } {
  const pieces = (lists: TaggedPart['tokens']) =>
    lists.flatMap((list) =>
      Array.from({ length: Math.ceil(list.length / most) }, (_, i) => list.slice(i * most, (i + 1) * most)),
    );
  const cut = tokens.filter(({ length }) => length > most).length;
  return { tokens: pieces(tokens), tags: pieces(tags), cut };
}

function samplesOf({ tokens, tags }: TaggedPart, labels: readonly string[], encoder: WordEncoder) {
  const numbers = new Map(labels.map((label, i) => [label, i]));
  const ids = tokens.map((words) => encoder.encode(words));
  const inputs = encoder.features.map(({ input }, i) => {
    const sequences = ids.map((own) => own[i] ?? new Int32Array(0));
    return [input, i === 0 ? { sequences, lengths: 'lengths' } : { sequences }] as const;
  });
  const targets = tags.map((own) => Int32Array.from(own, (tag) => numbers.get(tag) ?? 0));
  return raggedDataset({ inputs: Object.fromEntries(inputs), targets: { sequences: targets } });
}
