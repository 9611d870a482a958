/** How a language model of a text is made and trained: what is said, and for the rest what suits a text of its size. */
import type { Tokenizer } from '../data/text/tokenizers.js';
import { mustHave } from '../must-get.js';
import type { Learning } from './learning.js';

/** How a text becomes tokens, and which part of it is learned. */
export interface TextPlan extends Pick<Learning, 'validation' | 'test'> {
  /** What a token is. */
  readonly tokens: Tokenizer;
  /** Whether the text is in lower case first. */
  readonly lowercase: boolean;
  /** Tokens that come less often are unknown. */
  readonly minCount: number;
  /** The most tokens of the vocabulary. */
  readonly maxSize: number;
}

export interface LanguageModelPlan extends TextPlan, Learning {
  /** The tokens of a piece: gradients go back so many steps. */
  readonly steps: number;
  readonly embeddingDim: number;
}

/** What a caller says; what is undefined is not said. */
export type LanguageModelOptions = {
  readonly [Name in keyof LanguageModelPlan]?: LanguageModelPlan[Name] | undefined;
};

/** What is taken where nothing is said, whatever the size of the text. */
export const usualText = { tokens: 'characters', lowercase: false, maxSize: 10_000 } as const;
export const usualMinCount: Readonly<Record<Tokenizer, number>> = { characters: 1, words: 2, spaces: 2 };
export const usualPatience = 4;
const usualLearning = {
  cell: 'lstm',
  numLayers: 1,
  clipNorm: 1,
  patience: usualPatience,
  seed: 0,
  backend: 'auto',
} as const;
const usualParts = { validation: 0.1, test: 0.1 };

/** What suits up to so many tokens to learn from. */
interface Sizes {
  readonly upTo: number;
  readonly hiddenSize: number;
  readonly embeddingDim: number;
  readonly batchSize: number;
  readonly steps: number;
  /** How many tokens are read in all epochs together; it says how many epochs there are. */
  readonly read: number;
}

interface Suited {
  readonly dropout: number;
  readonly lr: number;
  readonly sizes: readonly Sizes[];
}

const anyNumber = Number.POSITIVE_INFINITY;

const suited: Readonly<Record<'characters' | 'words', Suited>> = {
  characters: {
    dropout: 0.2,
    lr: 0.004,
    sizes: [
      { upTo: 50_000, hiddenSize: 128, embeddingDim: 32, batchSize: 8, steps: 32, read: 2_000_000 },
      { upTo: 300_000, hiddenSize: 160, embeddingDim: 32, batchSize: 16, steps: 50, read: 4_000_000 },
      { upTo: 1_500_000, hiddenSize: 256, embeddingDim: 48, batchSize: 32, steps: 64, read: 10_000_000 },
      { upTo: anyNumber, hiddenSize: 320, embeddingDim: 64, batchSize: 64, steps: 64, read: 20_000_000 },
    ],
  },
  words: {
    dropout: 0.4,
    lr: 0.004,
    sizes: [
      { upTo: 10_000, hiddenSize: 64, embeddingDim: 48, batchSize: 8, steps: 20, read: 200_000 },
      { upTo: 60_000, hiddenSize: 96, embeddingDim: 64, batchSize: 16, steps: 25, read: 1_000_000 },
      { upTo: 300_000, hiddenSize: 128, embeddingDim: 96, batchSize: 20, steps: 35, read: 3_000_000 },
      { upTo: anyNumber, hiddenSize: 200, embeddingDim: 128, batchSize: 32, steps: 35, read: 6_000_000 },
    ],
  },
};

const [FEWEST_EPOCHS, MOST_EPOCHS] = [3, 60];

export function textPlan(given: LanguageModelOptions): TextPlan {
  const { tokens = usualText.tokens, minCount = usualMinCount[tokens] } = given;
  const { lowercase = usualText.lowercase, maxSize = usualText.maxSize } = given;
  const { validation = usualParts.validation, test = usualParts.test } = given;
  return { tokens, lowercase, minCount, maxSize, validation, test };
}

/** @param learned how many tokens there are to learn from */
export function languageModelPlan(given: LanguageModelOptions, learned: number): LanguageModelPlan {
  const text = textPlan(given);
  const { sizes, ...rates } = suited[text.tokens === 'characters' ? 'characters' : 'words'];
  const {
    upTo: _,
    read,
    ...suitable
  } = mustHave(
    sizes.find(({ upTo }) => learned <= upTo),
    'The sizes',
  );
  const epochs = Math.min(Math.max(Math.round(read / learned), FEWEST_EPOCHS), MOST_EPOCHS);
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    ...{ ...usualLearning, ...rates, ...suitable, epochs },
    ...(Object.fromEntries(said) as Partial<Learning>), // the same, with fewer names
    ...text,
  };
}
