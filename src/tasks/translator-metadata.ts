/** What the files of a translator say, and the translator of such files. */
import * as z from 'zod/mini';
import { isObject, wrongArgument } from '../arguments.js';
import type { Vocabulary } from '../data/text/vocabulary.js';
import { vocabulariesOf } from '../data/text/vocabulary-json.js';
import { LstmOnnxError } from '../errors.js';
import { checkPair, type EncoderAndDecoder } from '../generate/encoder-and-decoder.js';
import type { BaseModel } from '../runtime/model.js';
import { taskFactsOf, taskMetadata } from './task-metadata.js';
import { Translator, type TranslatorPlan } from './translator.js';

const count = z.int().check(z.positive());
const side = z.strictObject({ column: z.string(), maxLength: count });
const facts = z.strictObject({ source: side, target: side, beam: count });

/** For both files; the vocabularies have a key of their own. */
export function translatorMetadata({ source, target, beam }: TranslatorPlan): Record<string, string> {
  const sideOf = ({ column, maxLength }: TranslatorPlan['source']) => ({ column, maxLength });
  return taskMetadata('translate', { source: sideOf(source), target: sideOf(target), beam });
}

/**
 * The translator of the files `encoder.onnx` and `decoder.onnx` of a translator, which the command of the package writes: on any provider, in Node and in the
 * browser. The files say how texts become tokens and how long they may be.
 *
 * ```ts
 * const translator = translatorOf({ encoder: await Model.load('encoder.onnx'), decoder: await Model.load('decoder.onnx') });
 * const [{ text }] = await translator.translate(['read'], { beam: 4 });
 * ```
 *
 * @throws E_INVALID_FILE for models that say no translation in their metadata; E_INVALID_OPTION for what are no two models, and for a decoder
 *   of another training than the encoder
 */
export function translatorOf(models: EncoderAndDecoder): Translator {
  if (!isObject(models)) throw wrongArgument('translatorOf', models, '{ encoder, decoder }');
  checkPair(models);
  const { encoder, decoder } = models;
  const { source, target, beam } = taskFactsOf(encoder.metadata, 'translate', facts);
  return new Translator(models, {
    source: { ...source, vocabulary: vocabularyOf(encoder, 'source') },
    target: { ...target, vocabulary: vocabularyOf(decoder, 'token') },
    beam,
  });
}

/** @throws E_INVALID_FILE for a model without the vocabulary of an input */
export function vocabularyOf({ metadata }: BaseModel, input: string): Vocabulary {
  const all = vocabulariesOf(metadata);
  const found = Object.hasOwn(all, input) ? all[input] : undefined;
  if (found) return found;
  throw new LstmOnnxError(
    'E_INVALID_FILE',
    `The model has no vocabulary of '${input}' in its metadata; expected a file of a trained translator or captioner.`,
  );
}
