/** Captions of strips by the two model files alone: the decoder's has the vocabulary. */
import * as lo from 'lstm-onnx';
import { type Strips, sliceStrips } from './strips.js';

export interface Captioner extends AsyncDisposable {
  readonly encoder: lo.Model;
  readonly decoder: lo.Model;
  readonly vocabulary: lo.Vocabulary;
}

export async function loadCaptioner(folder: string): Promise<Captioner> {
  const encoder = await lo.Model.load(`${folder}/encoder.onnx`);
  const decoder = await lo.Model.load(`${folder}/decoder.onnx`);
  const { token: vocabulary } = lo.vocabulariesOf(decoder.metadata);
  const release = () => Promise.all([encoder.release(), decoder.release()]).then(() => {});
  return { encoder, decoder, vocabulary: vocabulary!, [Symbol.asyncDispose]: release };
}

/** @param width of a beam search for the most probable caption; of 1 the most probable word is taken at each step */
export async function captionsOf(captioner: Captioner, strips: Strips, width = 1): Promise<string[]> {
  const captions = [];
  for (let start = 0; start < strips.captions.length; start += 100) {
    const { images } = sliceStrips(strips, start, start + 100);
    const found = await lo.generate(captioner, {
      source: { source: images },
      maxLength: 8,
      ...(width > 1 ? { beam: { width, lengthPenalty: 0 } } : {}),
    });
    captions.push(...found.map(([best]) => lo.decodeText(captioner.vocabulary, best!.tokens)));
  }
  return captions;
}

/** Where the decoder looks as it writes each word of a caption, and its end: a weight for each step of the encoder. */
export async function attentionOf(
  { encoder, decoder, vocabulary }: Captioner,
  strip: Strips,
  caption: string,
): Promise<Float32Array[]> {
  const { memory, keys, ...initial } = await encoder.run({ source: strip.images });
  const stream = decoder.stream({ initial });
  const weights = [];
  for (const token of lo.encodeText(vocabulary, caption, { start: true })) {
    const fed = { token: { data: [token], dims: [1] }, memory: memory!, keys: keys! };
    const { attention } = await stream.run(fed);
    weights.push(attention!.data as Float32Array);
  }
  return weights;
}
