/** Vocabularies as JSON, and in the metadata of a model. */
import { expectText, isObject, wrongArgument } from '../../arguments.js';
import { reading } from '../../errors.js';
import { parseJson } from '../bounded-json.js';
import { checkVocabulary } from './check-vocabulary.js';
import type { Vocabulary } from './vocabulary.js';

/** In metadata, a JSON object: the vocabulary of each input or output, by its name. */
export const vocabulariesKey = 'lstm_onnx.vocabularies';

export function vocabularyToJson(vocabulary: Vocabulary): string {
  checkVocabulary('vocabularyToJson', vocabulary);
  return JSON.stringify(vocabulary);
}

/** @throws E_INVALID_FILE for text that is no JSON, or no vocabulary */
export function vocabularyFromJson(json: string): Vocabulary {
  expectText('vocabularyFromJson', json, 'JSON text');
  return reading('the vocabulary', () => {
    const value = parseJson(json, 'The vocabulary');
    checkVocabulary('vocabularyFromJson', value, 'E_INVALID_FILE');
    return value;
  });
}

/** @throws E_INVALID_OPTION unless they are vocabularies by the names of inputs and outputs */
export function checkVocabularies(
  where: string,
  vocabularies: unknown,
): asserts vocabularies is Readonly<Record<string, Vocabulary>> {
  if (!isObject(vocabularies) || Object.keys(vocabularies).length === 0) {
    throw wrongArgument(
      where,
      vocabularies,
      'vocabularies by the name of the input, as in { tokens: vocabulary }',
    );
  }
  for (const [name, each] of Object.entries(vocabularies)) checkVocabulary(`${where}: '${name}'`, each);
}

/**
 * The vocabularies in the metadata of a model, by the names of inputs and outputs; none where it has none.
 *
 * @param metadata such as `model.metadata`
 * @throws E_INVALID_FILE for an entry that is no JSON, or no vocabularies
 */
export function vocabulariesOf(metadata: ReadonlyMap<string, string>): Record<string, Vocabulary> {
  if (!(metadata instanceof Map))
    throw wrongArgument('vocabulariesOf', metadata, 'the metadata of a model, a Map');
  const json: unknown = metadata.get(vocabulariesKey);
  if (json === undefined) return {};
  expectText(`vocabulariesOf: ${vocabulariesKey}`, json);
  const what = `The metadata ${vocabulariesKey}`;
  const value = parseJson(json, what);
  if (!isObject(value)) throw wrongArgument(what, value, 'an object', 'E_INVALID_FILE');
  const entries = Object.entries(value).map(([name, each]) => {
    checkVocabulary(`${what}, '${name}'`, each, 'E_INVALID_FILE');
    return [name, each] as const;
  });
  // fromEntries defines its keys, so that an input called __proto__ is one.
  return Object.fromEntries(entries);
}
