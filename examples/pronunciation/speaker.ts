/** How words are pronounced, by the two model files alone: they have the vocabularies of letters and of sounds. */
import * as lo from 'lstm-onnx';

export interface Speaker extends AsyncDisposable {
  /** The most probable sounds of each word. @param width how many candidates a beam search keeps; 1 takes the best sound at each step */
  speak(words: readonly string[], width: number): Promise<(readonly string[])[]>;
}

/** @param folder with `encoder.onnx` and `decoder.onnx` */
export async function loadSpeaker(folder: string): Promise<Speaker> {
  const encoder = await lo.Model.load(`${folder}/encoder.onnx`);
  const decoder = await lo.Model.load(`${folder}/decoder.onnx`);
  const letters = lo.vocabulariesOf(encoder.metadata).source!;
  const sounds = lo.vocabulariesOf(decoder.metadata).token!;
  return {
    async speak(words, width) {
      const spoken: (readonly string[])[] = [];
      for (let i = 0; i < words.length; i += 500) {
        const { sequences } = lo.encodeTexts(letters, words.slice(i, i + 500));
        // No word of the dictionary has more than 32 sounds, and the end counts as one.
        const options = { source: sequences, maxLength: 33, ...(width > 1 ? { beam: { width } } : {}) };
        for (const [best] of await lo.generate({ encoder, decoder }, options))
          spoken.push(lo.decodeText(sounds, best!.tokens).split(' '));
      }
      return spoken;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([encoder.release(), decoder.release()]);
    },
  };
}
