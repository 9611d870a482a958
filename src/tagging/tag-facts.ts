/** What the model file of a tagger of words says in its metadata. */
import * as z from 'zod/mini';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { taskFactsOf, taskMetadata, taskNameOf } from '../tasks/task-metadata.js';

const whole = z.int().check(z.positive());

const schema = z.strictObject({
  /** What the model is fed of each word. */
  features: z
    .array(
      z.strictObject({
        input: z.string(),
        kind: z.enum(['word', 'prefix', 'suffix', 'shape']),
        length: z.exactOptional(whole),
      }),
    )
    .check(z.minLength(1)),
  /** The output with the scores of the tags. */
  output: z.string(),
  /** Whether its tags are BIO, and only those that may follow each other come out. */
  bio: z.boolean(),
  /** Where the tokens were in the data: a column by number or name, and how many there were where a line had a token. */
  columns: z.strictObject({ tokens: z.union([z.string(), whole]), width: z.exactOptional(whole) }),
});

export type TagFacts = z.infer<typeof schema>;

export function tagMetadata(facts: TagFacts): Record<string, string> {
  return taskMetadata('tag', { ...facts });
}

/** Undefined for a model of no task. @throws E_INVALID_FILE for facts that are none, and without a vocabulary of each feature */
export function tagFactsOf(metadata: ReadonlyMap<string, string>): TagFacts | undefined {
  return taskNameOf(metadata) === 'tag' ? taskFactsOf(metadata, 'tag', schema) : undefined;
}

/** @throws E_INVALID_FILE where one is missing, or knows no unknown words */
export function featureVocabularies(
  metadata: ReadonlyMap<string, string>,
  { features }: TagFacts,
): Record<string, Vocabulary> {
  const all = vocabulariesOf(metadata);
  const lacking = features.find(({ input }) => {
    const own = Object.hasOwn(all, input) ? all[input] : undefined;
    return own?.tokenizer !== 'own' || own.special.unknown === undefined;
  });
  if (!lacking) return all;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `The model has no vocabulary of '${lacking.input}' that takes unknown words; expected a file that train tag wrote.`,
  );
}
