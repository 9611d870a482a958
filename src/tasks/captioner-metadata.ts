/** What the files of a captioner say, and the captioner of such files. */
import * as z from 'zod/mini';
import { isObject, wrongArgument } from '../arguments.js';
import { checkPair, type EncoderAndDecoder } from '../generate/encoder-and-decoder.js';
import { Captioner, type CaptionerPlan } from './captioner.js';
import { taskFactsOf, taskMetadata } from './task-metadata.js';
import { vocabularyOf } from './translator-metadata.js';

const count = z.int().check(z.positive());
const facts = z.strictObject({
  image: z.strictObject({ height: count, width: count }),
  text: z.strictObject({ column: z.string(), maxLength: count }),
  beam: count,
});

/** For both files; the vocabulary has a key of its own. */
export function captionerMetadata({ image, text, beam }: CaptionerPlan): Record<string, string> {
  const { column, maxLength } = text;
  return taskMetadata('caption', { image, text: { column, maxLength }, beam });
}

/**
 * The captioner of the files `encoder.onnx` and `decoder.onnx` of a captioner, which the command of the package writes: on any provider, in
 * Node and in the browser. The files say how large images are and how captions are written.
 *
 * ```ts
 * const captioner = captionerOf({ encoder: await Model.load('encoder.onnx'), decoder: await Model.load('decoder.onnx') });
 * const [{ text }] = await captioner.caption(float32Array([1, 28, 112], shades));
 * ```
 *
 * @throws E_INVALID_FILE for models that say no captions in their metadata; E_INVALID_OPTION for what are no two models, and for a decoder
 *   of another training than the encoder
 */
export function captionerOf(models: EncoderAndDecoder): Captioner {
  if (!isObject(models)) throw wrongArgument('captionerOf', models, '{ encoder, decoder }');
  checkPair(models);
  const { image, text, beam } = taskFactsOf(models.encoder.metadata, 'caption', facts);
  return new Captioner(models, {
    image,
    text: { ...text, vocabulary: vocabularyOf(models.decoder, 'token') },
    beam,
  });
}
