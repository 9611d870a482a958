/** Whether data is a vocabulary, from a file or from a caller without types. */
import { z } from 'zod';
import { inWords } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import type { Vocabulary } from './vocabulary.js';

const id = z.int().nonnegative();
const schema = z.strictObject({
  kind: z.literal('vocabulary'),
  version: z.literal(1),
  tokenizer: z.enum(['characters', 'words', 'own']),
  lowercase: z.boolean(),
  tokens: z.array(z.string()).min(1),
  special: z.strictObject({
    padding: z.literal(0).optional(),
    unknown: id.optional(),
    start: id.optional(),
    end: id.optional(),
  }),
});

/** Vocabularies are large and never change, so that each is checked once. */
const checked = new WeakSet<object>();

/** @throws the code unless it is a vocabulary of this version, in which each token is there once */
export function checkVocabulary(
  where: string,
  value: unknown,
  code: 'E_INVALID_OPTION' | 'E_INVALID_FILE' = 'E_INVALID_OPTION',
): asserts value is Vocabulary {
  if (typeof value === 'object' && value !== null && checked.has(value)) return;
  const { data, error } = schema.safeParse(value);
  const wrong = data ? contradiction(data) : problemOf(error.issues[0]);
  if (wrong !== undefined) {
    throw new LstmOnnxError(
      code,
      `${where} got ${inWords(value)}; expected a vocabulary, as vocabulary() and vocabularyFromJson() give: ${wrong}.`,
    );
  }
  checked.add(value as object); // by the schema
}

function problemOf(issue: z.core.$ZodIssue | undefined): string {
  return `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'wrong'}`;
}

/** What a schema cannot say. */
function contradiction({ tokens, special }: z.infer<typeof schema>): string | undefined {
  const ids = Object.values(special).filter((each) => each !== undefined);
  const outside = ids.find((each) => each >= tokens.length);
  if (outside !== undefined) return `the special id ${outside} is none of its ${tokens.length} tokens`;
  if (new Set(ids).size !== ids.length) return 'two special tokens have one id';
  if (new Set(tokens).size !== tokens.length) return 'a token is there twice';
  return undefined;
}
