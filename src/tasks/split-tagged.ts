/** Tagged texts in three parts: to learn from, to find the best epoch, and to test on. */
import { counted } from '../counted.js';
import type { TaggedTexts } from '../data/text/tagged-texts.js';
import { LstmOnnxError } from '../errors.js';
import { type PartSizes, splitByKey } from './split-by-key.js';

/** Tokens and tags of a part. */
export type TaggedPart = Pick<TaggedTexts, 'tokens' | 'tags'>;

export interface TagSplit {
  readonly train: TaggedPart;
  readonly validation: TaggedPart;
  readonly test: TaggedPart;
  /** How many texts are there more than once; equal ones are in one part. */
  readonly repeated: number;
}

/** Fewer texts cannot be split into three parts of which each says something. */
const LEAST_TEXTS = 10;

/** @throws E_INVALID_OPTION for too few texts, and parts that leave none to learn from */
export function splitTagged(texts: TaggedPart, sizes: PartSizes): TagSplit {
  const keys = texts.tokens.map((words) => words.join('\0'));
  const different = new Set(keys).size;
  if (different < LEAST_TEXTS) {
    throw new LstmOnnxError(
      'E_INVALID_OPTION',
      `The data has ${counted(keys.length, 'text')}, ${different} of them different; expected at least ${LEAST_TEXTS}, since some are held back to tell how good the model is. A blank line ends a text where each line has a token.`,
    );
  }
  const parts = splitByKey(keys, sizes, 'text');
  return {
    train: partOf(texts, parts.train),
    validation: partOf(texts, parts.validation),
    test: partOf(texts, parts.test),
    repeated: keys.length - different,
  };
}

function partOf({ tokens, tags }: TaggedPart, indices: readonly number[]): TaggedPart {
  return { tokens: indices.map((i) => tokens[i] ?? []), tags: indices.map((i) => tags[i] ?? []) };
}
