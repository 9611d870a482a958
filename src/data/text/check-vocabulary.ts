/**
 * Whether data is a vocabulary, from a file or from a caller without types. Without a library of schemas, which is larger than all
 * else that a page needs that feeds texts to a model.
 */
import { inWords, isObject } from '../../arguments.js';
import { LstmOnnxError } from '../../errors.js';
import { isTokenizer } from './tokenizers.js';
import type { SpecialToken, Vocabulary } from './vocabulary.js';

const fields = ['kind', 'version', 'tokenizer', 'lowercase', 'tokens', 'special'];
const specials: readonly SpecialToken[] = ['padding', 'unknown', 'start', 'end'];

/** Vocabularies are large and never change, so that each is checked once. */
const checked = new WeakSet<object>();

/** @throws the code unless it is a vocabulary of this version, in which each token is there once */
export function checkVocabulary(
  where: string,
  value: unknown,
  code: 'E_INVALID_OPTION' | 'E_INVALID_FILE' = 'E_INVALID_OPTION',
): asserts value is Vocabulary {
  if (isObject(value) && checked.has(value)) return;
  const wrong = isObject(value) ? problemOf(value) : 'it is no object';
  if (wrong !== undefined) {
    throw new LstmOnnxError(
      code,
      `${where} got ${inWords(value)}; expected a vocabulary, as vocabulary() and vocabularyFromJson() give: ${wrong}.`,
    );
  }
  checked.add(value as object); // problemOf found none
}

function problemOf(value: Readonly<Record<string, unknown>>): string | undefined {
  const { kind, version, tokenizer, lowercase, tokens, special } = value;
  const unknown = Object.keys(value).find((name) => !fields.includes(name));
  if (unknown !== undefined) return `there is a field '${unknown}'`;
  if (kind !== 'vocabulary') return `kind is ${inWords(kind)}`;
  if (version !== 1) return `version is ${inWords(version)}, and 1 is read`;
  if (!isTokenizer(tokenizer) && tokenizer !== 'own') return `tokenizer is ${inWords(tokenizer)}`;
  if (typeof lowercase !== 'boolean') return `lowercase is ${inWords(lowercase)}`;
  const areTexts = Array.isArray(tokens) && tokens.every((token) => typeof token === 'string');
  if (!areTexts || tokens.length === 0) return 'tokens is no list of texts';
  if (new Set(tokens).size !== tokens.length) return 'a token is there twice';
  return isObject(special) ? problemOfSpecial(special, tokens.length) : `special is ${inWords(special)}`;
}

function problemOfSpecial(special: Readonly<Record<string, unknown>>, size: number): string | undefined {
  const ids = Object.entries(special);
  for (const [name, id] of ids) {
    if (!specials.some((known) => known === name)) return `there is a special token '${name}'`;
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id >= size)
      return `special.${name} is ${inWords(id)}, and the ids are 0 to ${size - 1}`;
  }
  if (special.padding !== undefined && special.padding !== 0) return 'special.padding is not 0';
  return new Set(ids.map(([, id]) => id)).size === ids.length ? undefined : 'two special tokens have one id';
}
